"""Actions to steps, and what each step waits for."""

from __future__ import annotations

from dataclasses import dataclass

from clerkform.desired import Item
from clerkform.diff.action import Action, Actions
from clerkform.model import Address
from clerkform.model.step import Step
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
    return Plan(found.actions, order_steps(in_kinds_order(steps, kinds)), found.undeclared)
