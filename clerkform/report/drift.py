"""What is not as the manifests say, a finding a line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from clerkform.diff.actions import Action
from clerkform.pipeline import Planned
from clerkform.report.counts import counted
from clerkform.report.review import Review
from clerkform.report.shown import sides
from clerkform.report.view import Table

COLUMNS = ("address", "finding", "made_by", "place", "run")


def drift_table(planned: Planned) -> Table:
    rows = [row for action in planned.plan.pending for row in _rows(action, planned)]
    return Table("drift", COLUMNS, rows, _footer(planned, len(rows)))


def _rows(action: Action, planned: Planned) -> Iterator[dict[str, Any]]:
    environment = planned.loaded.environment.name
    fixed: dict[str, Any] = {
        "address": str(action.address),
        "place": action.span,
        "run": f"clerkform apply -e {environment} -t {shlex.quote(str(action.address))}",
        "made_by": "unattributed",
    }
    if action.verb == "create":
        yield {**fixed, "finding": "declared, but not live"}
    elif action.verb == "delete":
        yield {**fixed, "finding": f"live, and should not be ({action.reason})"}
    for change in action.changes if action.verb in ("update", "replace") else ():
        live, declared = (side or "nothing" for side in sides(change))
        yield {
            **fixed,
            "finding": f"{change.dotted} is {live}, declared {declared}",
            "made_by": change.made_by,
            "place": action.item.at(*change.path) if action.item else None,
        }


def _footer(planned: Planned, findings: int) -> str:
    heading = Review(planned, 1).heading
    if not findings:
        return f"No drift in {heading}."
    resources = counted(len(planned.plan.pending), "resource")
    pruned = sum(action.item is None for action in planned.plan.pending)
    text = f"Drift in {heading}: {counted(findings, 'finding')} in {resources}"
    if pruned:
        text += f", {pruned} of them live but not declared"
    return f"{text}."
