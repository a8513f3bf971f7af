"""What came in the place of an answer, as an error that says why."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from clerkform.client.bounds import PastBound
from clerkform.client.server_words import plain_text
from clerkform.errors import ApiError, BadAnswer, TooMuch, Unreachable

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""No connection was made, so the server cannot have acted."""


class Untrusted(Unreachable):
    """The server's TLS certificate was not accepted; trying again will not help."""


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


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        if isinstance(exc, BaseExceptionGroup):
            for inner in exc.exceptions:
                yield from _causes(inner)
        exc = exc.__cause__ or exc.__context__
