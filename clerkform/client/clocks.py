"""Times in a server's answers: when to try again, and what its clock says."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

MAX_RETRY_AFTER = 86400.0  # seconds; more is as good as never


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
