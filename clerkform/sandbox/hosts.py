"""Which ``Host`` headers are this machine's.

A page of another site can have its own host name resolve to a loopback address (DNS rebinding),
and then reach what listens there from a browser on this machine. It cannot help naming its host.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from clerkform.sandbox.answers import refused
from clerkform.sandbox.errors import Problem, Refusal

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+))(?::([0-9]{1,5}))?")


class Host(NamedTuple):
    """A ``Host`` header, taken apart."""

    name: str
    port: int | None
    """None where the header names none, as that of a simple client may."""


def parse_host(header: str) -> Host | None:
    found = _HOST.fullmatch(header)
    return found and Host((found[1] or found[2]).lower(), int(found[3]) if found[3] else None)


def is_loopback(host: str) -> bool:
    """An address of this machine alone, or a name that RFC 6761 reserves for one."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Local:
    """An application that answers only requests for this machine at its own port.

    ``is_frontend`` says of a request that names another host whether it is one for the Frontend
    API of an instance at that host. Such are answered: they need no key and are told no secret.
    """

    def __init__(self, app: ASGIApp, is_frontend: Callable[[Scope], bool]) -> None:
        self._app = app
        self._is_frontend = is_frontend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        header = Headers(scope=scope).get("Host")
        # Every browser sends one; what comes without is of a simpler client.
        host, port = parse_host(header or ""), scope["server"][1]
        if header is None or is_meant(host, port) or self._is_frontends(host, port, scope):
            await self._app(scope, receive, send)
            return
        text = "The sandbox answers to localhost and loopback addresses, with its own port."
        refusal = Refusal(403, Problem("authorization_invalid", "forbidden", text))
        await refused(refusal)(scope, receive, send)

    def _is_frontends(self, host: Host | None, port: int, scope: Scope) -> bool:
        return host is not None and host.port in (None, port) and self._is_frontend(scope)


def is_meant(host: Host | None, port: int) -> bool:
    return host is not None and host.port in (None, port) and is_loopback(host.name)
