"""A plan as lines of text: what happens to each resource, aligned, and a footer to grep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from clerkform.diagnostics import Diagnostic
from clerkform.plan.impact import along
from clerkform.plan.review import Review, ReviewedAction, ReviewedChange
from clerkform.report.cost import footer
from clerkform.report.formatting import MEANS, SYMBOLS, escaped, sides

COLORS: Final = {"create": "green", "update": "yellow", "replace": "magenta", "delete": "red"}
FARTHEST: Final = 72
"""Columns up to which places are aligned; a longer line has its place right behind it."""
WIDEST_NAME: Final = 32
"""Columns up to which the values of a resource are aligned."""


def plan_lines(review: Review, command: str, allowed: int | None) -> Iterator[Text]:
    yield Text("clerkform ").append(command, "bold").append(f" · {escaped(review.heading)}")
    yield Text()
    titles = [(action, title(action)) for action in review.pending]
    widths = [text.cell_len for _, text in titles if text.cell_len <= FARTHEST]
    column = max(widths, default=0)
    for action, text in titles:
        if action.where:
            text.append(" " * (max(column - text.cell_len, 0) + 2))
            text.append(escaped(action.where), "dim")
        yield text
        yield from change_lines(action.shown_changes)
        yield from meaning_lines(action)
        if action.impact:
            yield Text(f"      {escaped(along(action))}", "bold")
    notes = review.notes
    if titles and notes:
        yield Text()
    yield from _notes(notes)
    if titles or notes:
        yield Text()
    yield from map(Text, footer(review, allowed))
    yield Text(review.last_line, "bold")


def title(action: ReviewedAction) -> Text:
    """``+ organizations/acme``, and in parentheses what its changes do not say."""
    text = Text("  ").append(SYMBOLS[action.verb], f"bold {COLORS[action.verb]}")
    text.append(f" {escaped(action.address)}", "bold")
    if action.asides:
        text.append(f"   ({escaped('; '.join(action.asides))})", "dim")
    return text


def change_lines(changes: Sequence[ReviewedChange]) -> Iterator[Text]:
    """The fields that change, their values aligned."""
    names = [escaped(change.dotted) for change in changes]
    width = max((cell_len(name) for name in names if cell_len(name) <= WIDEST_NAME), default=0)
    has_signs = any(None in sides(change) for change in changes)
    for change, name in zip(changes, names, strict=True):
        line = Text(f"      {name}{' ' * max(width - cell_len(name), 0)} ")
        before, after = sides(change)
        if before is None:
            line.append("+ ", "green").append(after or "")
        elif after is None:
            line.append("- ", "red").append(before)
        else:
            line.append("  " if has_signs else " ")
            line.append(before, "dim").append(" → ").append(after)
        if change.made_by != "unattributed":
            line.append(f"   {change.made_by}", "dim")
        yield line


def meaning_lines(action: ReviewedAction) -> Iterator[Text]:
    """What an action means for who can get in, the worst first."""
    for one in sorted(action.means, key=lambda one: [*MEANS].index(one.sort)):
        word, color = MEANS[one.sort]
        line = Text("      ").append(f"{word}: ", f"bold {color}").append(escaped(one.says))
        yield line.append(f" ({escaped(one.dotted)})", "dim")


def _notes(notes: Sequence[Diagnostic]) -> Iterator[Text]:
    for note in notes:
        label = note.severity, "bold cyan" if note.severity == "note" else "bold yellow"
        line = Text("  ").append(*label).append(f": {escaped(note.message)}")
        if note.span:
            line.append(f" ({escaped(note.span.path)}:{note.span.line})", "dim")
        yield line
        if note.hint:
            yield Text(f"        {escaped(note.hint)}", "dim")
