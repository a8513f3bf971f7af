"""Domains: the primary one, which is read-mostly, and satellites.

API: /domains (Backend API 2026-05-12). There is no read of one. ``is_secondary`` can be written but
is never returned, so it is left out.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from clerkform.model import Collection, Kept, Kind, Resource, Values, crud, trait
from clerkform.model.meaning import comes, is_unencrypted


class Domain(Resource):
    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$", max_length=253),
        trait.normalize(str.lower),
        trait.identity,
        trait.widens(when=comes, says="users can sign in on this host as well"),
    ]
    """A host name without a scheme; in development it may carry a port."""
    is_satellite: Annotated[
        bool | MISSING,
        trait.immutable,
        trait.creates_as(True),
        trait.neutral("it says which domain is the primary one"),
    ] = MISSING
    """False declares the primary domain, which is never created, renamed or deleted."""
    proxy_url: Annotated[
        Annotated[str, Field(pattern=r"^https?://\S+$")] | MISSING | None,
        trait.weakens(when=is_unencrypted, says="sign-in passes through the proxy unencrypted"),
        trait.widens(when=comes, says="sign-in passes through this proxy, which can read it"),
    ] = MISSING
    """Where requests to Clerk's Frontend API pass through; null goes back to DNS. Production only."""


def keep(values: Values) -> Kept | None:
    if values.get("is_satellite") is False:
        return Kept("primary-domain", "the primary domain")
    return None


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """A domain that does not say what it is is taken for the primary one, which nothing removes."""
    return {"is_satellite": False, **body}


KIND = Kind(
    name="domains",
    singular="domain",
    model=Domain,
    endpoints=crud("/domains", reads=Collection("/domains", page=None), get=False),
    id_prefix="dmn_",
    from_api=from_api,
    keep=keep,
    judged_by=("is_satellite",),
    computed=("frontend_api_url", "accounts_portal_url", "cname_targets", "dns_targets"),
    lost_by_delete="the satellite's users can no longer sign in there",
)
