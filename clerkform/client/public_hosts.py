"""The way to a host that a server has named: nowhere but into the public network.

Whoever answers in the Backend API's place would else have this machine ask the ones beside it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.request import getproxies

import httpx

from clerkform.client.api_url import ApiUrl
from clerkform.client.network import proxy_for, send_to, transport_to
from clerkform.errors import Unreachable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is given out; what translates another address stands outside or in what follows."""
_NOT_ROUTED = [
    ipaddress.IPv6Network(text)
    for text in ("2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20")  # Teredo, examples, 6to4
]
_SPECIAL = [
    ipaddress.IPv4Network(text)
    for text in ("168.63.129.16/32", "192.88.99.0/24")  # a cloud's own host; relays of 6to4
]


async def resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class PublicOnly(httpx.AsyncBaseTransport):
    """Connects to the very address that was looked at, so that no second look finds another.

    Where a proxy is set, that one resolves the name, and what it may reach is its own affair.
    """

    def __init__(self, url: ApiUrl, resolve: Resolve = resolve) -> None:
        self._inner, self._url, self._resolve = transport_to(url), url, resolve
        self._has_proxy = proxy_for(url, getproxies()) != (None, None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._has_proxy:
            return await self._inner.handle_async_request(request)
        try:
            places = await self._resolve(self._url.host, self._url.port)
        except OSError as error:
            raise httpx.ConnectError("", request=request) from error
        if odd := [place for place in places if not is_public(place)]:
            detail = f"{self._url.host} is at {odd[0]}, which is no public address"
            raise Unreachable(request.method, request.url.path, detail=detail)
        return await send_to(self._inner, request, places, self._url.host)

    async def aclose(self) -> None:
        await self._inner.aclose()


def is_public(place: str) -> bool:
    """Whether an address is one of the public network, and so is the one that stands inside it."""
    try:
        address: Address = ipaddress.ip_address(place.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address not in _UNICAST or any(address in network for network in _NOT_ROUTED):
            return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special
