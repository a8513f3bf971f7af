"""What speaks against a plan, and what is to be said beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath

from clerkform.diagnostics import Diagnostic, Problems
from clerkform.ledger.entries import Ledger
from clerkform.lint.run import lint
from clerkform.model import Registry
from clerkform.model.paths import Path
from clerkform.plan.build import Plan
from clerkform.plan.consequences import check_meaning
from clerkform.plan.foresee import foreseen
from clerkform.plan.guard import check, check_writing
from clerkform.plan.limits import Instance
from clerkform.workflows.load import Loaded, sink_findings, sinks
from clerkform.workflows.observe import Seen
from clerkform.workflows.planned import Remarks
from clerkform.workflows.ports import Secrets
from clerkform.workflows.request import Choice, Question, idle


def remarks_of(
    plan: Plan,
    question: Question,
    choice: Choice,
    instance: Instance,
    seen: Seen,
    registry: Registry,
    problems: Problems,
    vault: Secrets,
) -> Remarks:
    """``problems`` are those that were found on the way to the plan, none of them an error."""
    guards, environment = question.asked.guards, question.loaded.environment
    spoken_of = {a for action in plan.actions for a in (action.address, action.replaces) if a}
    known = choice.known | spoken_of | {*plan.undeclared}
    unlikely = (
        *no_longer_watched(question, seen.ledger, registry),
        *idle(choice.asked, environment.protect_spans, registry, known, seen.live.whole),
        *foreseen(plan.actions, instance),
    )
    said = Problems([*problems, *_sink_findings(plan, vault, question.root)])
    meant = check_meaning(plan, instance, guards)
    counted = replace(
        guards, live_counts={kind.name: seen.live.count(kind) for kind in registry.values()}
    )
    return Remarks(
        refusals=(
            *check(plan, counted),
            *(one for one in meant if one.severity == "error"),
            *_broken_rules(plan, question.loaded),
            *(one for one in (*unlikely, *said) if one.severity == "error"),
        ),
        writing=check_writing(plan, instance, guards),
        notes=(
            *(
                one
                for one in _less_than_errors(said.in_order())
                if one not in question.loaded.findings
            ),
            *_less_than_errors(meant),
        ),
        warnings=_less_than_errors(unlikely),
    )


def no_longer_watched(
    question: Question, ledger: Ledger, registry: Registry
) -> Iterator[Diagnostic]:
    """Settings that were declared at the last apply and are no more: they stay as they are, and
    nobody is told when they change."""
    for address, entry in sorted(ledger.entries.items()):
        kind = registry.get(address.kind)
        item = question.desired.items.get(address)
        is_out_of_question = item is None and address in question.declared
        if kind is None or not kind.is_always_there or is_out_of_question:
            continue
        if not question.asked.wants(address):
            continue
        declared = {leaf.path for leaf, _ in item.declared()} if item else set[Path]()
        recorded = (leaf for leaf, _ in kind.declared(entry.values))
        gone = [str(leaf) for leaf in recorded if leaf.path not in declared]
        if gone:
            yield Diagnostic(
                "no-longer-watched",
                f"{address}: declared at the last apply and no more: {', '.join(gone)}. What is not"
                " declared stays as it is, and no drift is told of it",
                item.span if item else None,
                "declare it again, or apply to have it forgotten",
                "warning",
            )


def _sink_findings(plan: Plan, vault: Secrets, root: FilePath) -> Iterator[Diagnostic]:
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
