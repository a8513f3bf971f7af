"""A sandbox and a folder of manifests, with every request on record and Clerk's SDK beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import clerk_backend_api
import httpx

from clerkform.apply.run import Event, Failed, NotRun
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace
from clerkform.client.reader import ClerkReader
from clerkform.client.writer import ClerkWriter
from clerkform.kinds import KINDS
from clerkform.ledger.journal import Journal
from clerkform.ledger.store import Store
from clerkform.live.state import Live
from clerkform.plan.limits import Guards
from clerkform.sandbox import SandboxTransport, Settings, create_app
from clerkform.sandbox import Store as SandboxStore
from clerkform.secrets.vault import Vault
from clerkform.waiting import clock as clock_module
from clerkform.workflows.apply import apply
from clerkform.workflows.load import load
from clerkform.workflows.plan import Planned, make_plan
from clerkform.workflows.ports import Ends
from clerkform.workflows.request import Asked
from tests.support import ANY, KEY, URL, Clock, sources_of

TRUSTED = Guards(production=True, interactive=True, allow_weakening=ANY, allow_lockout=ANY)
"""Somebody sees the plan and means it, and the instance may be a production one."""


class Recorder(httpx.AsyncBaseTransport):
    """Keeps what it passes on."""

    def __init__(self, inner: httpx.AsyncBaseTransport, kept: list[httpx.Request]) -> None:
        self._inner, self._kept = inner, kept

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self._kept.append(request)
        return await self._inner.handle_async_request(request)


class Bridge(httpx.BaseTransport):
    """The sandbox for a synchronous client, which Clerk's SDK is."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return asyncio.run(self._exchange(request))

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


@dataclass
class Applied:
    """What an apply was to do, what it said, and what it sent."""

    planned: Planned
    events: list[Event]
    sent: list[httpx.Request]

    @property
    def steps(self) -> list[str]:
        return [str(step.id) for step in self.planned.plan.steps]

    @property
    def failures(self) -> list[Event]:
        return [event for event in self.events if isinstance(event, Failed | NotRun)]


@dataclass
class Time:
    """Seconds that pass only where somebody waits for them."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Workshop:
    """``sent`` is all that clerkform sent so far; the SDK and ``call`` are not on it."""

    root: Path
    settings: Settings = field(default_factory=Settings)
    environ: Mapping[str, str] = field(default_factory=dict)
    key: str = KEY
    clock: Clock = field(default_factory=Clock)
    """The server's."""
    time: Time = field(default_factory=Time)
    """clerkform's."""
    sent: list[httpx.Request] = field(default_factory=list)
    ledger: Store | None = None
    """Without one, nothing is remembered from one apply to the next."""

    def __post_init__(self) -> None:
        self.app = create_app(SandboxStore(clock=self.clock), self.settings)
        bridge = Bridge(SandboxTransport(self.app))
        headers = {"Authorization": f"Bearer {KEY}", "Clerk-API-Version": "2026-05-12"}
        self.http = httpx.Client(transport=bridge, base_url=URL, headers=headers)
        self.sdk = clerk_backend_api.Clerk(
            bearer_auth=KEY,
            server_url=URL,
            client=httpx.Client(transport=bridge),
            retry_config=None,
        )

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request past clerkform; it must succeed."""
        response = self.http.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json()

    def environment(self) -> dict[str, Any]:
        """What the Frontend API shows of the instance, asked without a key."""
        (primary,) = (
            one for one in self.call("GET", "/domains")["data"] if not one["is_satellite"]
        )
        with httpx.Client(transport=Bridge(SandboxTransport(self.app))) as anybody:
            found: dict[str, Any] = anybody.get(
                f"{primary['frontend_api_url']}/v1/environment"
            ).json()
        return found

    def plan(self, manifest: str, asked: Asked | None = None) -> Planned:
        return asyncio.run(self._plan(manifest, asked))

    def apply(self, manifest: str, asked: Asked | None = None) -> Applied:
        return asyncio.run(self._apply(manifest, asked))

    async def _plan(self, manifest: str, asked: Asked | None) -> Planned:
        async with self._ends() as ends:
            return await self._planned(manifest, asked, ends)

    async def _apply(self, manifest: str, asked: Asked | None) -> Applied:
        before = len(self.sent)
        async with self._ends() as ends:
            planned = await self._planned(manifest, asked, ends)
            events = [event async for event in apply(planned, KINDS, ends, lambda: False)]
        self.clock.ms += 1000  # so that the next object is newer, whatever it is ordered by
        return Applied(planned, events, self.sent[before:])

    async def _planned(self, manifest: str, asked: Asked | None, ends: Ends) -> Planned:
        self.write("clerk.yaml", manifest)
        loaded = load(self.root, None, KINDS, self.environ)
        return await make_plan(loaded, KINDS, ends, asked or Asked(guards=TRUSTED))

    @asynccontextmanager
    async def _ends(self) -> AsyncIterator[Ends]:
        transport = Recorder(SandboxTransport(self.app), self.sent)
        vault = Vault(self.root, self.environ)
        time = self.time
        pace = Pace(100_000, clock=time, sleep=time.sleep)
        options: dict[str, Any] = {
            "pace": pace,
            "transport": transport,
            "sleep": time.sleep,
            "clock": time,
        }
        async with ClerkClient(URL, self.key, **options) as client:
            reader = ClerkReader(client, KINDS, sources=sources_of(client, transport))
            passing = clock_module.Clock(self.app.state.store.now, time.sleep)

            def writer(live: Live, journal: Journal) -> ClerkWriter:
                return ClerkWriter(client, reader, KINDS, vault, self.root, live, journal, passing)

            yield Ends(
                reader,
                vault,
                writer,
                self.ledger,
                requests=lambda: client.reads + client.writes,
                clock=passing,
            )


def converged(shop: Workshop, manifest: str, asked: Asked | None = None) -> Applied:
    """Apply, which must succeed; a second apply must find nothing to do, and write nothing."""
    done = shop.apply(manifest, asked)
    assert done.failures == []
    again = shop.apply(manifest)
    assert again.steps == []
    assert methods(again.sent) == {"GET"}
    return done


def methods(sent: Sequence[httpx.Request]) -> set[str]:
    return {request.method for request in sent}
