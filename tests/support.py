"""Small helpers that tests share: manifests as text to values, and a sandbox to apply them to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from clerkform.apply.run import Event
from clerkform.client.api_url import parse_api_url
from clerkform.client.frontend import Frontend, Way
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace
from clerkform.client.reader import ClerkReader, Sources
from clerkform.client.writer import ClerkWriter
from clerkform.desired import Desired, desired_state
from clerkform.diagnostics import Problems, Source
from clerkform.diff.action import Action, Actions
from clerkform.diff.actions import diff
from clerkform.diff.match import Matched, match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.live.people import Person
from clerkform.live.reads import Read
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.parse import parse
from clerkform.manifest.values import Scope
from clerkform.model import Address, Kind, Registry
from clerkform.plan.build import Plan, build_plan
from clerkform.project.frontend import Claim
from clerkform.sandbox import SandboxTransport, Settings, Store, create_app
from clerkform.secrets.vault import Vault
from clerkform.waiting import clock as clock_module
from clerkform.waiting.until import Sleep
from clerkform.workflows.apply import apply
from clerkform.workflows.load import Loaded, load
from clerkform.workflows.plan import Planned, make_plan
from clerkform.workflows.ports import Ends
from clerkform.workflows.request import Asked

URL = "http://sandbox.test/v1"
KEY = "sk_test_sandbox"


def sources_of(client: ClerkClient, transport: httpx.AsyncBaseTransport) -> Sources:
    """What shows settings that their own reads hide, in the same sandbox.

    It is asked as by a command of its own each time: that knows of no address from before.
    """

    def frontend() -> Frontend:
        return Frontend(client, Way(parse_api_url(URL), transport), Claim())

    return {
        "frontend": lambda: frontend().document(),
        "primary_domain": lambda: frontend().primary_domain(),
    }


class Everywhere(frozenset[str]):
    """Has every address in it: for tests of something else than what a change means."""

    def __contains__(self, one: object) -> bool:
        return True


ANY = Everywhere()


async def no_sleep(seconds: float) -> None:
    """Waiting without the time: other tasks have their turn."""
    await asyncio.sleep(0)


@dataclass
class Clock:
    """Milliseconds since 1970; stands still until it is moved."""

    ms: int = 1_750_000_000_000

    def __call__(self) -> int:
        return self.ms


def desired_from(
    *texts: str,
    overlays: Sequence[str] = (),
    variables: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    registry: Registry = KINDS,
    problems: Problems | None = None,
) -> Desired:
    """What manifests declare; without ``problems`` there must be none."""
    found = Problems() if problems is None else problems
    base = [parse(Source(f"m{at}.yaml", text), found) for at, text in enumerate(texts)]
    over = [parse(Source(f"o{at}.yaml", text), found) for at, text in enumerate(overlays)]
    scope = Scope(variables or {}, lambda path, span: (files or {}).get(path))
    desired = desired_state(
        [node for node in base if node], [node for node in over if node], registry, scope, found
    )
    if problems is None:
        assert found == []
    return desired


def declaring(sections: Mapping[str, Sequence[Any]], registry: Registry = KINDS) -> Desired:
    """What plain values declare; JSON is YAML."""
    return desired_from(yaml.safe_dump(dict(sections), sort_keys=False), registry=registry)


def live_from(bodies: Mapping[str, Sequence[Mapping[str, Any]]], *whole: str) -> Live:
    """Live objects as the API answers them; an id is made up where there is none."""
    objects = [
        LiveObject(name, body["id"], KINDS[name].from_api(dict(body)))
        for name, those in bodies.items()
        for body in ({"id": f"{KINDS[name].id_prefix}{at}", **b} for at, b in enumerate(those))
    ]
    return Live().with_(objects, whole)


def live_of(kind: Kind, *bodies: Mapping[str, Any]) -> Live:
    """All live objects of one kind."""
    objects = (
        LiveObject(kind.name, f"{kind.id_prefix}{at}", kind.from_api(dict(body)))
        for at, body in enumerate(bodies)
    )
    return Live().with_(objects, [kind.name])


@dataclass(frozen=True)
class Compared:
    """Everything between a desired and a live state, up to the plan."""

    matched: Matched
    found: Actions
    plan: Plan
    problems: Problems

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems.in_order()]

    def action(self, address: str) -> Action:
        return next(a for a in self.found.actions if str(a.address) == address)

    @property
    def steps(self) -> list[str]:
        return [str(step.id) for step in self.plan.steps]


def compare(
    desired: Desired,
    live: Live,
    rules: Rules | None = None,
    registry: Registry = KINDS,
    people: Mapping[Address, str] | None = None,
) -> Compared:
    problems = Problems()
    matched = match(desired, live, registry, problems, people=people)
    found = diff(matched, live, registry, rules or Rules(), problems)
    return Compared(matched, found, build_plan(found), problems)


@dataclass(frozen=True)
class LiveReader:
    """Answers reads from a state."""

    live: Live

    async def instance(self) -> dict[str, Any]:
        return {"id": "ins_1", "environment_type": "development"}

    async def read(self, read: Read) -> Live:
        under = KINDS[read.kind].reads.under
        wanted = {under[parameter]: value for parameter, value in read.under}
        found = [
            one
            for one in self.live.of(read.kind)
            if all(one.values.get(name) == value for name, value in wanted.items())
        ]
        return Live().with_(found, [] if read.under else [read.kind])

    async def count(self, kind: str) -> int:
        return len(self.live.of(kind))

    async def people(self, addresses: Sequence[str]) -> Sequence[Person]:
        return []

    async def count_along(
        self, kind: str, ids: Sequence[str], most: int
    ) -> Mapping[str, Mapping[str, int]]:
        return {}


@dataclass
class Bench:
    """A sandbox in process and a folder with a project, driven as the commands drive them."""

    root: Path
    app: Any
    http: httpx.AsyncClient
    ends: Ends
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def load(self) -> Loaded:
        return load(self.root, None, KINDS, self.environ)

    async def plan(self, asked: Asked | None = None) -> Planned:
        return await make_plan(self.load(), KINDS, self.ends, asked or Asked())

    async def apply(self, planned: Planned) -> list[Event]:
        return [event async for event in apply(planned, KINDS, self.ends, lambda: False)]

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request past clerkform; it must succeed."""
        response = await self.http.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def stored(self, kind: str) -> list[dict[str, Any]]:
        """What the server has, oldest first."""
        found: list[dict[str, Any]] = self.app.state.store.select(kind, descending=False)
        return found

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of what was received and was no read, as an empty PATCH is one."""
        received = self.app.state.requests
        return [(r.method, r.path) for r in received if r.method != "GET" and r.body != {}]


@asynccontextmanager
async def bench(
    root: Path,
    settings: Settings | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    app: Any = None,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: Sleep = no_sleep,
) -> AsyncIterator[Bench]:
    """``app`` is a sandbox that is there already; ``transport`` is how clerkform gets to it."""
    app = app or create_app(Store(clock=clock or Clock()), settings)
    transport, environ = transport or SandboxTransport(app), environ or {}
    client = ClerkClient(URL, KEY, pace=Pace(100_000), transport=transport, sleep=no_sleep)
    headers = {"Authorization": f"Bearer {KEY}", "Clerk-API-Version": "2026-05-12"}
    http = httpx.AsyncClient(transport=SandboxTransport(app), base_url=URL, headers=headers)
    vault = Vault(root, environ)
    async with client, http:
        reader = ClerkReader(client, KINDS, sources=sources_of(client, transport))
        time = clock_module.Clock(app.state.store.now, sleep)
        ends = Ends(
            reader,
            vault,
            lambda live, journal: ClerkWriter(
                client, reader, KINDS, vault, root, live, journal, time
            ),
            requests=lambda: client.reads + client.writes,
            clock=time,
        )
        yield Bench(root, app, http, ends, environ)


def of_another(monkeypatch, *paths):
    """These files belong to another user, as far as anybody who looks can tell."""
    known = {os.lstat(path).st_ino for path in paths}
    for name in ("stat", "lstat"):
        look = getattr(os, name)

        def looked(path, *args, look=look, **options):
            found = look(path, *args, **options)
            other = found.st_uid + 1 if found.st_ino in known else found.st_uid
            return os.stat_result((*found[:4], other, *found[5:10]))

        monkeypatch.setattr(os, name, looked)
