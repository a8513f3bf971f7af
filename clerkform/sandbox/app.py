"""The application: what every request goes through, around the operation that it calls.

receive -> record -> fault -> key -> rate limit -> version -> feature and plan -> body -> act,
and whatever refuses on the way is answered in the shape of Clerk's errors.
"""

import hmac
import re
import time
import uuid
from asyncio import sleep
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clerkform.sandbox import body, errors, faults
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.faults import Fault, Faults
from clerkform.sandbox.limits import ORGANIZATION_WRITES, Limiter
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import operations
from clerkform.sandbox.routes.domains import add_primary
from clerkform.sandbox.routes.instance import add_instance
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store
from clerkform.sandbox.versions import version_of

# Groups of the API that the sandbox lacks, wholly or in part.
_ELSEWHERE = re.compile(
    "/v1/(accountless_applications|actor_tokens|admin_portal_link_tokens|agents|audit_logs"
    "|aws_credentials|beta_features|billing|clients|directories|email_addresses"
    "|enterprise_connections|instance|invitations|jwks|m2m_tokens|machine_tokens|machines"
    "|oauth_applications|organization_domains|organization_invitations|organization_memberships"
    "|organization_permissions|organization_roles|organizations|phone_numbers|platform"
    "|proxy_checks|public|role_sets|saml_connections|scim_directories|sessions|sign_in_tokens"
    "|sign_ups|templates|testing_tokens|users|waitlist_entries|webhooks)(/.*)?"
)
_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_KEY = re.compile(r"sk_(test|live)_[\w-]{1,256}", re.ASCII)
_RECORDED = 10_000


@dataclass(frozen=True)
class Received:
    """A request as it came in, for assertions. The key it was sent with is not kept."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any = field(repr=False)
    """The JSON that was sent, or None; it may hold a signing key, so it is not in the repr."""


def create_app(
    store: Store | None = None,
    settings: Settings | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Starlette:
    """An instance over ``store``, by default a new one in memory.

    ``app.state.requests`` holds what was received, oldest first; ``app.state.faults`` takes
    further rules. ``clock`` gives the seconds that rate limits count.

    Raises:
        SandboxError: ``store`` belongs to an instance of the other environment.
    """
    settings = settings or Settings()
    sandbox = Sandbox(store or Store(), settings, clock)
    app = Starlette(
        routes=sandbox.routes(),
        exception_handlers={HTTPException: wrong_method, Exception: broken},
    )
    app.state.requests = sandbox.requests
    app.state.faults = sandbox.faults
    app.state.store = sandbox.store
    return app


class Sandbox:
    def __init__(self, store: Store, settings: Settings, clock: Callable[[], float]) -> None:
        self.store = store
        self.settings = settings
        self.requests: deque[Received] = deque(maxlen=_RECORDED)
        self.faults = Faults(settings.faults)
        self._limits = None
        if settings.rate_limit:
            self._limits = (
                Limiter(settings.rate_limit, clock),
                Limiter(ORGANIZATION_WRITES, clock),
            )
        settle(store, settings)

    def routes(self) -> list[Route]:
        found = [
            Route(prefix + operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in operations()
            # Clerk's JavaScript client calls the API-key endpoints without the version.
            for prefix in (("/v1", "") if operation.dialect == "api_keys" else ("/v1",))
        ]
        return [*found, Route("/{path:path}", self._endpoint(None), methods=_METHODS)]

    def _endpoint(self, operation: Operation | None) -> Callable[[Request], Awaitable[Response]]:
        return partial(self._answer, operation)

    async def _answer(self, operation: Operation | None, request: Request) -> Response:
        """``operation`` is None for a path that leads nowhere."""
        dialect = operation.dialect if operation else "clerk"
        try:
            raw = await body.receive(request)
        except Refusal as refusal:
            return refused(refusal, dialect)
        path = request.scope["path"]  # request.url would fail on a Host header that makes no URL
        self._record(request, path, raw)
        fault = self.faults.fire(request.method, path, broken=False)
        if fault:
            await sleep(fault.delay)
            if fault.status and not fault.after:
                return faulty(fault, fault.status)
        try:
            answer, status = self._act(operation, request, raw)
            if fault and fault.drop:
                answer = faults.without(answer, fault.drop)
            response: Response = JSONResponse(answer, status)
        except Refusal as refusal:
            response = refused(refusal, dialect)
        return faulty(fault, fault.status) if fault and fault.status else response

    def _act(self, operation: Operation | None, request: Request, raw: bytes) -> tuple[Any, int]:
        check_key(request.headers.get("Authorization"), self.settings.secret_key)
        self._check_rate(operation, request)
        version = version_of(request)
        if operation is None:
            raise no_operation(request.method, request.scope["path"])
        operation.allow(self.settings)
        sent = {}
        if operation.takes_body:
            sent = body.parse(raw, request.headers.get("Content-Type"))
        params, query = request.path_params, request.query_params
        call = Call(params, query, sent, version, self.store, self.settings)
        with self.store.transaction(write=operation.method != "GET"):
            return operation.act(call), operation.status

    def _check_rate(self, operation: Operation | None, request: Request) -> None:
        if not self._limits:
            return
        instance, organization = self._limits
        wait = instance.take()
        if wait is None and operation and operation.writes_organization:
            wait = organization.take(request.path_params["id"])
        if wait is not None:
            problem = Problem(
                "too_many_requests", "Too many requests", "Too many requests, retry later"
            )
            raise Refusal(429, problem, headers={"Retry-After": str(wait)})

    def _record(self, request: Request, path: str, raw: bytes) -> None:
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        try:
            sent = body.parse(raw, None) if raw else None
        except Refusal:
            sent = None
        self.requests.append(Received(request.method, path, query, sent))


def settle(store: Store, settings: Settings) -> None:
    """A new store gets its instance and primary domain; another's is checked."""
    with store.transaction(write=True):
        if not store.count("instance"):
            add_instance(store, settings)
            add_primary(store, settings)
        (instance,) = store.select("instance")
    if instance["environment_type"] != settings.instance:
        raise SandboxError(
            f"The state is that of a {instance['environment_type']} instance. Start the sandbox"
            f" as one, or choose another file for a {settings.instance} instance."
        )


def check_key(authorization: str | None, expected: str | None) -> None:
    if authorization is None:
        text = "Unable to authenticate the request: the Authorization header is missing."
        raise Refusal(401, Problem("authentication_invalid", "Invalid authentication", text))
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        text = "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'"
        code = "authorization_header_format_invalid"
        raise Refusal(401, Problem(code, "Invalid Authorization header format", text))
    if expected is None:
        valid = _KEY.fullmatch(key) is not None
    else:
        valid = hmac.compare_digest(key.encode(), expected.encode())
    if not valid:
        text = "The provided Clerk Secret Key is invalid. Make sure that it is correct."
        raise Refusal(401, Problem("clerk_key_invalid", "The secret key is invalid", text))


def no_operation(method: str, path: str) -> Refusal:
    if _ELSEWHERE.fullmatch(path):
        text = f"The sandbox does not implement {method} {path}."
        return Refusal(501, Problem("not_implemented", "not implemented in the sandbox", text))
    return errors.not_found(f"The API has no {method} {path}.")


def refused(refusal: Refusal, dialect: str = "clerk") -> JSONResponse:
    trace_id = uuid.uuid4().hex
    items = []
    for problem in refusal.problems:
        item: dict[str, Any] = {"message": problem.message, "long_message": problem.long_message}
        item["code"] = problem.code
        if dialect == "api_keys" and problem.code == "request_body_invalid":
            item["code"] = "bad_request"
        if problem.meta:
            item["meta"] = dict(problem.meta)
        items.append(item)
    content: dict[str, Any] = {"errors": items}
    if dialect == "clerk":
        content["clerk_trace_id"] = trace_id
    headers = {**refusal.headers, "cf-ray": trace_id[:16]}
    return JSONResponse(content, refusal.status, headers)


def faulty(fault: Fault, status: int) -> Response:
    if fault.body is None:
        code = "too_many_requests" if status == 429 else "internal_clerk_error"
        text = "A fault rule of the sandbox answers this request."
        return refused(Refusal(status, Problem(code, "fault", text), headers=dict(fault.headers)))
    headers = {**dict(fault.headers), "Content-Type": fault.content_type}
    return Response(fault.body, status, headers)


async def wrong_method(request: Request, exc: Exception) -> Response:
    """Only methods that no route knows come here; known ones meet the last route."""
    text = f"The method {request.method} is not allowed."
    return refused(Refusal(405, Problem("method_not_allowed", "method not allowed", text)))


async def broken(request: Request, exc: Exception) -> Response:
    """A mistake in the sandbox itself: answered as Clerk would, then raised by Starlette."""
    text = "The sandbox failed on this request."
    return refused(Refusal(500, Problem("internal_clerk_error", "Internal error", text)))
