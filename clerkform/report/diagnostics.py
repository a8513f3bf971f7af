"""Findings as a person reads them: the place, what is wrong, the line with a caret, the hint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from clerkform.diagnostics import Diagnostic, Span
from clerkform.report.formatting import escaped
from clerkform.secrets.redaction import redacted

COLORS: Final = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
TAB: Final = 4
WIDEST: Final = 160
"""Characters of a source line that are quoted; of a longer one, those around the caret."""

LONGEST_SECRET: Final = 20_000
"""Characters before and after the caret in which a secret is looked for."""


def rendered(found: Diagnostic) -> Iterator[Text]:
    """The lines of one finding."""
    color = COLORS[found.severity]
    head = Text(f"{escaped(str(found.span))}: " if found.span else "")
    yield head.append(f"{found.severity}[{found.code}]", color).append(
        f": {escaped(found.message)}"
    )
    if found.span and found.quotes_line:
        yield from _quoted(found.span, color)
    if found.hint:
        yield Text("  = ").append("hint", "bold").append(f": {escaped(found.hint)}")
    for what, span in found.related:
        yield Text("  = ").append("note", "bold").append(f": {escaped(what)}: {escaped(str(span))}")


def _quoted(span: Span, color: str) -> Iterator[Text]:
    line = span.source.line(span.line)
    if not span.source.may_be_quoted(span.line):
        return
    caret, half = span.column - 1, len(line) if len(line) <= WIDEST else WIDEST // 2
    before, rest = line[max(0, caret - half) : caret], line[caret : caret + half]
    before = f"…{before}" if caret > half else before
    rest = f"{rest}…" if len(line) > caret + half else rest
    if not (before + rest).strip():
        return
    around = line[max(0, caret - LONGEST_SECRET) : caret + LONGEST_SECRET]
    if redacted(around) != around:  # before a part of it is cut off, which nobody would find
        return
    gutter = f"{span.line:>5} | "
    yield Text(gutter, "dim").append(escaped((before + rest).expandtabs(TAB)), "not dim")
    indent = cell_len(escaped(before.expandtabs(TAB)))
    yield Text(" " * (len(gutter) + indent)).append("^", color)
