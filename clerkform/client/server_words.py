"""What a server says of an error: short, printable, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import httpx

from clerkform.errors import ClerkErrorItem

Redact = Callable[[str], str]
"""Takes secrets out of a server's words, before they are escaped or shortened to what is shown."""

MAX_TEXT = 500  # of a message in an answer; nothing that Clerk says is longer
SEARCHED = 40 * MAX_TEXT  # of a text, for secrets: to search a megabyte takes many times as long
LONGEST_SECRET = SEARCHED // 2  # as a text may write it: a private key with every byte escaped
MAX_ITEMS = 100  # of an error; Clerk says one for each parameter that is wrong


def plain_text(text: str) -> str:
    """One line without control characters, cut where no honest message is that long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def without_secrets(text: str, redact: Redact) -> str:
    """``text``, or its beginning, without secrets and without the part of one that was cut."""
    if len(text) <= SEARCHED:
        return redact(text)
    return redact(text[:SEARCHED])[:-LONGEST_SECRET] + "…"


def said_of(text: str, redact: Redact) -> str:
    return plain_text(without_secrets(text, redact))


def items_of(body: Any, redact: Redact) -> tuple[ClerkErrorItem, ...]:
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
        code=said_of(entry["code"], redact),
        message=said_of(said if isinstance(said, str) else entry["code"], redact),
        param=said_of(param, redact) if isinstance(param, str) else None,
        meta=told_of(meta, redact),
    )


def told_of(value: Any, redact: Redact) -> Any:
    if isinstance(value, dict):
        return {
            without_secrets(name, redact): told_of(inner, redact) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [told_of(inner, redact) for inner in value]
    return without_secrets(value, redact) if isinstance(value, str) else value


def trace_id_of(body: Any, response: httpx.Response, redact: Redact) -> str | None:
    said = body.get("clerk_trace_id") if isinstance(body, dict) else None
    trace_id = said if isinstance(said, str) and said else response.headers.get("cf-ray")
    return said_of(trace_id, redact) if trace_id else None
