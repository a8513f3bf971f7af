"""Steps in an order that depends on their set alone."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from clerkform.errors import ClerkformError
from clerkform.model.step import Step, StepId


class PlanCycle(ClerkformError):
    """Steps that wait for each other; ``ring`` walks them, the first repeated at the end."""

    def __init__(self, ring: tuple[StepId, ...]) -> None:
        super().__init__(f"these wait for each other: {' -> '.join(map(str, ring))}")
        self.ring = ring


def order_steps(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Arrange ``steps`` so that each comes after everything it needs.

    Steps that could run at the same time are sorted by address, so reordering a manifest never
    reorders its plan. A need that is not among ``steps`` is already met and is skipped.

    Raises:
        PlanCycle: the needs form a ring.

    Source: Kahn's algorithm (CACM 5(11), 1962), in the form of the standard ``graphlib``.
    """
    by_id = {step.id: step for step in steps}
    sorter = TopologicalSorter({one: step.needs & by_id.keys() for one, step in by_id.items()})
    try:
        sorter.prepare()
    except CycleError as exc:
        raise PlanCycle(tuple(exc.args[1])) from exc
    ordered: list[Step] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += (by_id[one] for one in ready)
        sorter.done(*ready)
    return tuple(ordered)
