"""Domains: the primary one, which is read-mostly, and satellites.

API: /domains (Backend API 2026-05-12). There is no read of one. ``is_secondary`` can be written but
is never returned, so it is left out.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, BeforeValidator, Field

from clerkform.model import Kept, Kind, Listing, Resource, Values, crud, trait
from clerkform.model.host_names import ascii_host, refuse_international


class Domain(Resource):
    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$", max_length=253),
        BeforeValidator(refuse_international),
        trait.normalize(ascii_host),
        trait.identity,
    ]
    """A host name without a scheme; in development it may carry a port."""
    is_satellite: Annotated[bool | MISSING, trait.immutable, trait.creates_as(True)] = MISSING
    """False declares the primary domain, which is never created, renamed or deleted."""
    proxy_url: Annotated[str, Field(pattern=r"^https?://\S+$")] | MISSING | None = MISSING
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
    endpoints=crud("/domains", listing=Listing("/domains", page=None), get=False),
    id_prefix="dmn_",
    from_api=from_api,
    keep=keep,
    judged_by=("is_satellite",),
    lost_by_delete="the satellite's users can no longer sign in there",
)
