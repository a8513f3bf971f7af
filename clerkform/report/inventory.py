"""Every address that is declared or live, and whether the two agree."""

from __future__ import annotations

from typing import Final

from clerkform.diff.action import Action
from clerkform.report.counts import counted
from clerkform.report.view import Table
from clerkform.workflows.planned import Planned

COLUMNS = ("address", "state", "id", "place")
STATES: Final = {
    "create": "not live",
    "update": "differs",
    "replace": "differs",
    "delete": "to be deleted",
}
UNDECLARED: Final = "not declared"


def inventory(planned: Planned) -> Table:
    rows = [
        {
            "address": str(action.address),
            "state": state(action),
            "id": action.live.id if action.live else None,
            "place": action.span,
        }
        for action in planned.plan.actions
    ]
    rows += [
        {"address": str(address), "state": UNDECLARED, "id": None, "place": None}
        for address in planned.plan.undeclared
    ]
    rows.sort(key=lambda row: str(row["address"]))
    return Table("resources", COLUMNS, rows, f"{counted(len(rows), 'resource')}.")


def state(action: Action) -> str:
    """In a word or three, how declared and live compare."""
    if action.verb == "none":
        if action.item and action.item.absent:
            return "absent, as declared"
        return "external" if action.item and action.item.external else "in sync"
    return STATES[action.verb]
