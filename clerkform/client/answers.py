"""What came back, to values or errors: pure functions over httpx's responses and exceptions.

No error made here refers to the request, whose headers hold the secret key.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import httpx

from clerkform.client.body import NotJson, parse_json
from clerkform.client.bounds import PastBound
from clerkform.errors import ApiError, BadAnswer, ClerkErrorItem, TooMuch, Unreachable
from clerkform.model.endpoints import IdOf, own_id

Object = dict[str, Any]
Objects = list[Object]
Redact = Callable[[str], str]
"""Takes secrets out of a server's words, before they are escaped or shortened to what is shown."""

MAX_TEXT = 500  # of a message in an answer; nothing that Clerk says is longer
SEARCHED = 40 * MAX_TEXT  # of a text, for secrets: to search a megabyte takes many times as long
LONGEST_SECRET = SEARCHED // 2  # as a text may write it: a private key with every byte escaped
MAX_ITEMS = 100  # of an error; Clerk says one for each parameter that is wrong
MAX_RETRY_AFTER = 86400.0  # seconds; more is as good as never

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""No connection was made, so the server cannot have acted."""


class Untrusted(Unreachable):
    """The server's TLS certificate was not accepted; trying again will not help."""


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
    items = _items(body, redact)
    kind = ApiError if items else BadAnswer
    said = "; ".join(item.message for item in items)
    detail = said if items else f"answered {status} with {how}"
    return kind(
        method,
        path,
        status=status,
        items=items,
        trace_id=_trace_id(body, response, redact),
        detail=detail,
        retry_after=retry_after_seconds(response.headers.get("retry-after"), now),
        may_have_acted=method != "GET" and is_servers_failure(status),
    )


def decode_failure(method: str, path: str, failure: httpx.HTTPError, host: str) -> ApiError:
    """The error that an exception of httpx's stands for; raise it outside the ``except`` block."""
    acted = method != "GET" and not isinstance(failure, NEVER_SENT)
    if isinstance(failure, httpx.DecodingError):
        return BadAnswer(
            method, path, detail="answered with a damaged encoding", may_have_acted=acted
        )
    causes = list(_causes(failure))
    refusal = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if refusal:
        why = plain_text(refusal.verify_message)
        detail = f"the certificate of {host} is not trusted ({why}): see SSL_CERT_FILE"
        return Untrusted(method, path, detail=detail)
    return Unreachable(method, path, detail=_no_answer(failure, causes, host), may_have_acted=acted)


def decode_bound(method: str, path: str, past: PastBound) -> TooMuch:
    """The error for an answer that was not read any further."""
    acted = method != "GET"
    return TooMuch(method, path, detail=past.how, option=past.option, may_have_acted=acted)


def decode_slowness(method: str, path: str, seconds: float, host: str) -> Unreachable:
    """The error for an answer that was not there, or not whole, in so many seconds."""
    detail = f"no whole answer from {host} within {seconds:g} s"
    return Unreachable(method, path, detail=detail, may_have_acted=method != "GET")


def _no_answer(failure: httpx.HTTPError, causes: list[BaseException], host: str) -> str:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name {host} could not be resolved"
    match failure:
        case httpx.ConnectError() if any(isinstance(cause, ssl.SSLError) for cause in causes):
            return f"no TLS connection to {host}"
        case httpx.ProxyError():
            return f"the proxy made no connection to {host}"
        case httpx.PoolTimeout() | httpx.ConnectTimeout():
            return f"no connection to {host} in time"
        case httpx.ConnectError():
            return f"{host} refused the connection or is not reachable"
        case httpx.TimeoutException():
            return f"no answer from {host} in time"
    return f"the connection to {host} broke before the answer was complete"


def unusable(
    method: str, path: str, how: str, response: httpx.Response, redact: Redact
) -> BadAnswer:
    """The error for a success that cannot be used: the server did what it was asked to."""
    return BadAnswer(
        method,
        path,
        status=response.status_code,
        trace_id=_trace_id(None, response, redact),
        detail=f"answered {response.status_code} {how}",
        may_have_acted=method != "GET",
    )


def is_servers_failure(status: int) -> bool:
    """Says nothing about the request: it may be done or not, and may work the next time."""
    return status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Seconds from ``now`` (Unix time) that a ``Retry-After`` asks to wait, if it can be read.

    Source: RFC 9110, section 10.2.3: a number of seconds or a date.
    """
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value), MAX_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(value)
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER)


def seconds_ahead(response: httpx.Response, now: float) -> float | None:
    """How far the server's clock is ahead of ours, by its ``Date``; ``now`` is Unix time.

    Source: RFC 9110, section 6.6.1. It has no fractions of a second.
    """
    try:
        date = parsedate_to_datetime(response.headers.get("date", ""))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None


def plain_text(text: str) -> str:
    """One line without control characters, cut where no honest message is that long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def _without_secrets(text: str, redact: Redact) -> str:
    """``text``, or its beginning, without secrets and without the part of one that was cut."""
    if len(text) <= SEARCHED:
        return redact(text)
    return redact(text[:SEARCHED])[:-LONGEST_SECRET] + "…"


def _said(text: str, redact: Redact) -> str:
    return plain_text(_without_secrets(text, redact))


def _items(body: Any, redact: Redact) -> tuple[ClerkErrorItem, ...]:
    entries = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        return ()
    told = islice((entry for entry in entries if _is_item(entry)), MAX_ITEMS)
    return tuple(_item(entry, redact) for entry in told)


def _is_item(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("code"), str)


def _item(entry: Mapping[str, Any], redact: Redact) -> ClerkErrorItem:
    meta = entry.get("meta")
    meta = dict(meta) if isinstance(meta, dict) else {}
    param = meta.pop("param_name", None)
    said = entry.get("long_message") or entry.get("message")
    return ClerkErrorItem(
        code=_said(entry["code"], redact),
        message=_said(said if isinstance(said, str) else entry["code"], redact),
        param=_said(param, redact) if isinstance(param, str) else None,
        meta=_told(meta, redact),
    )


def _told(value: Any, redact: Redact) -> Any:
    if isinstance(value, dict):
        return {
            _without_secrets(name, redact): _told(inner, redact) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_told(inner, redact) for inner in value]
    return _without_secrets(value, redact) if isinstance(value, str) else value


def _trace_id(body: Any, response: httpx.Response, redact: Redact) -> str | None:
    said = body.get("clerk_trace_id") if isinstance(body, dict) else None
    trace_id = said if isinstance(said, str) and said else response.headers.get("cf-ray")
    return _said(trace_id, redact) if trace_id else None


def _decode_redirect(method: str, path: str, response: httpx.Response, redact: Redact) -> BadAnswer:
    where = _address(_without_secrets(response.headers.get("location", ""), redact))
    return BadAnswer(
        method,
        path,
        status=response.status_code,
        trace_id=_trace_id(None, response, redact),
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


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        if isinstance(exc, BaseExceptionGroup):
            for inner in exc.exceptions:
                yield from _causes(inner)
        exc = exc.__cause__ or exc.__context__
