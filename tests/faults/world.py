"""A folder and an instance for one case, and what has to be true of them in the end."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from clerkform.sandbox.serve import Serving
from tests import virtual
from tests.errors.findings import write
from tests.faults.gate import KEYS, Exchange, Gate, Strike, names_of
from tests.faults.objects import SIGNING_KEY
from tests.faults.projects import ENVIRON, KEY, PRIVATE, Project
from tests.members import Members
from tests.proof import swapped
from tests.shell import REPO, clean_environ
from tests.virtual import Outcome, QuickLoop

CRASHED_STEP = re.compile(r"\b[A-Z]\w+ in (create|update|delete) \w+/")
VARYING = frozenset({"id", "created_at", "updated_at", "last_used_at", "expiration", "image_url"})
COMPUTED = {name: VARYING.union(kind.computed) for name, kind in swapped.ALL.items()}
"""What of an object nobody sets, by its kind."""
OWN_KEYS = {
    name: [key for leaf in kind.identity for key in (leaf.name, f"{leaf.name}_id")]
    for name, kind in swapped.ALL.items()
}
"""What the server may call the fields of a kind's key."""

SETS = ("permissions", "roles")
"""Lists that are in the order in which somebody came to add to them."""

DONE, WRONG, NO_PLAN, FAILED, KILLED = 0, 1, 3, 4, -9
NOT_KNOWN = "is not in Clerk's answer: what it would become is not known"
MINTED = frozenset({"instance", *(name for name, kind in swapped.ALL.items() if kind.generates)})
"""Kinds of which the server makes the secrets, by chance."""


class Row(NamedTuple):
    """An object as the server keeps it."""

    kind: str
    id: str
    text: str
    secret: str | None

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.text)
        return body

    @property
    def secrets(self) -> dict[str, str]:
        """What the server made, by its name where there are several."""
        if self.secret is None or not self.secret.startswith("{"):
            return {"secret": self.secret} if self.secret else {}
        found: dict[str, str] = json.loads(self.secret)
        return found

    @property
    def is_revoked(self) -> bool:
        return self.body.get("revoked") is True


def rows_of(store: Any) -> dict[str, Row]:
    """What the server keeps, by id."""
    query = "SELECT kind, id, body, secret FROM objects"
    return {row[1]: Row(*row) for row in store.database.execute(query).fetchall()}


def state_of(store: Any) -> tuple[str, ...]:
    """All that is live, with names for ids and without times: equal for equal states."""
    names = names_of(store)
    found = []
    for row in rows_of(store).values():
        if row.is_revoked:
            continue
        unset = COMPUTED.get(row.kind, VARYING)
        body = {name: value for name, value in row.body.items() if name not in unset}
        body |= {name: sorted(body[name]) for name in SETS if name in body}
        secret = None if row.kind in MINTED else row.secret
        text = json.dumps([row.kind, names[row.id], body, secret], sort_keys=True)
        for object_id, name in names.items():
            text = text.replace(object_id, name)
        found.append(text)
    return tuple(sorted(found))


class Clock:
    """Unix time: that of the machine while another process runs, else moved by waiting alone."""

    def __init__(self) -> None:
        QuickLoop.waited = 0.0
        self._start = time.time()
        self._is_real = False

    def __call__(self) -> float:
        return (time.time() if self._is_real else self._start) + QuickLoop.waited

    @contextmanager
    def real(self) -> Iterator[None]:
        self._is_real = True
        yield
        self._start, self._is_real = time.time(), False


@dataclass
class World:
    """``run`` runs a command in this process, ``run_and_die`` in one that is killed."""

    project: Project
    root: Path
    skew: int = 0
    """Seconds that the server's clock is ahead of the command's."""

    def __post_init__(self) -> None:
        self.clock = Clock()
        store = Store(clock=lambda: int((self.clock() + self.skew) * 1000))
        settings = Settings(instance="production")
        seed, groups = dict(self.project.seed), self.project.groups
        self.app = create_app(store, settings, seed=seed, groups=groups)
        self.shut: list[str] = []
        """Requests after which the allowlist was on and had no entry: nobody gets in."""
        self.members, self.bereft = Members(store), list[str]()
        """What was wrong of members after a request."""
        self.gate = Gate(self.app, self.look)
        self.root.mkdir(exist_ok=True)
        write(self.root, self.project.files)
        self.before = self.rows()
        self.made: set[str] = set()
        """Every secret that the server made."""

    def rows(self) -> dict[str, Row]:
        return rows_of(self.app.state.store)

    def look(self, address: str) -> None:
        """What nobody may find the instance in, after any request."""
        store = self.app.state.store
        with store.transaction(write=False):
            restrictions = next(iter(store.select("restrictions")), {})
            if restrictions.get("allowlist") and not store.count("allowlist_identifiers"):
                self.shut.append(address)
        self.bereft += [f"{address}: {fault}" for fault in self.members.faults()]

    def run(self, *args: str, strike: Strike | None = None) -> tuple[Outcome, list[Exchange]]:
        """A command in this process, in virtual time; and what it sent."""
        with pytest.MonkeyPatch.context() as patch:
            transport = SandboxTransport(self.gate)  # type: ignore[arg-type]
            virtual.substitute(patch, lambda: transport, self.clock)
            self.gate.arm(strike)
            environ = {"CLERK_API_URL": "http://127.0.0.1:9", **ENVIRON}
            with swapped.more_kinds() if self.project.groups else nullcontext():
                outcome = virtual.run(self.root, environ, *args)
        exchanges = list(self.gate.exchanges)
        if strike:
            assert self.gate.disarm() >= 1, f"the fault never fired:\n{outcome.text}"
        self.check_run(outcome)
        return outcome, exchanges

    def run_and_die(self, *args: str, strike: Strike) -> Outcome:
        """A command in a process of its own, which SIGKILL ends at a request."""
        out, err = self.root.parent / "out", self.root.parent / "err"
        with self.clock.real(), out.open("w") as stdout, err.open("w") as stderr:
            serving = Serving(self.gate)  # type: ignore[arg-type]
            environ = {
                **clean_environ(),
                **ENVIRON,
                "CLERK_API_URL": serving.url.removesuffix("/v1"),
            }
            module = "tests.proof.swapped" if self.project.groups else "clerkform"
            command = [sys.executable, "-m", module, "-C", str(self.root), *args]

            def kill() -> None:
                process.kill()
                process.wait()

            self.gate.arm(strike, kill)
            try:
                with subprocess.Popen(
                    command, env=environ, cwd=REPO, stdout=stdout, stderr=stderr
                ) as process:
                    process.wait()
            finally:
                serving.stop()
        outcome = Outcome(process.returncode, out.read_text(), err.read_text())
        assert self.gate.disarm() == 1, f"the kill never came:\n{outcome.text}"
        virtual.check_told(outcome)
        self.check_run(outcome)
        return outcome

    def check_run(self, outcome: Outcome) -> None:
        """No fault of clerkform's own, and no secret anywhere but in its sink."""
        assert not CRASHED_STEP.search(outcome.text), outcome.text
        assert self.shut == []
        assert self.bereft == []
        self.made |= {one for row in self.rows().values() for one in row.secrets.values()}
        secrets = {*self.made, KEY, SIGNING_KEY, *PRIVATE}
        texts = {"what it said": outcome.text, **self._saved()}
        leaks = [(name, one) for name, text in texts.items() for one in secrets if one in text]
        assert leaks == []

    def _saved(self) -> dict[str, str]:
        """What is in the folder besides what the project's author put there, and the sinks."""
        files = {path.relative_to(self.root).as_posix(): path for path in self.root.rglob("*")}
        return {
            name: path.read_bytes().decode(errors="replace")
            for name, path in files.items()
            if path.is_file()
            and not name.startswith(".secrets/")
            and name not in self.project.files
        }

    # --- what has to be true in the end -------------------------------------------------------

    def state(self) -> tuple[str, ...]:
        return state_of(self.app.state.store)

    def check_untouched(self) -> None:
        """What no manifest mentions, and what was as it is declared, is the same to the byte; and of
        settings each field that none declares."""
        rows, written = self.rows(), self.project.written
        kept = {i: row for i, row in self.before.items() if i not in self.project.touched}
        settings = {i: row for i, row in kept.items() if row.kind in written}
        assert {i: rows.get(i) for i in kept.keys() - settings} == {
            i: row for i, row in kept.items() if i not in settings
        }
        assert {row.kind for row in settings.values()} == {*written}
        for object_id, before in settings.items():
            assert rows[object_id].body == {**before.body, **written[before.kind]}

    def check_honest(self, outcome: Outcome, state: Sequence[str]) -> None:
        """What an exit code says is so: all is done, or nothing was begun. What could not be told
        from an answer is named."""
        if outcome.code == DONE:
            assert self.state() == state or NOT_KNOWN in outcome.text, outcome.text
        elif outcome.code != FAILED:
            texts = {i: row.text for i, row in self.rows().items()}
            assert texts == {i: row.text for i, row in self.before.items()}, outcome.text

    def recorded(self) -> dict[str, Any]:
        """What the ledger has of what was sent, by address."""
        path = self.root / ".clerkform/ledger.production.json"
        entries = json.loads(path.read_text())["entries"] if path.exists() else {}
        return {address: entry.get("values", {}) for address, entry in entries.items()}

    def check_no_duplicates(self) -> None:
        """Of no kind are there two at one key; a revoked or expired API key is none."""
        found: dict[Any, list[str]] = {}
        for row in self.rows().values():
            body = row.body
            is_over = row.is_revoked or 0 < (body.get("expiration") or 0) < self.clock() * 1000
            names = {*OWN_KEYS.get(row.kind, ()), *KEYS} - {"to"}
            key = tuple(body[name] for name in sorted(names) if name in body)
            if key and not is_over:
                found.setdefault((row.kind, key), []).append(row.id)
        assert {key: ids for key, ids in found.items() if len(ids) > 1} == {}

    def check_delivered(self) -> None:
        """Each sink holds the secret of the one live key, and that verifies."""
        rows, names = self.rows(), names_of(self.app.state.store)
        for (subject, name), (file, variable) in self.project.sinks.items():
            (key,) = (
                row
                for row in rows.values()
                if row.kind == "api_keys"
                and not row.is_revoked
                and (body := row.body)["name"] == name
                and names.get(body["subject"]) == subject
                and not 0 < (body["expiration"] or 0) < self.clock() * 1000
            )
            text = (self.root / file).read_text()
            lines = dict(line.partition("=")[::2] for line in text.splitlines())
            assert (lines[variable] if variable else text) == key.secret, (subject, name)
            if variable:
                assert lines["OTHER"] == "kept"
            answer = self.call("POST", "/api_keys/verify", {"secret": key.secret})
            assert answer["id"] == key.id
        for (kind, name, which), file in self.project.made.items():
            (one,) = (r for r in rows.values() if (r.kind, names[r.id]) == (kind, name))
            assert (self.root / file).read_text() == one.secrets[which], (name, which)

    def check_ledger(self) -> None:
        """The ids in it are live, and at the addresses that it says; nothing is owed any more."""
        path = self.root / ".clerkform/ledger.production.json"
        if not path.exists():
            return
        assert path.stat().st_mode & 0o777 == 0o600
        rows, names = self.rows(), names_of(self.app.state.store)
        for address, entry in json.loads(path.read_text())["entries"].items():
            assert not entry.get("intent"), address
            assert not entry.get("superseded"), address
            assert entry.get("delivery") != "owed", address
            assert not entry.get("made"), address
            if object_id := entry.get("id"):
                kind, _, key = address.partition("/")
                if object_id == kind:  # settings, which are one object and always there
                    continue
                assert not rows[object_id].is_revoked, address
                assert rows[object_id].kind == kind
                is_under = len(swapped.ALL[kind].identity) > 1
                known = key.rpartition("/")[2] if is_under else key
                assert not key or names[object_id] == known, address

    def call(self, method: str, path: str, body: Any) -> Any:
        """One request past clerkform; it must succeed."""
        headers = {"Authorization": f"Bearer {KEY}"}

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=SandboxTransport(self.app), base_url="http://sandbox.test/v1"
            ) as client:
                return await client.request(method, path, json=body, headers=headers)

        response = asyncio.run(send())
        assert response.is_success, response.text
        return response.json()


def check_converged(
    world: World, state: Sequence[str], recorded: Mapping[str, Any], *args: str
) -> None:
    """Everything that holds once a command was run again. ``state`` and ``recorded`` are those of a
    run without a fault; ``args`` is the command that now has nothing to do."""
    assert world.state() == state
    assert world.recorded() == recorded
    world.check_untouched()
    world.check_no_duplicates()
    world.check_ledger()
    outcome, exchanges = world.run(*args)
    assert outcome.code == 0, outcome.text
    assert "Nothing to do." in outcome.text
    assert [one.address for one in exchanges if one.method != "GET"] == []
    world.check_delivered()
