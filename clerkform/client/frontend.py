"""The Frontend API's environment: what it shows anybody, once it is known whose document it is.

No key of ours goes there. Whose it is the Backend API says: its primary domain names the host, and
the keys that it signs with are the ones that the host has to show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from clerkform.client.api_url import ApiUrl, parse_origin
from clerkform.client.body import parse_json
from clerkform.client.bounds import MEGABYTE, Bounds
from clerkform.client.fetching import fetch_public
from clerkform.client.http import API_VERSION, ClerkClient
from clerkform.client.public_hosts import PublicOnly
from clerkform.errors import ApiError, BadAnswer, PlanError, Unreachable, UsageError
from clerkform.manifest.strict_json import NotJson
from clerkform.project.frontend import Claim

ENVIRONMENT: Final = "/v1/environment"
JWKS: Final = "/.well-known/jwks.json"
BOUNDS: Final = Bounds(bytes=2 * MEGABYTE, seconds=10.0, pages=1)

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How requests get to the Frontend API."""

    beside: ApiUrl | None = None
    """Where the Backend API is on this machine: then the Frontend API is there as well, told apart
    by the host that a request names, and no name is resolved."""
    transport: httpx.AsyncBaseTransport | None = None
    """What carries requests there instead of the network."""


class Frontend:
    """The Frontend API of the instance that ``client`` has the secret key of."""

    def __init__(self, client: ClerkClient, way: Way, claim: Claim) -> None:
        self._client, self._way, self._claim = client, way, claim
        self.asked_once = 0
        """Requests to the Backend API by which it was known whose document it is."""
        self._asked: asyncio.Task[Document] | None = None
        self._address: asyncio.Task[str] | None = None
        self._domains: asyncio.Task[Sequence[Document]] | None = None

    async def document(self) -> Document:
        """The environment as it is now; who asks while it is being read gets the same.

        Raises:
            PlanError: the project file names another instance's Frontend API.
            ApiError: it cannot be read, or is not this instance's.
        """
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._read())
            self._asked.add_done_callback(_looked_at)
        return await asyncio.shield(self._asked)

    async def primary_domain(self) -> Document:
        """The primary domain, as the Backend API lists it.

        An instance that moves to its first domain of its own has two for a while: the first counts.
        """
        if self._domains is None or self._domains.done():
            self._domains = asyncio.create_task(self._listed())
            self._domains.add_done_callback(_looked_at)
        for row in await asyncio.shield(self._domains):
            if row.get("is_satellite") is False:
                return row
        raise BadAnswer("GET", "/domains", detail="answered with no primary domain")

    async def _listed(self) -> Sequence[Document]:
        return await self._client.list("/domains", page=None)

    async def _read(self) -> Document:
        if self._address is None or _failed(self._address):
            self._address = asyncio.create_task(self._verified())
            self._address.add_done_callback(_looked_at)
        address = await asyncio.shield(self._address)
        try:
            return await self._fetch(address, f"{ENVIRONMENT}?__clerk_api_version={API_VERSION}")
        except ApiError:
            self._address = None  # an apply may have moved it, by a proxy: looked for once more
            raise

    async def _verified(self) -> str:
        """The address of the Frontend API, which shows the keys that the Backend API has."""
        is_asked = self._domains is not None and not self._domains.done()
        domain = await self.primary_domain()
        self.asked_once += 1 if is_asked else 2
        if refused := self._claim.contradicts(domain):
            raise PlanError([refused])
        address = str(domain.get("proxy_url") or domain.get("frontend_api_url") or "").rstrip("/")
        ours, theirs = await asyncio.gather(self._client.get("/jwks"), self._fetch(address, JWKS))
        if not _keys(ours) or not _keys(ours) <= _keys(theirs):
            where = f"{address}{JWKS}"
            detail = f"{where} shows the keys of another instance: nothing from there is believed"
            raise BadAnswer("GET", JWKS, detail=detail)
        return address

    async def _fetch(self, address: str, path: str) -> Document:
        """One object from the Frontend API, asked without a key, a cookie or a redirect."""
        named, beside = _named(address, self._way), self._way.beside
        at = beside or named
        url = f"{at.origin}{urlsplit(address).path}{path}"
        headers = {"Host": named.place} if beside else {}
        transport = self._way.transport or (None if beside else PublicOnly(at))
        try:
            status, text = await fetch_public(url, at, BOUNDS, transport=transport, headers=headers)
        except UsageError:  # of the server's making: nobody else has written an address
            detail = "the primary domain names an address that nobody can ask"
            raise Unreachable("GET", ENVIRONMENT, detail=detail) from None
        shown = path.partition("?")[0]
        if status != HTTPStatus.OK:
            detail = f"{named.place} answered {status} to what anybody may read"
            raise BadAnswer("GET", shown, detail=detail)
        return _object(shown, named.place, text)


def _named(address: str, way: Way) -> ApiUrl:
    """The parts of the address that the Backend API says.

    Raises:
        Unreachable: it is none that may be asked.
    """
    try:
        url = parse_origin(address)
    except UsageError:
        detail = "the primary domain has no address of a Frontend API"
        raise Unreachable("GET", ENVIRONMENT, detail=detail) from None
    if way.beside is None and url.scheme != "https":
        detail = f"{url.place} is not reached by https, so anybody could have answered"
        raise Unreachable("GET", ENVIRONMENT, detail=detail)
    return url


def _object(path: str, host: str, text: str) -> Document:
    try:
        document = parse_json(text.encode(errors="surrogatepass"))
    except NotJson:
        document = None
    if not isinstance(document, dict):
        raise BadAnswer("GET", path, detail=f"{host} answered with something else than an object")
    return document


def _keys(document: Document) -> frozenset[tuple[str, str]]:
    """The name and the modulus of each key in a JWKS."""
    keys = document.get("keys")
    each = keys if isinstance(keys, list) else []
    named = (k for k in each if isinstance(k, dict) and isinstance(k.get("kid"), str))
    return frozenset((str(k["kid"]), str(k.get("n"))) for k in named)


def _failed(task: asyncio.Task[str]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _looked_at(task: asyncio.Task[Any]) -> None:
    """So that a failure which nobody waits for any more is not told of as forgotten."""
    if not task.cancelled():
        task.exception()
