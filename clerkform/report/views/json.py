"""One JSON document, printed when the command ends, whether it worked or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clerkform.report.view import FORMAT_VERSION, Screen, Table
from clerkform.secrets.redaction import redacted_data

if TYPE_CHECKING:
    from clerkform.apply.run import Event
    from clerkform.diagnostics import Diagnostic
    from clerkform.plan.review import Review
    from clerkform.report.summary import Tally


class JsonView:
    """Collects what is said. Prompts and progress go to standard error, from elsewhere."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._document: dict[str, Any] = {"findings": [], "errors": []}

    def findings(self, found: Sequence[Diagnostic]) -> None:
        self._add("findings", found)

    def errors(self, found: Sequence[Diagnostic]) -> None:
        self._add("errors", found)

    def _add(self, to: str, found: Sequence[Diagnostic]) -> None:
        from clerkform.report.data import diagnostic_data

        self._document[to] += [diagnostic_data(one) for one in found]

    def plan(self, review: Review, allowed: int | None) -> None:
        from clerkform.report.data import plan_data

        self._document["plan"] = plan_data(review, allowed)

    def event(self, event: Event, error: Diagnostic | None) -> None:
        from clerkform.report.data import event_data

        if data := event_data(event, error):
            self._document.setdefault("events", []).append(data)

    def applied(self, tally: Tally) -> None:
        self._document["summary"] = tally.counts()
        if unsure := tally.perhaps_done():
            self._document["perhaps_done"] = unsure

    def table(self, table: Table) -> None:
        from clerkform.report.data import cell_data

        self._document |= table.data
        self._document[table.name] = [
            {column: cell_data(row.get(column)) for column in table.columns} for row in table.rows
        ]

    def say(self, text: str, **data: Any) -> None:
        from clerkform.report.data import cell_data

        self._document |= {name: cell_data(value) for name, value in data.items()}

    def verbatim(self, text: str, language: str, **data: Any) -> None:
        self.say(text, **data)

    def close(self, code: int) -> None:
        head = {
            "format_version": FORMAT_VERSION,
            "command": self._screen.command or None,
            "exit_code": code,
        }
        document = {**head, **redacted_data(self._document)}
        # ASCII: a lone surrogate, which JSON from a server may hold, has no UTF-8.
        self._screen.out.write(json.dumps(document, indent=2, default=str) + "\n")
        self._screen.out.flush()


VIEW = JsonView
