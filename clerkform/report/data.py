"""What is reported, as plain data for machines. Sensitive values are in none of it."""

from __future__ import annotations

from typing import Any

from clerkform.apply.run import Done, Event, Failed, NotRun
from clerkform.diagnostics import Diagnostic, Span
from clerkform.diff.action import Action
from clerkform.diff.values import Change, Known
from clerkform.model import Reference
from clerkform.model.paths import GONE
from clerkform.model.step import Step
from clerkform.report.cost import Cost
from clerkform.report.failures import diagnose
from clerkform.report.formatting import SENSITIVE
from clerkform.report.review import Review
from clerkform.workflows.pipeline import Planned

Data = dict[str, Any]


def diagnostic_data(found: Diagnostic) -> Data:
    return {
        "severity": found.severity,
        "code": found.code,
        "message": found.message,
        "place": place_data(found.span),
        "hint": found.hint,
        "related": [{"what": what, "place": place_data(span)} for what, span in found.related],
    }


def place_data(span: Span | None) -> Data | None:
    return {"path": span.path, "line": span.line, "column": span.column} if span else None


def cell_data(value: Any) -> Any:
    return place_data(value) if isinstance(value, Span) else value


def plan_data(planned: Planned, allowed: int | None) -> Data:
    review = Review(planned, allowed)
    plan, cost = planned.plan, review.cost
    undeclared = None if cost is None else [str(address) for address in plan.undeclared]
    return {
        "environment": planned.loaded.environment.name,
        "instance": {
            "id": planned.instance.id,
            "environment_type": planned.instance.environment_type,
        },
        "actions": [action_data(action, review) for action in plan.pending],
        "undeclared": undeclared,
        "notes": [diagnostic_data(note) for note in review.notes()],
        "refusals": [diagnostic_data(refusal) for refusal in planned.refusals],
        "cost": None if cost is None else cost_data(cost),
        "summary": {
            **{verb: plan.count(verb) for verb in ("create", "update", "replace", "delete")},
            "unchanged": plan.count("none"),
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


def action_data(action: Action, review: Review) -> Data:
    return {
        "address": str(action.address),
        "action": action.verb,
        "id": action.live.id if action.live else None,
        "place": place_data(action.span),
        "changes": [change_data(change) for change in action.changes],
        "made_by": action.made_by if action.verb in ("create", "delete") else None,
        "reason": action.reason or None,
        "replaces": str(action.replaces) if action.replaces else None,
        "waits_for": [str(address) for address in review.waits_for(action)],
        "asked_for": review.planned.asked.wants(action.address),
    }


def change_data(change: Change) -> Data:
    """``before`` and ``after`` are left out where there is no value; ``*_shown`` says what may be
    said of a value that is not shown."""
    data: Data = {"path": list(change.path), "field": change.dotted, "made_by": change.made_by}
    for side, value in (("before", change.before), ("after", change.after)):
        if value is GONE:
            continue
        if change.hidden:
            data[f"{side}_shown"] = SENSITIVE
        elif isinstance(value, Known | Reference):
            data[f"{side}_shown"] = str(value)
        else:
            data[side] = value
    return data


def event_data(event: Event, planned: Planned) -> Data | None:
    match event:
        case Done(step, written):
            shown: Data = {"id": written.object_id, "note": written.note or None}
            return {**_step_data(step, "done"), **shown}
        case Failed(step):
            error = diagnostic_data(diagnose(event, planned))
            return {**_step_data(step, "failed"), "error": error}
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
