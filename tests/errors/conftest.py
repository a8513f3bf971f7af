"""The command line in this process, against a sandbox that does what a test tells it to."""

import asyncio
import json
import selectors
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from clerkform.cli import connect, main
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace
from clerkform.sandbox import Fault, SandboxTransport, Settings, Store, create_app
from tests.errors.findings import write
from tests.support import KEY, Clock


class QuickSelector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select()
        QuickLoop.waited += timeout
        return super().select(0)


class QuickLoop(asyncio.SelectorEventLoop):
    """Time passes when everybody waits for it; what a thread does is waited for."""

    waited = 0.0

    def __init__(self) -> None:
        super().__init__(QuickSelector())

    def time(self) -> float:
        return QuickLoop.waited


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """``cli("plan")`` runs a command; ``fault`` makes the sandbox answer otherwise."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self, **settings: Any) -> None:
        """A new, empty instance."""
        self.app = create_app(Store(clock=Clock()), Settings(**settings))

    def fault(self, path: str = "", method: str = "", **rule: Any) -> None:
        self.app.state.faults.add(Fault(path, method, **rule))

    def heal(self) -> None:
        self.app.state.faults.clear()

    def write(self, text: str, name: str = "clerk.yaml") -> None:
        write(self.root, {name: text})

    def __call__(self, *args: str) -> Outcome:
        QuickLoop.waited = 0.0
        environ = {"CLERK_SECRET_KEY": KEY, "CLERK_API_URL": "http://127.0.0.1:9", **self.environ}
        done = CliRunner().invoke(main, ["-C", str(self.root), *args], env=environ)
        outcome = Outcome(done.exit_code, done.stdout, done.stderr)
        assert "Traceback" not in outcome.text
        assert "a fault of its own" not in outcome.text, outcome.text
        assert not [secret for secret in self._secrets() if secret in outcome.text]
        return outcome

    def _secrets(self) -> list[str]:
        """What may be in no output: the key, and what the server has made."""
        store = self.app.state.store
        made = [store.secret("api_keys", key["id"]) for key in store.select("api_keys")]
        return [KEY, *made]

    @property
    def waited(self) -> float:
        """Seconds that the last command waited."""
        return QuickLoop.waited

    @property
    def received(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.app.state.requests]

    @property
    def writes(self) -> list[str]:
        return [line for line in self.received if not line.startswith("GET")]

    def live(self, kind: str) -> Any:
        return self.app.state.store.select(kind, descending=False)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    cli = Cli(tmp_path)

    def client(url: str, key: str, **options: Any) -> ClerkClient:
        options |= {"transport": SandboxTransport(cli.app), "clock": lambda: QuickLoop.waited}
        return ClerkClient(url, key, **options)

    def pace(*args: Any, **options: Any) -> Pace:
        return Pace(*args, **options, clock=lambda: QuickLoop.waited)

    monkeypatch.setattr(asyncio.events, "new_event_loop", QuickLoop)
    monkeypatch.setattr(connect, "ClerkClient", client)
    monkeypatch.setattr(connect, "Pace", pace)
    for name in ("CLERKFORM_ENVIRONMENT", "CLERKFORM_DEBUG", "CI"):
        monkeypatch.delenv(name, raising=False)
    return cli
