"""The sandbox over HTTP, under uvicorn, on loopback only."""

import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from clerkform.sandbox.app import create_app
from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store


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


def serve(host: str, port: int, settings: Settings, state: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM. Port 0 is any free one; one line on standard output says
    where, once it listens. ``state`` is an SQLite file; without it, what is stored is lost.

    Raises:
        SandboxError: the address cannot be used, or ``state`` cannot.
    """
    if any(rule.broken for rule in settings.faults):
        raise SandboxError("Only the embedded sandbox can break connections; use a status fault.")
    with listening(host, port) as listener:
        store = Store(state)
        try:
            config = uvicorn.Config(
                create_app(store, settings),
                access_log=False,
                log_level="warning",
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=3,
            )
            _Server(config, url_of(listener)).run(sockets=[listener])
        finally:
            store.close()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    address = loopback(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as listener:
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
