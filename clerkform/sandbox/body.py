"""Request bytes to JSON, refusing whatever could not be stored or answered again."""

import json
import math
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal

MAX_BYTES = 1_000_000
MAX_DEPTH = 100


async def receive(request: Request) -> bytes:
    """Raises a Refusal (413) as soon as more than ``MAX_BYTES`` have come in."""
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > MAX_BYTES:
                text = f"The request body must not exceed {MAX_BYTES} bytes."
                raise Refusal(413, Problem("request_body_too_large", "too large", text))
    except ClientDisconnect as exc:  # nobody is left to read the answer; it is no mistake of ours
        raise errors.invalid_body("The request body was cut off.") from exc
    return bytes(chunks)


def parse(raw: bytes, content_type: str | None) -> dict[str, Any]:
    sent = parse_any(raw, content_type)
    if not isinstance(sent, dict):
        raise errors.invalid_body("The request body must be a JSON object.")
    return sent


def parse_list(raw: bytes, content_type: str | None) -> list[dict[str, Any]]:
    sent = parse_any(raw, content_type)
    if not isinstance(sent, list) or not all(isinstance(item, dict) for item in sent):
        raise errors.invalid_body("The request body must be a list of JSON objects.")
    return sent


def parse_any(raw: bytes, content_type: str | None) -> Any:
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        text = f"Content-Type {media_type} is not supported; use application/json."
        raise Refusal(415, Problem("unsupported_content_type", "unsupported content type", text))
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
        json.dumps(body, ensure_ascii=False).encode()  # halves of surrogate pairs have no UTF-8
    except (ValueError, RecursionError) as exc:
        raise errors.invalid_body("The request body is not valid JSON.") from exc
    if depth(body) > MAX_DEPTH:
        raise errors.invalid_body(f"The request body is nested deeper than {MAX_DEPTH} levels.")
    return body


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number


def depth(body: object) -> int:
    """Levels of nesting, found level by level: recursion is what deep nesting would break."""
    depth, level = 0, [body]
    while level:
        depth += 1
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return depth
