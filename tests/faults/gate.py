"""Stands before the sandbox: gives each request an address, and strikes the one that is meant.

Independent steps run at once, so a request's place in the order says nothing. Its address does:
method, path with names in the place of ids, what a list is of or what a create makes, and which
such request it is: ``POST /api_keys first#1``. Whatever the order, each run of a command sends the
same ones until a fault changes its course.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from clerkform.sandbox import Fault
from tests.proof import swapped

KEYS = (
    *("slug", "key", "name", "url", "identifier", "number", "code", "to", "user_id"),
    *(kind.identity[-1].name for kind in swapped.ALL.values() if kind.identity),
)
"""What objects and requests have that tells them apart, the plainest first."""
LAG = 2000
"""Milliseconds."""
STALE = 30_000
"""Milliseconds that a cache in front of the Frontend API may hold what it has."""
LAGS = {"lag": {"read_lag": LAG, "frontend_lag": LAG}, "stale": {"frontend_lag": STALE}}
"""What the sandbox is told, by the word for it."""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    address: str
    method: str
    path: str
    """With names for ids, below ``/v1``."""
    sent: Any
    body: bytes = b""
    """Of the answer."""

    @property
    def answer(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Strike:
    """What is to happen to the request at an address."""

    address: str
    fault: Fault | None = None
    lag: str = ""
    """From this request on, reads answer what was stored some time before, as ``LAGS`` has it."""
    kills: bool = False
    """Whoever sent the request is dead before it is acted on."""
    acts: bool = False
    """With ``kills``: it is acted on all the same."""


@dataclass
class Gate:
    """An ASGI application around that of a sandbox."""

    app: Any
    look: Callable[[str], None] = lambda address: None
    """Is told of each request once it was acted on."""
    exchanges: list[Exchange] = field(default_factory=list)
    fired: int = 0
    """How often the strike took place, as the server counts it."""
    _counts: Counter[str] = field(default_factory=Counter)
    _strike: Strike | None = None
    _kill: Callable[[], None] = lambda: None
    _lagging: bool = False

    def __post_init__(self) -> None:
        # From now on, and not for one run alone: the next one may have to do without seeing what
        # one did that was killed.
        self.app.state.store.database.remember_past(STALE)

    @property
    def state(self) -> Any:
        return self.app.state

    def arm(self, strike: Strike | None, kill: Callable[[], None] = lambda: None) -> None:
        """Begin a run: addresses are counted anew, and the strike before is over."""
        self._lag(dict.fromkeys(LAGS["lag"], 0))
        self.app.state.faults.clear()
        self._strike, self._kill, self._lagging, self.fired = strike, kill, False, 0
        self._counts.clear()
        self.exchanges.clear()

    def disarm(self) -> int:
        """End a run; how often the strike took place."""
        fired = sum(self.app.state.faults.fired) if self.app.state.faults.rules else self.fired
        self.arm(None)
        return fired

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        sent = json.loads(raw) if raw else None
        path = self._named(request.url.path).removeprefix("/v1")
        address = self._address(request, path, sent)
        strike = self._strike
        if strike and strike.address == address:
            self._strike = None
            if strike.kills:
                self._kill()
                self.fired += 1
                if strike.acts:
                    await self.app(scope, replaying(raw, receive), nobody)
                self.look(address)
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
            self._begin(strike, request)
        self.fired += self._lagging and request.method == "GET"
        answer = Answer(send)
        try:
            await self.app(scope, replaying(raw, receive), answer)
        finally:  # also where the answer is lost
            self.look(address)
        self.exchanges.append(Exchange(address, request.method, path, sent, answer.body))

    def _begin(self, strike: Strike, request: Request) -> None:
        if strike.lag:
            self._lagging = True
            self._lag(LAGS[strike.lag])
        if strike.fault:
            path = f"^{re.escape(request.url.path)}$"
            rule = replace(strike.fault, method=request.method, path=path, times=1)
            self.app.state.faults.add(rule)

    def _lag(self, lags: Mapping[str, int]) -> None:
        """Not by ``change``, which forgets the past that no lag is long enough for."""
        sandbox = self.app.state.sandbox
        sandbox.settings = replace(sandbox.settings, **lags)

    def _address(self, request: Request, path: str, sent: Any) -> str:
        words = [request.method, path]
        if subject := request.query_params.get("subject"):
            words.append(self._named(subject))
        if request.method == "POST" and sent:
            words += [self._named(str(sent[key])) for key in KEYS if key in sent][:1]
        text = " ".join(words)
        self._counts[text] += 1
        return f"{text}#{self._counts[text]}"

    def _named(self, text: str) -> str:
        names = names_of(self.app.state.store)
        return re.sub(r"\b[a-z]+_\w{27,32}\b", lambda found: names.get(found[0], found[0]), text)


def names_of(store: Any) -> Mapping[str, str]:
    """Id to the key that an object has within its kind."""
    rows = store.database.execute("SELECT kind, id, body FROM objects").fetchall()
    names = {}
    for kind, object_id, text in rows:
        body = json.loads(text)
        key = next((str(body[key]) for key in KEYS if key in body), kind)
        names[object_id] = object_id if kind == "users" else key
    return names


@dataclass
class Answer:
    """Passes an answer on and keeps what it says."""

    send: Send
    body: bytes = b""

    async def __call__(self, message: Message) -> None:
        self.body += message.get("body", b"")
        await self.send(message)


async def nobody(message: Message) -> None:
    """Takes an answer that nobody waits for."""


def replaying(raw: bytes, receive: Receive) -> Receive:
    """What was received already, and then what comes."""
    messages: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
