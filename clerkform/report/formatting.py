"""Values as a person reads them: compact, on one line, and unable to move a terminal's cursor."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import MISSING

from clerkform.diagnostics import Span
from clerkform.diff.values import Known
from clerkform.model import Reference
from clerkform.model.meaning import Sort
from clerkform.plan.review import SENSITIVE
from clerkform.plan.wire import WireCell, WireChange
from clerkform.secrets.redaction import redacted

LONGEST: Final = 72
"""Characters of a value that text shows; JSON output has all of it."""
SYMBOLS: Final = {"create": "+", "update": "~", "replace": "±", "delete": "-"}

MEANS: Final[Mapping[Sort, tuple[str, str]]] = {
    "locks_out": ("locks out", "red"),
    "weakens": ("weakens security", "red"),
    "widens": ("lets more in", "yellow"),
}
"""What a meaning is called, and its colour; the worst first."""

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


def sides(change: WireChange) -> tuple[str | None, str | None]:
    """A change's values before and after, shortened; None where there is no value."""
    both = (change.before, change.after)
    before, after = (None if cell is MISSING else cell_text(cell) for cell in both)
    if before is not None and after is not None and not change.hidden:
        short = [shortened(before), shortened(after)]
        if short[0] == short[1]:
            start = max(0, _same_beginning(before, after) - LONGEST // 3)
            short = [shortened("…" + text[start:]) for text in (before, after)]
        return short[0], short[1]
    return before and shortened(before), after and shortened(after)


def cell_text(cell: WireCell) -> str:
    """What a person is shown of a value."""
    for value in (cell.value, cell.references):
        if value is not MISSING:
            return compact(value)
    for text in (cell.reference, cell.shown):
        if text is not MISSING:
            return escaped(text)
    return SENSITIVE


def _same_beginning(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
