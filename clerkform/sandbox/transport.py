"""The embedded sandbox for httpx: no sockets, and connections that break where a rule says so."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.applications import Starlette

from clerkform.sandbox.answers import WHITE_SPACE, BrokenConnection, EndlessAnswer, Way

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
        except EndlessAnswer as endless:
            stream = _Endless(endless.body)
            return httpx.Response(endless.status, headers=endless.headers, stream=stream)


class _Endless(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        while True:
            await asyncio.sleep(0)  # or nothing else would run, a deadline for instance
            yield WHITE_SPACE
