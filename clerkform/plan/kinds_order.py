"""Which kinds' steps come first where no reference says so: ``Kind.after``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from clerkform.model import Kind
from clerkform.model.step import Step, StepId


def in_kinds_order(steps: Sequence[Step], kinds: Mapping[str, Kind]) -> list[Step]:
    """The steps with the needs that ``Kind.after`` adds: writes after writes, deletes before.

    Where a reference wants it the other way round, that pair of kinds gives way.
    """
    by_kind: dict[tuple[str, bool], set[StepId]] = {}
    needs: dict[tuple[str, bool], set[tuple[str, bool]]] = {}
    for step in steps:
        group = _group(step.id)
        by_kind.setdefault(group, set()).add(step.id)
        needs.setdefault(group, set()).update(map(_group, step.needs))
    added: dict[tuple[str, bool], set[StepId]] = {}
    for name in sorted(kinds):
        for other in kinds[name].after:
            for group, first in (((name, False), (other, False)), ((other, True), (name, True))):
                if first in by_kind and group in by_kind and not _reaches(first, group, needs):
                    needs[group].add(first)
                    added.setdefault(group, set()).update(by_kind[first])
    return [
        replace(step, needs=step.needs | more) if (more := added.get(_group(step.id))) else step
        for step in steps
    ]


def _group(step: StepId) -> tuple[str, bool]:
    """A kind's writes, or its deletes."""
    return step.address.kind, step.verb == "delete"


def _reaches(
    start: tuple[str, bool],
    end: tuple[str, bool],
    needs: Mapping[tuple[str, bool], Set[tuple[str, bool]]],
) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        more = needs.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return end in seen
