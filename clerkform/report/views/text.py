"""Text for people: coloured and aligned on a terminal, plain in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from clerkform.report.stream import Stream
from clerkform.report.view import Screen, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from clerkform.apply.run import Event
    from clerkform.diagnostics import Diagnostic
    from clerkform.plan.review import Review
    from clerkform.report.summary import Tally

GAP: Final = "  "


class TextView:
    """Prints at once. Rich is imported when there is more to print than a sentence."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @cached_property
    def _out(self) -> Console:
        return console(self._screen.out, self._screen.colored)

    @cached_property
    def _err(self) -> Console:
        return console(self._screen.err, self._screen.colored)

    def findings(self, found: Sequence[Diagnostic]) -> None:
        self._diagnose([one for one in found if one.severity != "note"])

    def errors(self, found: Sequence[Diagnostic]) -> None:
        self._diagnose(found)

    def _diagnose(self, found: Sequence[Diagnostic]) -> None:
        if not found:
            return
        from clerkform.report.counts import counted_findings
        from clerkform.report.diagnostics import rendered

        self._screen.out.flush()
        self._print(self._err, (line for one in found for line in rendered(one)))
        if len(found) > 1 or found[0].span:
            self._screen.err.write(f"{counted_findings(found)}\n")

    def plan(self, review: Review, allowed: int | None) -> None:
        from clerkform.report.review_lines import plan_lines

        self._print(self._out, plan_lines(review, self._screen.command, allowed))

    def event(self, event: Event, error: Diagnostic | None) -> None:
        from clerkform.report.events import event_line

        if line := event_line(event):
            self._print(self._out, [line])
        self.errors([error] if error else [])
        self._screen.out.flush()  # a CI log is a pipe, and should show where an apply is

    def applied(self, tally: Tally) -> None:
        unsure = [f"perhaps done: {step}" for step in tally.perhaps_done()]
        self.say("\n".join([*tally.untold(), *unsure, tally.sentence()]))

    def table(self, table: Table) -> None:
        if table.all_rows:
            self._print(self._out, _table_lines(table))
        if table.footer:
            self.say(table.footer)

    def say(self, text: str, **data: Any) -> None:
        from clerkform.report.formatting import escaped

        lines = (escaped(line) for line in text.split("\n"))
        self._screen.out.write("\n".join(lines) + "\n")

    def verbatim(self, text: str, language: str, **data: Any) -> None:
        self.say(text, **data)

    def close(self, code: int) -> None:
        self._screen.out.flush()

    @staticmethod
    def _print(to: Console, lines: Iterable[Text]) -> None:
        for line in lines:
            if to.color_system is None:
                to.file.write(f"{line.plain}\n")  # what rich would print, in a tenth of the time
            else:
                to.print(line, soft_wrap=True, crop=False)


def console(stream: Stream, colored: bool) -> Console:
    """Rich on ``stream``, without escape sequences where that is no terminal."""
    from rich.console import Console

    is_terminal = stream.isatty()
    return Console(
        file=stream,  # type: ignore[arg-type]  # of a file it writes, flushes and asks isatty
        force_terminal=is_terminal,
        color_system="auto" if is_terminal and colored else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _table_lines(table: Table) -> Iterator[Text]:
    from rich.cells import cell_len
    from rich.text import Text

    from clerkform.report.formatting import cell

    rows = [[cell(row.get(column)) for column in table.columns] for row in table.all_rows]
    titles = [column.replace("_", " ").upper() for column in table.columns]
    widths = [max(map(cell_len, cells)) for cells in zip(titles, *rows, strict=True)]
    for at, cells in enumerate([titles, *rows]):
        padded = (c + " " * (width - cell_len(c)) for c, width in zip(cells, widths, strict=True))
        yield Text(GAP.join(padded).rstrip(), "bold" if at == 0 else "")
    if table.footer:
        yield Text()


VIEW = TextView
