"""What came back, to values or errors: pure functions over httpx's responses and exceptions.

No error made here refers to the request, whose headers hold the secret key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from clerkform.client.body import parse_json
from clerkform.client.clocks import retry_after_seconds
from clerkform.client.server_words import Redact, items_of, plain_text, trace_id_of, without_secrets
from clerkform.errors import ApiError, BadAnswer
from clerkform.manifest.strict_json import NotJson
from clerkform.model.reads import IdOf, own_id

Object = dict[str, Any]
Objects = list[Object]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. ``total`` is None where a bare array came."""

    objects: Objects
    ids: Sequence[str]
    """Of the objects, one each."""
    total: int | None


def decode_success(method: str, path: str, response: httpx.Response, redact: Redact) -> Any:
    """The JSON value of a 2xx answer; None for one that has no content by design.

    Raises:
        BadAnswer: it is not JSON. A write was done all the same, or may have been.
    """
    if response.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.ACCEPTED) and (
        not response.content
    ):
        return None
    try:
        return parse_json(response.content)
    except NotJson as why:
        how = str(why) or f"{_looks_like(response)} instead of JSON"
    raise unusable(method, path, f"with {how}", response, redact)


def decode_object(
    method: str, path: str, response: httpx.Response, redact: Redact
) -> Object | None:
    """The object that a 2xx answer holds; None for one that has no content by design.

    Raises:
        BadAnswer: it is something else.
    """
    body = decode_success(method, path, response, redact)
    if body is None and not response.content:
        return None
    if not isinstance(body, dict):
        how = f"with {_shape(body)} instead of an object"
        raise unusable(method, path, how, response, redact)
    return body


def decode_page(path: str, response: httpx.Response, redact: Redact, id_of: IdOf = own_id) -> Page:
    """A page of a list, in either shape that Clerk has: an array, or ``{data, total_count}``.

    Raises:
        BadAnswer: it has neither shape, or an object in it has no id.
    """
    body = decode_success("GET", path, response, redact)
    total = None
    if isinstance(body, dict):
        total = body.get("total_count")
        if type(total) is not int or total < 0:
            how = "without a `total_count` that is a count"
            raise unusable("GET", path, how, response, redact)
        body = body.get("data")
    if not isinstance(body, list):
        raise unusable("GET", path, f"with {_shape(body)} instead of a list", response, redact)
    ids = [id_of(item) if isinstance(item, dict) else None for item in body]
    named = [found for found in ids if isinstance(found, str) and found]
    if len(named) < len(ids):
        how = "with a list that has an entry without an id"
        raise unusable("GET", path, how, response, redact)
    return Page(body, named, total)


def decode_error(
    method: str,
    path: str,
    response: httpx.Response,
    *,
    now: float = 0.0,
    redact: Redact = str,
) -> ApiError:
    """The error that an answer with a status of 300 or above stands for.

    It is a ``BadAnswer`` where the body is not Clerk's: then nothing follows from its status,
    and a 404 does not say that an object is absent. ``now`` is Unix time, to count from when
    ``Retry-After`` is a date.
    """
    status = response.status_code
    if response.is_redirect or 300 <= status < 400:
        return _decode_redirect(method, path, response, redact)
    body, how = None, "JSON that is no error of Clerk's"
    try:
        body = parse_json(response.content)
    except NotJson as why:
        how = str(why) or f"{_looks_like(response)} instead of JSON"
    items = items_of(body, redact)
    kind = ApiError if items else BadAnswer
    said = "; ".join(item.message for item in items)
    detail = said if items else f"answered {status} with {how}"
    return kind(
        method,
        path,
        status=status,
        items=items,
        trace_id=trace_id_of(body, response, redact),
        detail=detail,
        retry_after=retry_after_seconds(response.headers.get("retry-after"), now),
        may_have_acted=method != "GET" and is_servers_failure(status),
    )


def unusable(
    method: str, path: str, how: str, response: httpx.Response, redact: Redact
) -> BadAnswer:
    """The error for a success that cannot be used: the server did what it was asked to."""
    return BadAnswer(
        method,
        path,
        status=response.status_code,
        trace_id=trace_id_of(None, response, redact),
        detail=f"answered {response.status_code} {how}",
        may_have_acted=method != "GET",
    )


def is_servers_failure(status: int) -> bool:
    """Says nothing about the request: it may be done or not, and may work the next time."""
    return status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT


def _decode_redirect(method: str, path: str, response: httpx.Response, redact: Redact) -> BadAnswer:
    where = _address(without_secrets(response.headers.get("location", ""), redact))
    return BadAnswer(
        method,
        path,
        status=response.status_code,
        trace_id=trace_id_of(None, response, redact),
        detail=f"answered {response.status_code} and pointed to {where}",
        # 303 is how a server says "done, look there", and 302 has been used so.
        may_have_acted=method != "GET" and response.status_code in (302, 303),
    )


def _address(location: str) -> str:
    """Where a redirect leads, without what may be private in it: a user's name and the query."""
    try:
        target = urlsplit(location)
        host = f"{target.hostname}:{target.port}" if target.port else target.hostname
    except ValueError:
        return "an address that cannot be read"
    return (
        plain_text(f"{target.scheme}://{host}{target.path}" if host else target.path) or "nowhere"
    )


def _looks_like(response: httpx.Response) -> str:
    content = response.content.lstrip()
    if not content:
        return "an empty body"
    if "html" in response.headers.get("content-type", "") or content.startswith(b"<"):
        return "HTML"
    if content[:1] in (b"{", b"["):
        return "a damaged text"
    return "text"


def _shape(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case None:
            return "nothing"
    return f"a {type(value).__name__}"
