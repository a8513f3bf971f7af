"""Answers as bytes: what an operation gave, a refusal, a fault, a connection that breaks."""

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clerkform.sandbox import faults
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.faults import Broken, Fault
from clerkform.sandbox.operation import Answer, Json

JSON = "application/json"
"""Without a charset: Clerk's JavaScript client parses nothing else."""
WHITE_SPACE = b" " * 65_536
BREAKER = "clerkform.sandbox.breaker"
"""Where in ``scope["extensions"]`` a server puts what breaks the connection of a request."""
Way = Broken | Literal["close"]
"""``close`` ends the connection in the middle of an answer."""
Breaker = Callable[[Way], None]


class BrokenConnection(Exception):
    """What the embedded sandbox raises in place of an answer; see ``transport``."""

    def __init__(self, way: Way) -> None:
        super().__init__(f"a fault rule of the sandbox breaks this connection ({way})")
        self.way = way


class Hangup(Response):
    """No answer, or the first part of one."""

    def __init__(self, way: Way, part: Response | None = None, size: int = 0) -> None:
        super().__init__()
        self._way = way
        self._part = part
        self._size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        breaker: Breaker | None = scope.get("extensions", {}).get(BREAKER)
        if breaker is None:
            raise BrokenConnection(self._way)
        if self._part:
            start = {"type": "http.response.start", "status": self._part.status_code}
            await send({**start, "headers": self._part.raw_headers})
            body = bytes(self._part.body)[: self._size]
            await send({"type": "http.response.body", "body": body, "more_body": True})
        breaker(self._way)
        while (await receive())["type"] != "http.disconnect":
            pass


class EndlessAnswer(Exception):
    """What the embedded sandbox raises in place of an answer that never ends; see ``transport``."""

    def __init__(self, part: Response) -> None:
        super().__init__("a fault rule of the sandbox has this answer never end")
        self.status = part.status_code
        self.headers = without_length(part)
        self.body = bytes(part.body)


class Endless(Response):
    """An answer whose body goes on with white space for as long as anybody reads it."""

    def __init__(self, part: Response) -> None:
        super().__init__()
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if BREAKER not in scope.get("extensions", {}):
            raise EndlessAnswer(self._part)
        start = {"type": "http.response.start", "status": self._part.status_code}
        await send({**start, "headers": without_length(self._part)})
        chunk = bytes(self._part.body)
        left = asyncio.ensure_future(receive())  # once the request is read, the client's leaving
        try:
            while not left.done():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = WHITE_SPACE
                await asyncio.sleep(0)
        finally:
            left.cancel()


def without_length(response: Response) -> list[tuple[bytes, bytes]]:
    return [pair for pair in response.raw_headers if pair[0] != b"content-length"]


def answered(answer: Answer, status: int) -> Response:
    if answer is None or status == 204:
        return Response(status_code=status)
    if not isinstance(answer, Json):
        answer = Json(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
    return Response(answer.encode(), status, media_type=JSON)


def refused(refusal: Refusal, dialect: str = "clerk") -> Response:
    trace_id = uuid.uuid4().hex
    items = []
    for problem in refusal.problems:
        item: dict[str, Any] = {"message": problem.message, "long_message": problem.long_message}
        item["code"] = problem.code
        if dialect == "api_keys" and problem.code == "request_body_invalid":
            item["code"] = "bad_request"
        if problem.meta and dialect == "clerk":
            item["meta"] = dict(problem.meta)
        items.append(item)
    content: dict[str, Any] = {"errors": items}
    if dialect == "clerk":
        content["clerk_trace_id"] = trace_id
    headers = {**refusal.headers, "cf-ray": trace_id[:16]}
    return Response(json.dumps(content), refusal.status, headers, media_type=JSON)


def faulty(fault: Fault) -> Response:
    """In place of an answer."""
    if fault.broken or fault.status is None:
        return Hangup(fault.broken or "read")
    status = fault.status
    if fault.body is None:
        codes = {404: "resource_not_found", 429: "too_many_requests"}
        code = codes.get(status, "internal_clerk_error")
        text = "A fault rule of the sandbox answers this request."
        problem = Problem(code, "fault", text)
        response = refused(Refusal(status, problem, headers=dict(fault.headers)))
    else:
        headers = {**dict(fault.headers), "Content-Type": fault.content_type}
        response = Response(fault.body, status, headers)
    return Endless(response) if fault.endless else response


def spoilt(fault: Fault, response: Response) -> Response:
    """What is left of an answer."""
    if fault.status or fault.broken:
        return faulty(fault)
    if fault.drop and response.body:
        answer = faults.without(json.loads(bytes(response.body)), fault.drop)
        response = answered(answer, response.status_code)
    if fault.truncate is not None:
        return Hangup("close", response, fault.truncate)
    return Endless(response) if fault.endless else response


async def broken(request: Request, exc: Exception) -> Response:
    """A mistake in the sandbox itself: answered as Clerk would, then raised by Starlette."""
    text = "The sandbox failed on this request."
    return refused(Refusal(500, Problem("internal_clerk_error", "Internal error", text)))
