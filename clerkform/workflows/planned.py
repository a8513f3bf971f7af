"""A plan with what an apply of it needs, and what a person is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clerkform.diagnostics import Diagnostic
from clerkform.diff.match import Matched
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Ledger
from clerkform.ledger.open import NOTHING_OPENED, Opened
from clerkform.ledger.resolve import NO_LEDGER
from clerkform.live.state import Live
from clerkform.model import Kind
from clerkform.model.fields import sources_of
from clerkform.model.step import Step
from clerkform.plan.build import Plan
from clerkform.plan.limits import Instance
from clerkform.plan.review import Review, counted, notes_of, reviewed_actions
from clerkform.workflows.load import Loaded
from clerkform.workflows.request import Asked


@dataclass(frozen=True, slots=True)
class Remarks:
    """What speaks against a plan, and what is to be said beside it."""

    refusals: tuple[Diagnostic, ...] = ()
    """Nobody may apply it."""
    writing: tuple[Diagnostic, ...] = ()
    """What refuses only an apply."""
    notes: tuple[Diagnostic, ...] = ()
    """Warnings and notes about secrets, sinks and what is live."""
    warnings: tuple[Diagnostic, ...] = ()
    """What was asked or declared and is not likely to be meant, as far as reading tells."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what an apply of it needs besides."""

    loaded: Loaded
    """Without what is not in question."""
    asked: Asked
    plan: Plan
    live: Live
    matched: Matched
    instance: Instance
    opened: Opened = NOTHING_OPENED
    ledger: Ledger = NO_LEDGER
    """What was opened, with what the reads settled of it."""
    rules: Rules = field(default_factory=Rules)
    remarks: Remarks = Remarks()
    cut_off: tuple[Diagnostic, ...] = ()
    """Notes about creates that an earlier apply did not finish."""
    reads: int = 0
    """Requests that it took to make the plan, and that it takes to see what an apply wrote."""

    @property
    def refusals(self) -> tuple[Diagnostic, ...]:
        """Why it cannot be applied."""
        return (*self.remarks.refusals, *self.remarks.writing)

    def review(self, *, tells_writing: bool = True) -> Review:
        """What a view prints of it; ``tells_writing`` with what refuses only an apply, as notes."""
        environment, remarks = self.loaded.environment, self.remarks
        writing = remarks.writing if tells_writing else ()
        return Review(
            environment=environment.name,
            instance=self.instance,
            counts=counted(self.plan.actions),
            pending=tuple(reviewed_actions(self.plan, self.asked.wants)),
            writes=len(self.plan.steps),
            notes=(
                *remarks.notes,
                *notes_of(self.plan),
                *(replace(found, severity="note") for found in writing),
            ),
            refusals=remarks.refusals,
            reads=self.reads + _read_around_writing(self.plan),
            undeclared=self.plan.undeclared,
            option=environment.option,
        )


def _read_around_writing(plan: Plan) -> int:
    """Requests: an update that sends everything reads its object anew. One of settings looks before,
    and after where there is no answer."""
    kinds = {action.address: action.kind for action in plan.actions}
    updates = ((kinds[s.address], s) for s in plan.steps if s.id.verb == "update")
    return sum(
        _looks(kind, step) if kind.is_always_there else kind.update_sends == "all"
        for kind, step in updates
    )


def _looks(kind: Kind, step: Step) -> int:
    leaves = [leaf for leaf, _ in kind.declared(step.values)]
    if step.id.part in kind.endpoints.shown_by_empty:
        return 1
    sources = sources_of(leaves)
    look = 1 + ("primary_domain" in sources)  # the Frontend API is nobody's quota
    again = 1 + look * bool(sources) if step.id.part in kind.endpoints.unanswered else 0
    return look + again
