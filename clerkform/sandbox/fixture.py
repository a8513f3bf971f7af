"""A sandbox to test against: in process, and over HTTP once its URL is asked for."""

import threading
from collections.abc import Iterable
from typing import Any, Self

import httpx
from starlette.applications import Starlette

from clerkform.sandbox.app import Received, Sandbox, create_app
from clerkform.sandbox.faults import Fault
from clerkform.sandbox.groups import Group
from clerkform.sandbox.serve import Serving
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.state import dump_store
from clerkform.sandbox.store import Store
from clerkform.sandbox.transport import SandboxTransport


class ClerkSandbox:
    """One state, however it is reached. Leaving the ``with`` block ends it."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        seed: dict[str, Any] | None = None,
        groups: Iterable[Group] = (),
    ) -> None:
        self.store = Store()
        self._groups = tuple(groups)
        self.app: Starlette = create_app(self.store, settings, seed=seed, groups=self._groups)
        self.secret_key = "sk_test_clerk_sandbox"
        """Any other ``sk_test_...`` opens an instance of its own."""
        self._serving: Serving | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT/v1``, for clients in this process or in others."""
        with self._lock:
            if self._serving is None:
                self._serving = Serving(self.app)
        return self._serving.url

    def transport(self) -> httpx.AsyncBaseTransport:
        """For ``httpx.AsyncClient``: the same state without a socket."""
        return SandboxTransport(self.app)

    @property
    def requests(self) -> list[Received]:
        """What was received so far, oldest first."""
        return list(self._sandbox.requests)

    @property
    def fired(self) -> tuple[int, ...]:
        """How often each fault rule fired."""
        return self._sandbox.faults.fired

    def fail(self, path: str = "", method: str = "", **rule: Any) -> None:
        """Have requests go wrong: ``fail("/users$", "POST", status=503, times=1)``. See Fault."""
        self._sandbox.faults.add(Fault(path, method, **rule))

    def configure(self, **changes: Any) -> None:
        """Turn knobs: ``configure(read_lag=500, organizations=False)``. See ``knobs``."""
        self._sandbox.change(changes)

    def advance(self, milliseconds: int) -> None:
        """Move the sandbox's clock: what lags is seen, what is due expires, limits reopen."""
        self.store.advance(milliseconds)

    def dump(self) -> dict[str, Any]:
        """Everything in it, as the API would answer it."""
        return dump_store(self.store, self._sandbox.settings, groups=self._groups)

    @property
    def _sandbox(self) -> Sandbox:
        sandbox: Sandbox = self.app.state.sandbox
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._serving:
            self._serving.stop()
        self.store.close()
