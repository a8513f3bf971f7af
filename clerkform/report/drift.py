"""What is not as the manifests say, a finding a line, and which findings are drift."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clerkform.diagnostics import Span
from clerkform.diff.action import Action
from clerkform.diff.values import MadeBy
from clerkform.ledger.settling import NOT_SETTLED
from clerkform.model import Address, Registry
from clerkform.model.paths import dotted
from clerkform.plan.review import heading_of, reviewed_changes
from clerkform.report.counts import counted
from clerkform.report.formatting import sides
from clerkform.report.view import Table
from clerkform.workflows.planned import Planned

COLUMNS: Final = ("address", "finding", "made_by", "place", "run")
MAKERS: Final[tuple[MadeBy, ...]] = ("drifted", "both", "edited", "unattributed")
FAIL_ON: Final[Mapping[str, tuple[MadeBy, ...]]] = {
    "edited": ("edited", "both", "unattributed"),
    "drifted": ("drifted", "both", "unattributed"),
    "any": MAKERS,
}
"""Which findings make ``drift`` fail: what nobody can attribute may be either."""


UNDECLARED: Final = "live, and no manifest declares it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between an instance and its manifests."""

    address: Address
    what: str
    made_by: MadeBy
    place: Span | None


class Drift:
    """All differences, and what is live and not declared; ``unread`` are the kinds that could not
    be compared."""

    def __init__(self, planned: Planned, registry: Registry, unread: tuple[str, ...] = ()) -> None:
        self.planned, self.unread = planned, unread
        pending, actions = planned.plan.pending, planned.plan.actions
        self.unreached = tuple(
            f"{a.address}: {dotted(p)} ({a.live.unreachable[p] if a.live else ''})"
            for a in actions
            for p in a.unreached
        )
        """Declared fields whose source could not be read."""
        self.unreadable = tuple(f"{a.address}: {dotted(p)}" for a in actions for p in a.always_sent)
        """Declared fields that nothing shows, and of which nothing says that they were sent."""
        self.findings = tuple(one for action in pending for one in _findings(action))
        self.unsettled = tuple(
            note.message for note in planned.remarks.notes if note.code == NOT_SETTLED
        )
        # What the application makes too is not declared as a rule, and nobody's news.
        self.left_alone = [a for a in planned.plan.undeclared if not registry[a.kind].runtime]
        pruned = (action.address for action in pending if action.item is None)
        self.undeclared = sorted({*self.left_alone, *pruned})

    def fails(self, on: str) -> bool:
        """Whether some finding is of the sort that was asked about, a key of ``FAIL_ON``."""
        return any(finding.made_by in FAIL_ON[on] for finding in self.findings)

    def counts(self) -> dict[str, int]:
        makers = [one.made_by for one in self.findings]
        return {
            "findings": len(self.findings),
            "resources": len({one.address for one in self.findings}),
            "undeclared": len(self.undeclared),
            **{maker: makers.count(maker) for maker in MAKERS},
        }

    def table(self, on: str) -> Table:
        instance = self.planned.instance
        data = {
            "environment": self.planned.loaded.environment.name,
            "instance": {"id": instance.id, "environment_type": instance.environment_type},
            "fail_on": on,
            "counts": self.counts(),
            "undeclared": [str(address) for address in self.undeclared],
            "not_compared": [*self.unread, *self.unreached, *self.unreadable, *self.unsettled],
        }
        rows = [self._row(finding) for finding in self.findings]
        asides = [{"address": str(one), "finding": UNDECLARED} for one in self.left_alone]
        return Table("drift", COLUMNS, rows, "\n".join(self._footer(on)), data, asides)

    def _row(self, finding: Finding) -> dict[str, Any]:
        environment = shlex.quote(self.planned.loaded.environment.name)
        return {
            "address": str(finding.address),
            "finding": finding.what,
            "made_by": finding.made_by,
            "place": finding.place,
            "run": f"clerkform apply -e {environment} -t {finding.address.word}",
        }

    def _footer(self, on: str) -> Iterator[str]:
        heading = heading_of(self.planned.loaded.environment.name, self.planned.instance)
        if unread := (*self.unread, *self.unreached):
            yield f"Not compared, as it could not be read: {', '.join(unread)}."
        yield from self.unsettled
        if self.unreadable:
            yield f"Not compared, as nothing shows it: {', '.join(self.unreadable)}."
        nothing = "Nothing edited" if on == "edited" and self.findings else "No drift"
        compared = "what could be read of " if self.unreached else ""
        found = "Drift" if self.fails(on) else nothing
        text, counts = f"{found} in {compared}{heading}", self.counts()
        said = []
        if self.findings:
            makers = ", ".join(f"{counts[m]} {m}" for m in MAKERS if counts[m])
            resources = counted(counts["resources"], "resource")
            said.append(f"{counted(counts['findings'], 'finding')} in {resources} ({makers})")
        if self.undeclared:
            said.append(f"{counts['undeclared']} live but not declared")
        yield f"{text}: {', '.join(said)}." if said else f"{text}."
        is_live = any(action.live for action in self.planned.plan.pending)
        is_theirs = is_live and any(finding.made_by != "edited" for finding in self.findings)
        if is_theirs or self.left_alone:
            environment = shlex.quote(self.planned.loaded.environment.name)
            yield f"To keep what is live, declare it: `clerkform pull -e {environment} -o -` prints it."


def _findings(action: Action) -> Iterator[Finding]:
    if action.verb == "create":
        yield Finding(action.address, "declared, but not live", action.made_by, action.span)
    elif action.verb == "delete":
        what = f"live, and should not be ({action.reason})"
        yield Finding(action.address, what, action.made_by, action.span)
    if action.verb not in ("update", "replace"):
        return
    for change, shown in zip(action.changes, reviewed_changes(action), strict=True):
        if action.kind.field_at(change.path).path in action.unreached:
            continue  # whether it differs nobody knows
        live, declared = (side or "nothing" for side in sides(shown))
        what = f"{change.dotted} is {live}, declared {declared}"
        if change.hidden:
            what = f"{change.dotted} differs (sensitive)"
        elif made := action.kind.makes.get(change.field):
            what = f"its {made.field} was not delivered"
        place = action.item.at(*change.path) if action.item else None
        yield Finding(action.address, what, change.made_by, place)
