"""Values as a person reads them: compact, on one line, and unable to move a terminal's cursor."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from clerkform.diagnostics import Span
from clerkform.diff.values import Change, Known
from clerkform.model import Reference
from clerkform.model.paths import GONE
from clerkform.secrets.redaction import redacted

LONGEST: Final = 72
"""Characters of a value that text shows; JSON output has all of it."""
SENSITIVE: Final = "(sensitive)"

_BARE = re.compile(r"[^\s\"'{}\[\],\\:#][^\s\"'{}\[\],\\]*")


def escaped(text: str) -> str:
    """``text`` without secrets, and with everything invisible as an escape sequence.

    What is live may hold line breaks, terminal commands and marks that turn the direction of
    writing, all of which could make a plan look like another one.
    """
    text = redacted(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    if character < "\x7f":
        return json.dumps(character)[1:-1]
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def compact(value: Any) -> str:
    """JSON, but for strings that cannot be taken for anything else: those go without quotes."""
    if isinstance(value, Known | Reference):
        return escaped(str(value))
    if isinstance(value, str) and _BARE.fullmatch(value) and value.isprintable():
        return redacted(json.dumps(value) if _is_json(value) else value)
    return escaped(json.dumps(value, ensure_ascii=False, default=str))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def cell(value: Any) -> str:
    """A table's cell: text as it is, to be copied from; everything else compact."""
    if value is None:
        return ""
    if isinstance(value, Span):
        return escaped(f"{value.path}:{value.line}")
    return escaped(value) if isinstance(value, str) else shortened(compact(value))


def sides(change: Change) -> tuple[str | None, str | None]:
    """A change's values before and after, shortened; None where there is no value."""
    both = [None if value is GONE else value for value in (change.before, change.after)]
    is_there = [value is not GONE for value in (change.before, change.after)]
    # That it is null says nothing of what it was.
    texts = [SENSITIVE if change.hidden and one is not None else compact(one) for one in both]
    before, after = (shortened(text) for text in texts)
    if before == after and all(is_there) and not change.hidden:
        start = max(0, _same_beginning(*texts) - LONGEST // 3)
        before, after = (shortened("…" + text[start:]) for text in texts)
    return before if is_there[0] else None, after if is_there[1] else None


def _same_beginning(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
