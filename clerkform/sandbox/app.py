"""The application: what every request goes through, around the operation that it calls.

receive -> record -> fault -> key -> rate limit -> version -> feature and plan -> body -> act,
and whatever refuses on the way is answered in the shape of Clerk's errors.
"""

import time
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clerkform.sandbox import answers, body, control, knobs
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.faults import Faults
from clerkform.sandbox.frontend import Frontend, addressed
from clerkform.sandbox.groups import Group, catch_up
from clerkform.sandbox.instances import Instance, Instances
from clerkform.sandbox.keys import key_of
from clerkform.sandbox.missing import no_operation
from clerkform.sandbox.operation import Answer, Call, Operation
from clerkform.sandbox.router import Found, Router
from clerkform.sandbox.routes import with_own
from clerkform.sandbox.seed import try_out
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store
from clerkform.sandbox.versions import NEWEST, version_of

_RECORDED = 10_000
_NOTHING: dict[str, str] = {}


@dataclass(frozen=True)
class Received:
    """A request as it came in, for assertions. The key it was sent with is not kept."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any = field(repr=False)
    """The JSON that was sent, or None; it may hold a signing key, so it is not in the repr."""


class Routed(NamedTuple):
    operation: Operation | None
    params: Mapping[str, str]
    """What the path has for them."""
    frontend: Frontend | None
    """The one that the request names; looked for only where it may matter."""


def create_app(
    store: Store | None = None,
    settings: Settings | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    seed: dict[str, Any] | None = None,
    groups: Iterable[Group] = (),
) -> Starlette:
    """The instances of ``store``, by default a new one in memory: one for each secret key.

    ``app.state.requests`` holds what was received, oldest first; ``app.state.faults`` takes
    further rules; ``app.state.store.advance(ms)`` moves the sandbox's clock. ``clock`` gives the
    seconds that rate limits count. ``seed`` is what each new instance starts with (see ``seed``).
    ``groups`` are served besides the API's own, and everything holds for them as for those.

    Raises:
        SandboxError: ``store`` belongs to an instance of the other environment, or ``seed``
            cannot be used.
        ValueError: one of ``groups`` gets in another's way, see ``Groups``.
    """
    sandbox = Sandbox(store or Store(), settings or Settings(), clock, seed, groups)
    app = Starlette(routes=control.routes(sandbox), exception_handlers={Exception: answers.broken})
    app.router.redirect_slashes = False
    app.router.default = sandbox  # no route could match every path: not one with a line end
    app.state.sandbox = sandbox
    app.state.requests = sandbox.requests
    app.state.faults = sandbox.faults
    app.state.store = sandbox.store
    return app


class Sandbox:
    """An ASGI application for all paths but those of ``control``."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Callable[[], float],
        seed: dict[str, Any] | None,
        groups: Iterable[Group] = (),
    ) -> None:
        self.groups = with_own(groups)
        if seed:
            try_out(seed, self.groups)  # now, and not when the first key is used
        self.store = store
        store.database.index(self.groups.indexed)
        self.requests: deque[Received] = deque(maxlen=_RECORDED)
        self.faults = Faults(settings.faults, settings.fault_seed)
        self._router = Router(paths(self.groups.routes))
        self._clock = clock
        self.instances = Instances(store, self._seconds, seed, self.groups)
        self.settings = settings
        store.database.remember_past(settings.longest_lag)
        if settings.instance:
            self.instances.check(settings.instance)
            self.instances.open_first(settings.instance, settings)

    def _seconds(self) -> float:
        """The clock of the rate limits, which is moved with the other."""
        return self._clock() + self.store.database.offset / 1000

    def change(self, knobs_turned: Mapping[str, Any]) -> None:
        """Behave like this from the next request on. ``faults`` replaces all rules and, like
        ``fault_seed``, starts the counts and the draws anew.

        Raises:
            ValueError: as ``knobs.changed``.
        """
        before = self.settings
        self.settings = settings = knobs.changed(before, knobs_turned)
        if {"faults", "fault_seed"} & knobs_turned.keys():
            self.faults.replace(settings.faults, settings.fault_seed)
        self.store.database.remember_past(settings.longest_lag)
        if settings.instance and settings.instance != before.instance:
            self.instances.become(settings.instance)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        # By the clock that objects are made by, so that a client can tell how far its own is off.
        date = formatdate(self.store.now() / 1000, usegmt=True)
        response.headers.setdefault("Date", date)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        routed = self._routed(request)
        operation = routed.operation
        dialect = operation.dialect if operation else "clerk"
        try:
            raw = await body.receive(request)
        except Refusal as refusal:
            return answers.refused(refusal, dialect)
        fault = self.faults.fire(request.method, path)
        if not (fault and fault.broken == "connect"):
            self.requests.append(received(request, path, raw))
        delay = self.settings.latency / 1000 + (fault.delay if fault else 0)
        if delay:
            await sleep(delay)
        if fault and fault.answers_at_once:
            return answers.faulty(fault)
        try:
            response = answers.answered(*self._act(routed, request, raw))
        except Refusal as refusal:
            response = answers.refused(refusal, dialect)
        return answers.spoilt(fault, response) if fault else response

    def is_frontend(self, scope: Scope) -> bool:
        """Whether a request is for the Frontend API of an instance at the host that it names."""
        routed = self._routed(Request(scope))
        return bool(routed.operation and routed.operation.public and routed.frontend)

    def _routed(self, request: Request) -> Routed:
        path = request.scope["path"]  # request.url would fail on a Host header that makes no URL
        found = self._router.find(request.method, path)
        if found and not found[0].public:
            return Routed(*found, None)
        with self.store.transaction(write=False):
            frontend = addressed(self.store, request)
        if frontend and frontend.path:
            found = self._below(frontend.path, request.method, path)
        operation, params = found or (None, _NOTHING)
        return Routed(operation, params, frontend)

    def _below(self, proxy: str, method: str, path: str) -> Found | None:
        """What of the Frontend API a request to a proxy is for."""
        if not path.startswith(f"{proxy}/"):
            return None
        found = self._router.find(method, path.removeprefix(proxy))
        return found if found and found[0].public else None

    def _act(self, routed: Routed, request: Request, raw: bytes) -> tuple[Answer, int]:
        operation, params, frontend = routed
        if operation and operation.public:
            store = frontend.store if frontend else self.store
            return self._call(operation, params, request, store, NEWEST, raw, bool(frontend))
        key = key_of(request.headers.get("Authorization"), self.settings.secret_key)
        instance = self.instances.of(key, self.settings)
        self._check_rate(instance, operation, params)
        version = version_of(request)
        if operation is None:
            path = request.scope["path"]
            raise no_operation(request.method, path, is_written=self._router.knows(path))
        return self._call(operation, params, request, instance.store, version, raw)

    def _call(
        self,
        operation: Operation,
        params: Mapping[str, str],
        request: Request,
        store: Store,
        version: str,
        raw: bytes,
        is_addressed: bool = True,
    ) -> tuple[Answer, int]:
        catch_up(store, self.groups)
        with self.store.transaction(write=operation.is_write):
            lag = self.settings.frontend_lag if operation.public else self.settings.read_lag
            seen = store.as_of(lag)
            call = Call(
                params,
                request.query_params,
                {},
                [],
                version,
                store if operation.is_write else seen,
                seen,
                self.settings,
                request.headers.get("Origin"),
                is_addressed,
            )
            operation.allow(call)
            if operation.takes_body and (raw or not operation.body_optional):
                content_type = request.headers.get("Content-Type")
                if operation.takes_list:
                    call.items.extend(body.parse_list(raw, content_type))
                else:
                    call.body.update(body.parse(raw, content_type))
            return operation.act(call), operation.status

    def _check_rate(
        self, instance: Instance, operation: Operation | None, params: Mapping[str, str]
    ) -> None:
        wait = instance.wait(self.settings, operation, params)
        if wait is not None:
            problem = Problem(
                "too_many_requests", "Too many requests", "Too many requests, retry later"
            )
            raise Refusal(429, problem, headers={"Retry-After": str(wait)})


def paths(operations: Iterable[Operation]) -> list[tuple[str, Operation]]:
    return [(prefix + one.path, one) for one in operations for prefix in one.prefixes]


def received(request: Request, path: str, raw: bytes) -> Received:
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    try:
        sent = body.parse_any(raw, None) if raw else None
    except Refusal:
        sent = None
    return Received(request.method, path, query, sent)
