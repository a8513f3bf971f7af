"""Which kinds' steps come first where no reference says so: ``Kind.after``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from clerkform.model import Kind
from clerkform.model.step import Step, StepId

Group = tuple[str, bool]
"""A kind's writes, or what it takes away: deletes, and updates that undo."""


def in_kinds_order(steps: Sequence[Step], kinds: Mapping[str, Kind]) -> list[Step]:
    """The steps with the needs that ``Kind.after`` adds: writes after writes, and what is taken
    away the other way round.

    Where a reference wants it the other way round, that pair of kinds gives way.
    """
    groups = {step.id: _group(step, kinds) for step in steps}
    by_group: dict[Group, set[StepId]] = {}
    needs: dict[Group, set[Group]] = {}
    for step in steps:
        group = groups[step.id]
        by_group.setdefault(group, set()).add(step.id)
        needed = (groups[need] for need in step.needs if need in groups)
        needs.setdefault(group, set()).update(needed)
    added: dict[Group, set[StepId]] = {}
    for name in sorted(kinds):
        for other in kinds[name].after:
            for group, first in (((name, False), (other, False)), ((other, True), (name, True))):
                if first in by_group and group in by_group and not _reaches(first, group, needs):
                    needs[group].add(first)
                    added.setdefault(group, set()).update(by_group[first])
    return [
        replace(step, needs=step.needs | more) if (more := added.get(groups[step.id])) else step
        for step in steps
    ]


def _group(step: Step, kinds: Mapping[str, Kind]) -> Group:
    kind = step.address.kind
    return kind, step.id.verb == "delete" or kinds[kind].undoes(step.values)


def _reaches(
    start: Group,
    end: Group,
    needs: Mapping[Group, Set[Group]],
) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        more = needs.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return end in seen
