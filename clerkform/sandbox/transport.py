"""The embedded sandbox for httpx: no sockets, and connections that break where a rule says so."""

from asyncio import sleep

import httpx
from starlette.applications import Starlette

from clerkform.sandbox.faults import Broken, Faults

_ERRORS: dict[Broken, tuple[type[httpx.TransportError], str]] = {
    "connect": (httpx.ConnectError, "Connection refused (a fault rule of the sandbox)"),
    "read": (httpx.ReadError, "Connection reset (a fault rule of the sandbox)"),
    "timeout": (httpx.ReadTimeout, "Read timed out (a fault rule of the sandbox)"),
}


class SandboxTransport(httpx.AsyncBaseTransport):
    """Use it as ``httpx.AsyncClient(transport=SandboxTransport(app))``."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app)
        self._faults: Faults = app.state.faults

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        rule = self._faults.fire(request.method, request.url.path, broken=True)
        if rule is None or rule.broken is None:
            return await self._inner.handle_async_request(request)
        await sleep(rule.delay)
        if rule.after:
            await self._inner.handle_async_request(request)
        error, message = _ERRORS[rule.broken]
        raise error(message, request=request)
