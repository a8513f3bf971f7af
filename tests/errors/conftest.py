"""The command line in this process, against a sandbox that does what a test tells it to."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clerkform.sandbox import Fault, SandboxTransport, Settings, Store, create_app
from tests import virtual
from tests.errors.findings import write
from tests.support import KEY, Clock
from tests.virtual import Outcome, QuickLoop


@dataclass
class Cli:
    """``cli("plan")`` runs a command; ``fault`` makes the sandbox answer otherwise."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self, **settings: Any) -> None:
        """A new, empty instance."""
        self.clock = Clock()
        self.app = create_app(Store(clock=self.clock), Settings(**settings))

    def fault(self, path: str = "", method: str = "", **rule: Any) -> None:
        self.app.state.faults.add(Fault(path, method, **rule))

    def heal(self) -> None:
        self.app.state.faults.clear()

    def write(self, text: str, name: str = "clerk.yaml") -> None:
        write(self.root, {name: text})

    def __call__(self, *args: str) -> Outcome:
        QuickLoop.waited = 0.0
        environ = {"CLERK_SECRET_KEY": KEY, "CLERK_API_URL": "http://127.0.0.1:9", **self.environ}
        outcome = virtual.run(self.root, environ, *args)
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
    virtual.substitute(monkeypatch, lambda: SandboxTransport(cli.app))
    return cli
