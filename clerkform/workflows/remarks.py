"""What speaks against a plan, and what is to be said beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from clerkform.diagnostics import Diagnostic, Problems
from clerkform.lint.run import lint
from clerkform.live.state import Live
from clerkform.model import Registry
from clerkform.plan.build import Plan
from clerkform.plan.foresee import foreseen
from clerkform.plan.guard import check, check_writing
from clerkform.plan.limits import Instance
from clerkform.workflows.load import Loaded, sink_findings, sinks
from clerkform.workflows.planned import Remarks
from clerkform.workflows.ports import Secrets
from clerkform.workflows.request import Choice, Question, idle


def remarks_of(
    plan: Plan,
    question: Question,
    choice: Choice,
    instance: Instance,
    live: Live,
    registry: Registry,
    problems: Problems,
    vault: Secrets,
) -> Remarks:
    """``problems`` are those that were found on the way to the plan, none of them an error."""
    guards, environment = question.asked.guards, question.loaded.environment
    spoken_of = {a for action in plan.actions for a in (action.address, action.replaces) if a}
    known = choice.known | spoken_of | {*plan.undeclared}
    unlikely = (
        *idle(choice.asked, environment.protect_spans, registry, known, live.whole),
        *foreseen(plan.actions, instance),
    )
    said = Problems([*problems, *_sink_findings(plan, vault, question.root)])
    counted = replace(guards, live_counts=_live_counts(live, registry))
    return Remarks(
        refusals=(
            *check(plan, counted),
            *_broken_rules(plan, question.loaded),
            *(one for one in (*unlikely, *said) if one.severity == "error"),
        ),
        writing=check_writing(plan, instance, guards),
        notes=tuple(
            one for one in _less_than_errors(said.in_order()) if one not in question.loaded.findings
        ),
        warnings=_less_than_errors(unlikely),
    )


def _live_counts(live: Live, registry: Registry) -> Mapping[str, int]:
    return {
        kind.name: sum(kind.ignore(one.values) is None for one in live.of(kind.name))
        for kind in registry.values()
    }


def _sink_findings(plan: Plan, vault: Secrets, root: Path) -> Iterator[Diagnostic]:
    """About where the plan delivers secrets."""
    delivering = plan.delivering
    yield from sink_findings(delivering, vault, root)
    for sink, base, span in sinks(delivering, root):
        yield from vault.sink_warnings(sink, base, span)


def _broken_rules(plan: Plan, loaded: Loaded) -> Iterator[Diagnostic]:
    """Lint errors of what the plan would write."""
    writing = [a.item for a in plan.pending if a.item and a.verb != "delete"]
    for found in lint(writing, loaded.environment.lint_ignore):
        if found.severity == "error":
            yield found


def _less_than_errors(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(one for one in found if one.severity != "error")
