"""A project with a secret in every place that one can be in, and an instance that notes what came."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clerkform.apply.run import Failed
from clerkform.cli import applying, main
from clerkform.cli.invocation import Invocation
from clerkform.report.summary import Tally
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from tests import virtual
from tests.canary.encodings import leaks
from tests.errors.findings import write
from tests.support import Clock
from tests.virtual import Outcome, QuickLoop

ODD = ' "q" \\ / + é * _ < > | ` & = % ~'
"""What JSON, Markdown, HTML, shells and addresses escape."""


def pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()


OWN = (".secrets/", "clerk.yaml", "metadata.json", "pulled/")
"""Where the project itself keeps what is secret or sensitive, or was asked to."""
KEY = "sk_live_canaryInstanceKey0123456789"
PROJECT = """\
version: 1
limits: {max_deletes: 50, max_delete_percent: 100}
lint: {ignore: [private-metadata]}
environments:
  real: {secret_key: {from_env: CLERK_SECRET_KEY}, production: true}
  other: {secret_key: {from_env: CLERK_SECRET_KEY_OTHER}}
default_environment: real
"""
MANIFEST = """\
jwt_templates:
  - name: from-env
    signing_algorithm: HS256
    signing_key: {from_env: SIGNING}
    claims: {aud: AUD}
    tests: [{name: audience, claims: {aud: AUD}}]
  - {name: from-project, signing_algorithm: ES256, claims: {aud: AUD}, signing_key: {from_file: .secrets/key.pem}}
  - {name: from-folder, signing_algorithm: ES256, claims: {aud: AUD}, signing_key: {from_file: OUTSIDE/outside.pem}}
  - {name: from-command, signing_algorithm: HS256, claims: {aud: AUD}, signing_key: {from_command: [./tool, print]}}
instance_restrictions: {blocklist: false}
organizations:
  - slug: acme
    name: Acme
    public_metadata: {tier: AUD}
    private_metadata: {margin: "METADATA", deep: {pins: [NUMBER, "inListMETADATA"]}}
api_keys:
  - {name: in-file, subject: {organization: acme}, description: AUD, secret_to: {file: .secrets/api-key}}
  - name: in-env-file
    subject: {organization: acme}
    claims: {limit: "CLAIM", more: ["inListCLAIM"]}
    secret_to: {env_file: .secrets/app.env, name: API_KEY}
  - {name: in-command, subject: {organization: acme}, secret_to: {command: [./tool, keep]}}
"""
TOOL = """\
#!/bin/sh
case $1 in
  print) cat OUTSIDE/printed; cat OUTSIDE/printed >&2;;
  keep) cat > OUTSIDE/kept;;
esac
"""


@dataclass
class World:
    """``world("plan")`` runs a command and looks for canaries in all that is left of it."""

    root: Path
    outside: Path
    patch: pytest.MonkeyPatch
    secrets: dict[str, str] = field(default_factory=dict)
    """By what they are: what may be in no output and in no file but its own."""
    sensitive: dict[str, str] = field(default_factory=dict)
    """What may be in a file that was pulled with it besides."""
    environ: dict[str, str] = field(default_factory=dict)
    headers: set[str] = field(default_factory=set)
    """``Authorization`` of every request but the public ones."""
    public: list[str] = field(default_factory=list)
    """Paths of what was asked without any."""
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda request: None
    """Answers in the place of the instance."""
    errors: list[BaseException] = field(default_factory=list)
    is_made_to_crash: bool = False
    """What is raised is a test's, so that what it says is no matter."""

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.app = create_app(Store(clock=self.clock), Settings(instance="production"))
        self.outside.mkdir()
        self.records = _Records()
        virtual.substitute(self.patch, lambda: _Wire(self))
        self.patch.setattr(Invocation, "report", self._reporting(Invocation.report))
        self.patch.setattr(applying, "Tally", self._tally())
        self.secrets |= {
            "the instance's key": KEY,
            "another instance's key": "sk_test_canaryOtherKey0123456789",
            "a variable that nobody names": "unnamed-variable-canary-0123456789",
            "a manifest's variable that nobody uses": "unused-var-canary-0123456789",
            "another line of the env file": "other-line-canary-0123456789",
            "the key in the project": pem(),
            "the key in a secret folder": pem(),
            "the key that a program prints": f"printed-canary-0123456789-0123456789{ODD}",
        }
        self.environ |= {
            "CLERKFORM_ALLOW_LOCKOUT": " ".join(  # their keys change, or are sent again
                f"jwt_templates/from-{word}" for word in ("env", "command", "folder", "project")
            ),
            "CLERK_SECRET_KEY": KEY,
            "CLERK_SECRET_KEY_OTHER": self.secrets["another instance's key"],
            "CLERK_API_URL": "http://127.0.0.1:9",
            "UNNAMED": self.secrets["a variable that nobody names"],
            "CLERKFORM_VAR_unused": self.secrets["a manifest's variable that nobody uses"],
            "CLERKFORM_SECRET_DIRS": str(self.outside),
            "CLERKFORM_ALLOW_COMMANDS": "1",
        }
        self.rotate("first")
        write(
            self.root,
            {
                "clerkform.yaml": PROJECT,
                ".gitignore": ".secrets/\n.clerkform/\n",
                ".secrets/key.pem": f"{self.secrets['the key in the project']}\n",
                ".secrets/app.env": f"OTHER={self.secrets['another line of the env file']}\n",
                "tool": TOOL.replace("OUTSIDE", str(self.outside)),
            },
        )
        (self.root / "tool").chmod(0o755)
        (self.outside / "outside.pem").write_text(self.secrets["the key in a secret folder"])
        (self.outside / "printed").write_text(self.secrets["the key that a program prints"])
        self.declare("first")

    # --- what is declared ---------------------------------------------------------------------

    def rotate(self, word: str) -> None:
        """Another value of the signing key; what it was stays a secret."""
        value = f"signing-canary-{word}-0123456789-0123456789{ODD}"
        self.secrets[f"the {word} signing key"] = self.environ["SIGNING"] = value

    def declare(self, word: str) -> None:
        """Other values of everything sensitive, and of what is not."""
        number = 10**12 + int.from_bytes(word.encode()[:3])
        texts = {
            "METADATA": f"metadataCanary{word}0123456789",
            "CLAIM": f"claimCanary{word}0123456789",
            "NUMBER": str(number),
        }
        self.sensitive |= {f"{name} {word}": text for name, text in texts.items()}
        text = MANIFEST.replace("OUTSIDE", str(self.outside))
        for name, value in {**texts, "AUD": f"audience-{word}"}.items():
            text = text.replace(name, value)
        write(self.root, {"clerk.yaml": text})

    def drift(self, word: str) -> None:
        """Somebody else edits what is sensitive, behind clerkform's back."""
        store = self.app.state.store
        (acme,) = store.select("organizations")
        margin, claim = f"metadataCanary{word}0123456789", f"claimCanary{word}0123456789"
        self.sensitive |= {f"METADATA {word}": margin, f"CLAIM {word}": claim}
        store.replace("organizations", {**acme, "private_metadata": {"margin": margin}})
        for key in store.select("api_keys"):
            if key["name"] == "in-env-file":
                store.replace("api_keys", {**key, "claims": {"limit": claim}})

    # --- running ------------------------------------------------------------------------------

    def __call__(self, *args: str, code: int | None = None, pulls: bool = False) -> Outcome:
        """``pulls`` says that what is sensitive was asked for."""
        QuickLoop.waited = 0.0
        self.errors.clear()
        self.records.texts.clear()
        with self.records.listening():
            done = CliRunner(env=self.environ).invoke(main, ["-C", str(self.root), *args])
        outcome = Outcome(done.exit_code, done.stdout, done.stderr)
        if code is not None:
            assert outcome.code == code, outcome.text
        self.check(outcome, {} if pulls else self.sensitive)
        return outcome

    def check(self, outcome: Outcome, sensitive: dict[str, str]) -> None:
        """No canary is in anything that the run printed, logged, raised or wrote."""
        store = self.app.state.store
        for key in store.select("api_keys"):
            self.secrets[f"the API key {key['id']}"] = store.secret("api_keys", key["id"])
        hidden = {**self.secrets, **sensitive}
        texts = {
            "standard output": outcome.out,
            "standard error": outcome.err,
            "a log": "\n".join(self.records.texts),
            "an exception": "\n".join(t for e in self.errors for t in _told(e)),
        }
        if self.is_made_to_crash:
            del texts["an exception"]
        found = {name: leaks(text, hidden) for name, text in texts.items()}
        hidden = {**self.secrets, **self.sensitive}
        found |= {name: leaks(text, hidden) for name, text in self.written()}
        assert {name: what for name, what in found.items() if what} == {}, outcome.text

    def written(self) -> Iterator[tuple[str, str]]:
        """Every file but those that a secret belongs into."""
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and not name.startswith(OWN):
                yield name, path.read_bytes().decode(errors="replace")

    # --- what must have come through ----------------------------------------------------------

    def sent(self) -> str:
        """The bodies of all requests, as JSON without escapes beyond its own."""
        return json.dumps([r.body for r in self.app.state.requests], ensure_ascii=False)

    def check_arrived(self, names: Sequence[str]) -> None:
        """These have been sent, so that the search for them meant something."""
        sent, known = self.sent(), {**self.secrets, **self.sensitive}
        for name in names:
            assert json.dumps(known[name], ensure_ascii=False)[1:-1] in sent, name
        assert f"Bearer {KEY}" in self.headers
        assert set(self.public) == set(PUBLIC)

    def check_delivered(self) -> None:
        """Each API key's secret is in its sink, and the other line of the env file stays."""
        store = self.app.state.store
        keys = [key for key in store.select("api_keys") if not key["revoked"]]
        live = {key["name"]: store.secret("api_keys", key["id"]) for key in keys}
        assert (self.root / ".secrets/api-key").read_text() == live["in-file"]
        assert (self.outside / "kept").read_text() == live["in-command"]
        lines = (self.root / ".secrets/app.env").read_text().splitlines()
        other = self.secrets["another line of the env file"]
        assert lines == [f"OTHER={other}", f"API_KEY={live['in-env-file']}"]

    # --- listening ----------------------------------------------------------------------------

    def _reporting(self, report: Callable[..., None]) -> Callable[..., None]:
        def reporting(invocation: Invocation, error: BaseException) -> None:
            self.errors.append(error)
            report(invocation, error)

        return reporting

    def _tally(world) -> type[Tally]:
        class Listening(Tally):
            def add(self, event: Any) -> None:
                if isinstance(event, Failed):
                    world.errors.append(event.error)
                super().add(event)

        return Listening


PUBLIC = ("/v1/environment", "/.well-known/jwks.json")
"""What the Frontend API shows anybody."""


class _Wire(httpx.AsyncBaseTransport):
    def __init__(self, world: World) -> None:
        self._world, self._inner = world, SandboxTransport(world.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path in PUBLIC:
            assert not {"authorization", "cookie"} & request.headers.keys()
            assert KEY not in repr((request.url, request.headers.raw))
            self._world.public.append(request.url.path)
        else:
            self._world.headers.add(request.headers["Authorization"])
        answer = self._world.answer(request)
        return answer or await self._inner.handle_async_request(request)


class _Records(logging.Handler):
    """Every record of every logger, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def listening(self) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def listen() -> Iterator[None]:
            root = logging.getLogger()
            before = root.level
            root.addHandler(self)
            root.setLevel(logging.DEBUG)
            try:
                yield
            finally:
                root.setLevel(before)
                root.removeHandler(self)

        return listen()


def _told(error: BaseException | None) -> Iterator[str]:
    """All that an exception and those before it say of themselves."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{one!r} {one} {one.args!r} {vars(one)!r}"
        yield "".join(traceback.format_exception(one))
        waiting += [one.__context__, one.__cause__, *getattr(one, "exceptions", ())]
