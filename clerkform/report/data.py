"""What is reported, as plain data for machines. Sensitive values are in none of it."""

from __future__ import annotations

from typing import Any

from pydantic import MISSING

from clerkform.apply.run import Done, Event, Failed, NotRun
from clerkform.diagnostics import Diagnostic, Span
from clerkform.model.step import Step
from clerkform.plan.review import SENSITIVE, VERBS, Review, ReviewedAction, ReviewedChange
from clerkform.plan.wire import WireCell, finding_of, place_of
from clerkform.report.cost import Cost, cost_of

Data = dict[str, Any]


def diagnostic_data(found: Diagnostic) -> Data:
    return finding_of(found).model_dump()


def place_data(span: Span | None) -> Data | None:
    place = place_of(span)
    return place.model_dump() if place else None


def cell_data(value: Any) -> Any:
    return place_data(value) if isinstance(value, Span) else value


def plan_data(review: Review, allowed: int | None) -> Data:
    cost = cost_of(review, allowed)
    undeclared = None if cost is None else [str(address) for address in review.undeclared]
    return {
        "environment": review.environment,
        "instance": {
            "id": review.instance.id,
            "environment_type": review.instance.environment_type,
        },
        "actions": [action_data(action) for action in review.pending],
        "undeclared": undeclared,
        "notes": [diagnostic_data(note) for note in review.notes],
        "refusals": [diagnostic_data(refusal) for refusal in review.refusals],
        "cost": None if cost is None else cost_data(cost),
        "summary": {
            **{verb: review.counts.get(verb, 0) for verb in VERBS},
            "unchanged": review.counts.get("none", 0),
            "undeclared": None if undeclared is None else len(undeclared),
        },
    }


def cost_data(cost: Cost) -> Data:
    return {
        "writes": cost.writes,
        "reads": cost.reads,
        "percent_of_window": cost.percent,
        "allowed_in_window": cost.allowed,
    }


def action_data(action: ReviewedAction) -> Data:
    return {
        "address": action.address,
        "action": action.verb,
        "id": action.id,
        "place": None if action.place is MISSING else action.place.model_dump(),
        "changes": [change_data(change) for change in action.changes],
        "made_by": action.made_by if action.verb in ("create", "delete") else None,
        "reason": action.reason or None,
        "replaces": None if action.replaces is MISSING else action.replaces,
        "waits_for": list(action.waits_for),
        "asked_for": action.asked_for,
        "means": [
            {"sort": one.sort, "field": one.dotted, "says": one.says} for one in action.means
        ],
        "impact": [{"what": one.what, "count": one.number} for one in action.impact],
    }


def change_data(change: ReviewedChange) -> Data:
    """``before`` and ``after`` are left out where there is no value; ``*_shown`` says what may be
    said of a value that is not shown."""
    data: Data = {"path": change.path, "field": change.dotted, "made_by": change.made_by}
    for side, cell in (("before", change.before), ("after", change.after)):
        if cell is not MISSING:
            data |= _value_data(side, cell, change.hidden)
    return data


def _value_data(side: str, cell: WireCell, hidden: bool) -> Data:
    if hidden:
        return {f"{side}_shown": SENSITIVE}
    for value in (cell.value, cell.references):
        if value is not MISSING:
            return {side: value}
    shown = next((t for t in (cell.reference, cell.shown) if t is not MISSING), SENSITIVE)
    return {f"{side}_shown": shown}


def event_data(event: Event, error: Diagnostic | None) -> Data | None:
    match event:
        case Done(step, written):
            shown: Data = {"id": written.object_id, "note": written.note or None}
            return {**_step_data(step, "done"), **shown}
        case Failed(step):
            told = error and diagnostic_data(error)
            return {**_step_data(step, "failed"), "error": told}
        case NotRun(step, because):
            return {**_step_data(step, "not_run"), "because": str(because) if because else None}
    return None


def _step_data(step: Step, outcome: str) -> Data:
    return {
        "outcome": outcome,
        "verb": step.id.verb,
        "address": str(step.address),
        "part": step.id.part or None,
    }
