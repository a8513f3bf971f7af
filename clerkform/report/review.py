"""What a plan says, in words and numbers, before any format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action
from clerkform.diff.values import Change
from clerkform.model import Address
from clerkform.model.paths import GONE
from clerkform.report.cost import Cost
from clerkform.workflows.pipeline import Planned

SYMBOLS: Final = {"create": "+", "update": "~", "replace": "±", "delete": "-"}


class Review:
    """A plan, seen by whoever has to approve it."""

    def __init__(self, planned: Planned, allowed: int | None) -> None:
        """``allowed`` requests may be used in one window. None: the plan was saved, and a file
        says nothing that an apply of it does not compare."""
        self.planned, self.plan = planned, planned.plan
        self._needs: dict[Address, set[Address]] = {}
        for step in planned.plan.steps:
            needs = {need.address for need in step.needs}
            self._needs.setdefault(step.address, set()).update(needs)
        writes = len(planned.plan.steps)
        self.cost = None if allowed is None else Cost(writes, self._reads(), allowed)

    def _reads(self) -> int:
        """What the plan took, what it takes to see the writes, and what an update reads anew."""
        kinds = {a.address: a.kind for a in self.plan.actions if a.verb == "update"}
        updates = [step.address for step in self.plan.steps if step.id.verb == "update"]
        again = sum(a in kinds and kinds[a].update_sends == "all" for a in updates)
        return self.planned.reads + self.planned.reads_again + again

    @property
    def heading(self) -> str:
        """``staging (ins_2abc, development)``"""
        instance = self.planned.instance
        name = self.planned.loaded.environment.name
        return f"{name} ({instance.id}, {instance.environment_type})"

    @property
    def last_line(self) -> str:
        """Greppable for ever."""
        verbs = ("create", "update", "replace", "delete")
        counts = ", ".join(f"{self.plan.count(verb)} to {verb}" for verb in verbs)
        return f"Plan: {counts}."

    @property
    def footer(self) -> Iterator[str]:
        """What comes before the last line."""
        yield self.left_alone
        if self.plan.steps and self.cost:
            yield str(self.cost)

    @property
    def left_alone(self) -> str:
        """What the plan does not touch."""
        text, undeclared = f"{self.plan.count('none')} unchanged", len(self.plan.undeclared)
        if undeclared:
            command = f"clerkform list{self.planned.loaded.environment.option}"
            text += f", {undeclared} live but not declared (run `{command}` to see them)"
        return f"{text}."

    def asides(self, action: Action) -> tuple[str, ...]:
        """What is to be known about an action besides its changes."""
        said = [action.reason] if action.reason and action.span else []
        if action.made_by in ("drifted", "both"):
            said.append(action.made_by)
        if action.replaces:
            said.append(f"instead of {action.replaces}")
        if waits := self.waits_for(action):
            said.append("after " + ", ".join(str(address) for address in waits))
        if action.item and not self.planned.asked.wants(action.address):
            is_gone = action.verb == "delete"
            said.append("goes with what owns it" if is_gone else "a target needs it")
        return tuple(said)

    @staticmethod
    def changes(action: Action) -> tuple[Change, ...]:
        """The changes worth showing: what is created has its key in its address already."""
        if action.verb == "delete":
            return ()
        return tuple(
            change
            for change in action.changes
            if change.before is not GONE or not action.kind.field_at(change.path).traits.identity
        )

    def waits_for(self, action: Action) -> tuple[Address, ...]:
        """Addresses of the steps that must be done before this action's."""
        own = {action.address, action.replaces}
        needs = {need for address in own if address for need in self._needs.get(address, ())}
        return tuple(sorted(needs - own))

    def notes(self) -> Iterator[Diagnostic]:
        """What a reviewer should know and nobody has to fix before the plan can be read."""
        told = self.planned.loaded.findings
        yield from (found for found in self.planned.findings if found not in told)
        for action in self.plan.actions:
            for note in action.notes:
                yield Diagnostic("note", f"{action.address}: {note}", action.span, None, "note")
        for kind in {
            a.kind.name: a.kind for a in self._deleting() if a.kind.lost_by_delete
        }.values():
            text = f"deleting from {kind.name}: {kind.lost_by_delete}"
            yield Diagnostic("lost-by-delete", text, severity="note")
        yield from (replace(found, severity="note") for found in self.planned.writing)

    def _deleting(self) -> Iterator[Action]:
        return (a for a in self.plan.actions if a.verb in ("delete", "replace"))


def place(action: Action) -> str:
    """The line of the manifest that an action is about, or what it is about instead."""
    return f"{action.span.path}:{action.span.line}" if action.span else action.reason
