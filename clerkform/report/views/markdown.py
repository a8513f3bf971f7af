"""Markdown for a pull request's comment or a job summary: the summary first, then the details.

A manifest, a file's name or what a server says may hold anything. ``code`` and ``plain`` are the
only ways in: whatever they are given, what they answer is code or text and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from clerkform.manifest.runners import unobeyed
from clerkform.report.view import Screen, Table

if TYPE_CHECKING:
    from clerkform.apply.run import Event
    from clerkform.diagnostics import Diagnostic
    from clerkform.plan.review import Review, ReviewedAction
    from clerkform.report.summary import Tally

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

    def plan(self, review: Review, allowed: int | None) -> None:
        from clerkform.report.cost import footer

        self._summary.insert(0, f"### clerkform {self._screen.command}: {code(review.heading)}")
        self._summary += [_bold(review.last_line), plain(" ".join(footer(review, allowed)))]
        self._details += [_finding(note) for note in review.notes]
        self._details += ["\n".join(_action(action)) for action in review.pending]

    def event(self, event: Event, error: Diagnostic | None) -> None:
        from clerkform.report.events import event_line

        if line := event_line(event):
            self._details.append(f"- {code(line.plain)}")
        self.errors([error] if error else [])

    def applied(self, tally: Tally) -> None:
        self._summary.append(_bold(tally.sentence()))
        self._details += [f"- {code(text)}" for text in tally.untold()]
        self._details += [f"- perhaps done: {code(step)}" for step in tally.perhaps_done()]

    def table(self, table: Table) -> None:
        if table.footer:
            self._summary.append("\n".join(map(_bold, table.footer.strip().split("\n"))))
        if table.all_rows:
            head = [f"| {' | '.join(table.columns)} |", "| --- " * len(table.columns) + "|"]
            self._details.append("\n".join(head))
            self._details += [_row(table, row) for row in table.all_rows]

    def say(self, text: str, **data: Any) -> None:
        if said := "\n".join(map(plain, text.strip().split("\n"))):
            self._summary.append(said)

    def verbatim(self, text: str, language: str, **data: Any) -> None:
        from clerkform.report.formatting import escaped

        lines = [unobeyed(escaped(line)) for line in text.strip("\n").split("\n")]
        fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
        self._summary.append("\n".join([f"{fence}{language}", *lines, fence]))

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


def _bold(line: str) -> str:
    said = plain(line)
    return f"**{said}**" if said else ""


def _joins(block: str, following: Sequence[str]) -> bool:
    """Rows of a table and items of a list go without an empty line between them."""
    return bool(following) and block[:1] in "|-" and block[:1] == following[0][:1]


def _finding(found: Diagnostic) -> str:
    place = f"{code(str(found.span))}: " if found.span else ""
    hint = f" ({plain(found.hint)})" if found.hint else ""
    return f"- {place}**{found.severity}** {code(found.code)}: {plain(found.message)}{hint}"


def _action(action: ReviewedAction) -> Iterator[str]:
    from clerkform.plan.impact import along
    from clerkform.report.formatting import MEANS, SYMBOLS, sides

    asides = [*action.asides, action.where]
    said = ", ".join(code(aside) for aside in asides if aside)
    yield f"- {code(SYMBOLS[action.verb])} **{action.verb}** {code(action.address)} {said}".rstrip()
    for change in action.shown_changes:
        before, after = sides(change)
        shown = " → ".join(code(side) for side in (before, after) if side is not None)
        sign = "+ " if before is None else "- " if after is None else ""
        made_by = "" if change.made_by == "unattributed" else f" *{change.made_by}*"
        yield f"  - {code(change.dotted)}: {sign}{shown}{made_by}"
    if action.impact:
        yield f"  - {plain(along(action))}"
    for one in action.means:
        word, _ = MEANS[one.sort]
        yield f"  - **{word}**: {plain(one.says)} ({code(one.dotted)})"


def _row(table: Table, row: Any) -> str:
    from clerkform.report.formatting import cell

    texts = (cell(row.get(column)) for column in table.columns)
    # A bar ends a cell even inside a code span, unless it is escaped; whether it still is behind
    # a backslash of the text's own is read in two ways.
    cells = (re.sub(r"(?<=\\)\|", r"\\u007c", text) if text else "" for text in texts)
    spans = (code(text).replace("|", "\\|") if text else "" for text in cells)
    return f"| {' | '.join(spans)} |"


LONGEST_FENCE: Final = 20
"""Backticks; a renderer may take a run of more than 80 for text, and what is in it for Markdown."""


def code(text: str) -> str:
    """A code span, whatever backticks are in it."""
    from clerkform.report.formatting import escaped

    text = unobeyed(escaped(text)) or " "
    if _longest_run(text) >= LONGEST_FENCE:
        text = text.replace("`", "\\u0060")
    fence = "`" * (_longest_run(text) + 1)
    # One blank at each end is not shown, if there are both.
    pads = "`" in (text[0], text[-1]) or (text[0] == text[-1] == " " and text.strip())
    pad = " " if pads else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _longest_run(text: str) -> int:
    """Of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)


_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"([^\s`]+)")
_MADE_INTO_SOMETHING = re.compile(
    r"@|://|www\.|\$|#\d|\bgh-\d|:[\w+-]+:|\b[0-9a-f]{7,40}\b", re.IGNORECASE
)
"""In a word that GitHub makes a mention, a link, a formula or an image of."""
_MARK = re.compile(r"([\\`*_~<>\[\]#|&])")
_BLOCK = re.compile(r"^(\d*)([-+=.)])")
"""How a line begins that may be a list, a heading's underline or a rule."""


def plain(text: str) -> str:
    """A message of one line: what it has between backticks is code, and so is each word that
    GitHub would make something of; nothing else is taken for Markdown or HTML."""
    from clerkform.report.formatting import escaped

    pieces = list[str]()
    for at, part in enumerate(_CODE.split(escaped(text).strip())):
        if at % 2:
            pieces.append(code(part))
        else:
            words = _WORD.split(part)
            pieces += (
                code(word) if _MADE_INTO_SOMETHING.search(word) else _MARK.sub(r"\\\1", word)
                for word in words
            )
    # Backticks of two spans that touch would make one run.
    joined = re.sub("`\0+`", "` `", "\0".join(pieces)).replace("\0", "")
    return _BLOCK.sub(r"\1\\\2", joined)


VIEW = MarkdownView
