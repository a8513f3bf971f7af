"""Which instance's Frontend API a request is for: the one whose host it names.

A sandbox has one address for all of them, so the host comes in the ``Host`` header alone. On an
address of this machine, the query parameter ``publishable_key`` says it instead.
"""

import base64
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request

from clerkform.sandbox.hosts import is_loopback, parse_host
from clerkform.sandbox.routes.domains import own_frontend, primary
from clerkform.sandbox.store import Store


class Frontend(NamedTuple):
    store: Store
    path: str
    """What stands before the paths of the API: that of a proxy, otherwise nothing."""


def addressed(store: Store, request: Request) -> Frontend | None:
    """None where the request says of no instance, or of none that is here."""
    header = request.headers.get("Host")
    if header:
        host = parse_host(header)
        if not (host and is_loopback(host.name)):
            return by_host(store, host.name) if host else None
    key = request.query_params.get("publishable_key")
    return by_key(store, key) if key else None


def by_host(store: Store, name: str) -> Frontend | None:
    for instance in store.instances():
        url = urlsplit(primary(instance)["frontend_api_url"])
        if url.hostname == name:
            return Frontend(instance, url.path.rstrip("/"))
    return None


def by_key(store: Store, key: str) -> Frontend | None:
    for instance in store.instances():
        if publishable_key(instance) == key.rstrip("="):
            return Frontend(instance, "")
    return None


def publishable_key(store: Store) -> str:
    """Clerk's name for the host of the instance's Frontend API, which a browser may know."""
    (instance,) = store.select("instance")
    url = own_frontend(primary(store), instance["environment_type"], store.number)
    kind = "live" if instance["environment_type"] == "production" else "test"
    encoded = base64.b64encode(f"{urlsplit(url).hostname}$".encode()).decode()
    return f"pk_{kind}_{encoded.rstrip('=')}"
