"""Redirect URLs: where native and single sign-on flows may return to.

API: /redirect_urls (Backend API 2026-05-12). There is no update: another URL is another object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from clerkform.model import Kind, Resource, Unfit, Values, crud, paginated, trait
from clerkform.model.host_names import LOOPBACK, web_host
from clerkform.model.meaning import comes, is_elsewhere, is_unencrypted

NEVER = ("javascript", "data", "vbscript", "file")


def _leads_back(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # brackets that hold no IPv6 address
        raise ValueError("must be a full URL, and its host is none") from None
    if parts.scheme in NEVER:
        raise ValueError(f"cannot be a `{parts.scheme}:` URL: nothing returns there")
    if parts.scheme in ("http", "https") and not host:
        raise ValueError("must name a host")
    if not url.isprintable():
        raise ValueError("must hold no invisible character")
    return url


class RedirectUrl(Resource):
    url: Annotated[
        str,
        Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s*<>\"]+$"),
        AfterValidator(_leads_back),
        trait.identity,
        trait.names_host,
        trait.weakens(when=is_unencrypted, says="sign-in hands over its tokens unencrypted"),
        trait.weakens(
            when=is_elsewhere, says="sign-in returns to a host that the instance is on nowhere"
        ),
        trait.widens(when=comes, says="sign-in may also return to this URL"),
    ]
    """A full URL, ``https://...`` or an app's scheme such as ``myapp://callback``, compared as
    it is written: case and a trailing slash matter. No wildcards."""


def refuses(values: Values, production: bool) -> Iterator[Unfit]:
    """Which code Clerk answers to ``http`` is documented, when it does is inferred."""
    parts = urlsplit(values["url"])
    if parts.scheme == "http" and (production or web_host(values["url"]) not in LOOPBACK):
        yield Unfit("url", "must use https: Clerk takes http for localhost in development alone")


KIND = Kind(
    name="redirect_urls",
    singular="redirect_url",
    model=RedirectUrl,
    endpoints=crud("/redirect_urls", reads=paginated("/redirect_urls"), update=False),
    id_prefix="ru_",
    refuses=refuses,
    lost_by_delete="sign-in on mobile that returns to this URL breaks",
)
