"""Markdown for a pull request's comment or a job summary: the summary first, then the details."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from clerkform.report.view import Screen, Table

if TYPE_CHECKING:
    from clerkform.apply.run import Event
    from clerkform.diagnostics import Diagnostic
    from clerkform.diff.actions import Action
    from clerkform.pipeline import Planned
    from clerkform.report.review import Review
    from clerkform.report.tally import Tally

LONGEST: Final = 65_536
"""Characters that GitHub takes in a comment."""


class MarkdownView:
    """Collects blocks, the important ones apart, and prints as many as fit."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._summary: list[str] = []
        self._details: list[str] = []

    def findings(self, found: Sequence[Diagnostic]) -> None:
        self._details += [_finding(one) for one in found if one.severity != "note"]

    def errors(self, found: Sequence[Diagnostic]) -> None:
        self._summary += [_finding(one) for one in found]

    def plan(self, planned: Planned, allowed: int | None) -> None:
        from clerkform.report.review import Review

        review = Review(planned, allowed)
        self._summary.insert(0, f"### clerkform {self._screen.command}: {code(review.heading)}")
        self._summary += [f"**{review.last_line}**", " ".join(review.footer)]
        self._details += [_finding(note) for note in review.notes()]
        self._details += ["\n".join(_action(a, review)) for a in review.plan.pending]

    def event(self, event: Event, planned: Planned) -> None:
        from clerkform.apply.run import Failed
        from clerkform.report.events import event_line
        from clerkform.report.failures import diagnose

        if line := event_line(event):
            self._details.append(f"- {code(line.plain)}")
        if isinstance(event, Failed):
            self.errors([diagnose(event, planned)])

    def applied(self, tally: Tally) -> None:
        self._summary.append(f"**{tally.sentence()}**")
        self._details += [f"- {code(text)}" for text in tally.untold()]
        self._details += [f"- perhaps done: {code(step)}" for step in tally.perhaps_done()]

    def table(self, table: Table) -> None:
        if table.footer:
            self._summary.append(f"**{table.footer}**")
        if table.all_rows:
            head = [f"| {' | '.join(table.columns)} |", "| --- " * len(table.columns) + "|"]
            self._details.append("\n".join(head))
            self._details += [_row(table, row) for row in table.all_rows]

    def say(self, text: str, **data: Any) -> None:
        self._summary.append(text)

    def close(self, code: int) -> None:
        text = "".join(_fitting(self._summary, self._details))
        self._screen.out.write(text)
        self._screen.out.flush()


def _fitting(summary: Sequence[str], details: Sequence[str]) -> Iterator[str]:
    """Blocks up to the limit, and a count of what was cut."""
    room = LONGEST - 100
    blocks = [*summary, *details]
    for at, block in enumerate(blocks):
        text = block + ("\n" if _joins(block, blocks[at + 1 : at + 2]) else "\n\n")
        if len(text) > room:
            yield f"\n{len(blocks) - at} more, cut at {LONGEST} characters.\n"
            return
        room -= len(text)
        yield text


def _joins(block: str, following: Sequence[str]) -> bool:
    """Rows of a table and items of a list go without an empty line between them."""
    return bool(following) and block[:1] in "|-" and block[:1] == following[0][:1]


def _finding(found: Diagnostic) -> str:
    place = f"{code(str(found.span))}: " if found.span else ""
    hint = f" ({plain(found.hint)})" if found.hint else ""
    return f"- {place}**{found.severity}** {code(found.code)}: {plain(found.message)}{hint}"


def _action(action: Action, review: Review) -> Iterator[str]:
    from clerkform.report.review import SYMBOLS, place
    from clerkform.report.shown import sides

    asides = [*review.asides(action), place(action)]
    said = ", ".join(code(aside) for aside in asides if aside)
    yield f"- {code(SYMBOLS[action.verb])} **{action.verb}** {code(str(action.address))} {said}".rstrip()
    for change in review.changes(action):
        before, after = sides(change)
        shown = " → ".join(code(side) for side in (before, after) if side is not None)
        sign = "+ " if before is None else "- " if after is None else ""
        made_by = "" if change.made_by == "unattributed" else f" *{change.made_by}*"
        yield f"  - {code(change.dotted)}: {sign}{shown}{made_by}"


def _row(table: Table, row: Any) -> str:
    from clerkform.report.shown import cell

    texts = (cell(row.get(column)) for column in table.columns)
    # A bar ends a cell even inside a code span, unless it is escaped.
    cells = (code(text).replace("|", "\\|") if text else "" for text in texts)
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """A code span, whatever backticks are in it."""
    from clerkform.report.shown import escaped

    text = escaped(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def plain(text: str) -> str:
    """A message whose code spans stay, and where nothing else is taken for Markdown or HTML."""
    from clerkform.report.shown import escaped

    parts = re.split(r"(`[^`]*`)", escaped(text))
    return "".join(
        p if p.startswith("`") else re.sub(r"([\\*_<>\[\]#|@])", r"\\\1", p) for p in parts
    )


VIEW = MarkdownView
