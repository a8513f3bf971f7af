"""Actions to steps, and what each step waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clerkform.desired import Item
from clerkform.diff.action import Action, Actions
from clerkform.model import Address
from clerkform.model.step import Step, StepId
from clerkform.plan.kinds_order import in_kinds_order
from clerkform.plan.needs import Writers
from clerkform.plan.order import order_steps
from clerkform.plan.steps import steps_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply would do, in order, and what it leaves alone."""

    actions: tuple[Action, ...] = ()
    """One per declared resource and one per object that goes, by address; ``none`` as well."""
    steps: tuple[Step, ...] = ()
    undeclared: tuple[Address, ...] = ()
    """Live objects of the kinds that were read which no manifest declares."""

    @property
    def pending(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.is_pending)

    @property
    def delivering(self) -> tuple[Item, ...]:
        """What has a step that ends with a secret being handed over."""
        steps = {step.address for step in self.steps if step.sinks}
        return tuple(a.item for a in self.actions if a.item and a.address in steps)

    def count(self, verb: str) -> int:
        return sum(action.verb == verb for action in self.actions)


def build_plan(found: Actions) -> Plan:
    """The steps of all actions, ordered."""
    writers = Writers(found.actions)
    steps = [step for action in found.actions for step in steps_of(action, writers)]
    kinds = {action.kind.name: action.kind for action in found.actions}
    ordered = in_kinds_order(_after(steps, found.first), kinds)
    return Plan(found.actions, order_steps(ordered), found.undeclared)


def _after(steps: Sequence[Step], first: Mapping[Address, frozenset[Address]]) -> list[Step]:
    """The steps, each after every one of the addresses that come before its own."""
    by_address: dict[Address, set[StepId]] = {}
    for step in steps:
        by_address.setdefault(step.address, set()).add(step.id)

    def needed(step: Step) -> frozenset[StepId]:
        before = first.get(step.address, frozenset())
        return step.needs.union(*(by_address.get(one, ()) for one in before))

    return [replace(step, needs=needed(step)) if first else step for step in steps]
