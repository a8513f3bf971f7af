"""The embedded sandbox for httpx: no sockets, and connections that break where a rule says so."""

import httpx
from starlette.applications import Starlette

from clerkform.sandbox.answers import BrokenConnection, Way

_ERRORS: dict[Way, tuple[type[httpx.TransportError], str]] = {
    "connect": (httpx.ConnectError, "Connection refused (a fault rule of the sandbox)"),
    "read": (httpx.ReadError, "Connection reset (a fault rule of the sandbox)"),
    "close": (httpx.RemoteProtocolError, "Answer cut off (a fault rule of the sandbox)"),
    "timeout": (httpx.ReadTimeout, "Read timed out (a fault rule of the sandbox)"),
}


class SandboxTransport(httpx.AsyncBaseTransport):
    """Use it as ``httpx.AsyncClient(transport=SandboxTransport(app))``."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except BrokenConnection as broken:
            error, message = _ERRORS[broken.way]
            raise error(message, request=request) from None
