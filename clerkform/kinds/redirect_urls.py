"""Redirect URLs: where native and single sign-on flows may return to.

API: /redirect_urls (Backend API 2026-05-12). There is no update: another URL is another object.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from clerkform.model import Kind, Resource, crud, paginated, trait
from clerkform.model.meaning import comes, is_unencrypted


class RedirectUrl(Resource):
    url: Annotated[
        str,
        Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:/[^\s*]+$"),
        trait.identity,
        trait.weakens(when=is_unencrypted, says="sign-in hands over its tokens unencrypted"),
        trait.widens(when=comes, says="sign-in may also return to this URL"),
    ]
    """A full URL, ``https://...`` or an app's scheme such as ``myapp://callback``, compared as
    it is written: case and a trailing slash matter. No wildcards."""


KIND = Kind(
    name="redirect_urls",
    singular="redirect_url",
    model=RedirectUrl,
    endpoints=crud("/redirect_urls", reads=paginated("/redirect_urls"), update=False),
    id_prefix="ru_",
    lost_by_delete="sign-in on mobile that returns to this URL breaks",
)
