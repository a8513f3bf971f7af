"""Which kinds' steps come first where no reference says so: ``Kind.after``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import product
from typing import Final, Literal

from clerkform.model import Kind
from clerkform.model.step import Step, StepId

Sort = Literal["writes", "undoes", "deletes"]
Group = tuple[str, str, Sort, bool]
"""A kind's writes by one of its calls, or its updates that take back what others build on, or its
deletes. What makes objects is a group of its own."""
ORDER: Final[frozenset[tuple[Sort, Sort]]] = frozenset(
    {
        ("deletes", "deletes"),
        ("deletes", "undoes"),
        ("undoes", "deletes"),
        ("undoes", "undoes"),
        ("undoes", "writes"),
    }
)
"""Of a kind, and of one that comes after it: what of the first waits for what of the other."""


def in_kinds_order(steps: Sequence[Step], kinds: Mapping[str, Kind]) -> list[Step]:
    """The steps with the needs that ``Kind.after`` adds: writes after writes, what is taken away the
    other way round, and what is taken back after all that is done to what builds on it.

    Where a reference wants it the other way round, that pair of calls gives way.
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
    for group, first in _pairs(sorted(by_group), kinds):
        if not _reaches(first, group, needs):
            needs[group].add(first)
            added.setdefault(group, set()).update(by_group[first])
    return [
        replace(step, needs=step.needs | more) if (more := added.get(groups[step.id])) else step
        for step in steps
    ]


def _pairs(groups: Sequence[Group], kinds: Mapping[str, Kind]) -> Iterator[tuple[Group, Group]]:
    """Each group with one that comes first, as the kinds say it: of a part before of a whole."""
    both = list(product(groups, groups))
    ordered = [(a, b) for a, b in both if b[0] in kinds[a[0]].parts_after.get(a[1], ())]
    ordered += [(a, b) for a, b in both if b[0] in kinds[a[0]].after]
    for one, two in ordered:
        if one[2] == two[2] == "writes":
            yield one, two
        elif (two[2], one[2]) in ORDER:
            yield two, one


def _group(step: Step, kinds: Mapping[str, Kind]) -> Group:
    kind = kinds[step.address.kind]
    part = step.id.part if step.id.part in kind.endpoints.parts else ""
    sort: Sort = "undoes" if kind.undoes(step.values) else "writes"
    is_delete = step.id.verb == "delete"
    return kind.name, part, "deletes" if is_delete else sort, step.id.verb == "create"


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
