"""Domains: the primary one, which is read-mostly, and satellites.

API: /domains (Backend API 2026-05-12). There is no read of one. ``is_secondary`` can be written but
is never returned, so it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import MISSING, AfterValidator, BeforeValidator, Field

from clerkform.model import Collection, Kept, Kind, Resource, Unfit, Values, crud, trait
from clerkform.model.host_names import ascii_host, refuse_international
from clerkform.model.meaning import comes, is_elsewhere, is_unencrypted

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _has_host(url: str) -> str:
    try:
        host = urlsplit(url).hostname
    except ValueError:  # brackets that hold no IPv6 address
        host = None
    if not host:
        raise ValueError("must be a full URL with a host")
    return url


class Domain(Resource):
    name: Annotated[
        str,
        Field(pattern=rf"^{_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?$", max_length=253),
        BeforeValidator(refuse_international),
        trait.normalize(ascii_host),
        trait.identity,
        trait.names_host,
        trait.weakens(
            when=is_elsewhere, says="users sign in on a host that is below none of its own"
        ),
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
        Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(_has_host)]
        | MISSING
        | None,
        trait.names_host,
        trait.weakens(when=is_unencrypted, says="sign-in passes through the proxy unencrypted"),
        trait.weakens(
            when=is_elsewhere, says="sign-in passes through a host that is below none of its own"
        ),
        trait.widens(when=comes, says="sign-in passes through this proxy, which can read it"),
    ] = MISSING
    """Where requests to Clerk's Frontend API pass through; null goes back to DNS. Production only."""


def keep(values: Values) -> Kept | None:
    if values.get("is_satellite") is False:
        return Kept("primary-domain", "the primary domain")
    return None


def refuses(values: Values, production: bool) -> Iterator[Unfit]:
    name, proxy_url = values.get("name", ""), values.get("proxy_url")
    if production and name and (":" in name or "." not in name):
        yield Unfit("name", "must be a full host name without a port on a production instance")
    if proxy_url and not production:
        # The error index refuses every change in development, others have changed a proxy there.
        yield Unfit("proxy_url", "may be refused: this is a development instance", is_sure=False)
    elif proxy_url and urlsplit(proxy_url).scheme != "https":
        yield Unfit("proxy_url", "must use https")


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """A domain that does not say that it is a satellite is taken for a primary one, which nothing
    removes. There may be two: on the way to an instance's first own domain."""
    return {**body, "is_satellite": body.get("is_satellite") is True}


KIND = Kind(
    name="domains",
    singular="domain",
    model=Domain,
    endpoints=crud("/domains", reads=Collection("/domains", page=None), get=False),
    id_prefix="dmn_",
    from_api=from_api,
    keep=keep,
    refuses=refuses,
    judged_by=("is_satellite",),
    computed=("frontend_api_url", "accounts_portal_url", "cname_targets", "dns_targets"),
    lost_by_delete="the satellite's users can no longer sign in there",
)
