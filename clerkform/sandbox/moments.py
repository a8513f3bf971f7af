"""RFC 3339 text, which requests carry, to the milliseconds that answers carry."""

import re
from datetime import datetime

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def parse(text: str) -> int | None:
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return round(datetime.fromisoformat(text.upper()).timestamp() * 1000)
    except (ValueError, OverflowError):  # the 31st of February; year 1 moved behind its start
        return None


def problem(name: str, value: str) -> Problem | None:
    if parse(value) is None:
        return errors.wrong_format(name, f"{name} must be a date and time in RFC 3339 format.")
    return None
