"""The sandbox over HTTP, under uvicorn, on loopback only."""

import asyncio
import ipaddress
import signal
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from clerkform.sandbox.answers import BREAKER, Way
from clerkform.sandbox.app import create_app
from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.hosts import Local
from clerkform.sandbox.seed import read_seed
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store


class _Protocol(H11Protocol):
    """HTTP whose connections the application can break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app = self.app

        async def breakable(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[BREAKER] = self._break
            await app(scope, receive, send)

        self.app = breakable

    def _break(self, way: Way) -> None:
        if way == "timeout":
            return  # no answer comes; it is for the client to lose patience
        if way == "close":
            self.transport.close()  # after what has been written
            return
        # A linger of no time at all has the connection reset instead of closed.
        peer = self.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"clerkform sandbox listening on {self._url}\n")
        sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Without uvicorn's raising the signal again afterwards: being stopped is no failure."""
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    host: str,
    port: int,
    settings: Settings,
    state: Path | None = None,
    *,
    seed: Path | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. Port 0 is any free one; one line on standard output says
        where, once it listens. ``state`` is an SQLite file, which has to be of this machine's own
    making, for SQLite trusts it and what lies beside it; without it, what is stored is lost.
    ``seed`` is a JSON file that each new instance starts with.

        Raises:
            SandboxError: the address cannot be used, or ``state`` or ``seed`` cannot.
    """
    if any(rule.broken == "connect" for rule in settings.faults):
        raise SandboxError(
            "Only the embedded sandbox can refuse connections; `broken: read` resets them."
        )
    sown = read_seed(seed) if seed else None
    with listening(host, port) as listener:
        store = Store(state)
        try:
            config = configured(create_app(store, settings, seed=sown))
            _Server(config, url_of(listener)).run(sockets=[listener])
        finally:
            store.close()


class Serving:
    """An application served from a thread of this process, on a free port, until ``stop``."""

    def __init__(self, app: Starlette) -> None:
        self._stack = ExitStack()
        listener = self._stack.enter_context(listening("127.0.0.1", 0))
        self.url = url_of(listener)
        self._server = _Quiet(configured(app))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        # The socket listens already, so that whoever connects before the server runs just waits.
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._stack.close()


class _Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the business of the main thread, which is another's."""
        yield


def configured(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        Local(app, app.state.sandbox.is_frontend),
        http=_Protocol,
        access_log=False,
        date_header=False,  # the application's clock may be another
        log_level="warning",
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=3,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    address = loopback(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    # By the protocol's number asyncio knows that it may switch Nagle's algorithm off, which would
    # hold back an answer's body until its headers are acknowledged: 40 ms on Linux.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((str(address), port))
            listener.listen(128)
        except (OSError, OverflowError) as exc:
            reason = getattr(exc, "strerror", None) or exc
            raise SandboxError(
                f"Cannot listen on port {port} of {host}: {reason}. Choose another, or 0 for any."
            ) from exc
        yield listener


def loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise SandboxError(
            f"The sandbox listens on loopback only, and {host} is not: use 127.0.0.1."
        )
    return address


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
