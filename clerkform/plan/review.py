"""A plan as whoever approves it sees it: made just now, or read from a file. What views print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import MISSING

from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action, Verb
from clerkform.diff.values import MadeBy
from clerkform.model import Address, Kind
from clerkform.plan.build import Plan
from clerkform.plan.limits import Instance
from clerkform.plan.wire import WireAction, WireCell, WireChange, action_of, change_of

SENSITIVE: Final = "(sensitive)"
VERBS: Final[tuple[Verb, ...]] = ("create", "update", "replace", "delete")


class ReviewedChange(WireChange):
    made_by: MadeBy = "unattributed"
    is_key: bool = False
    """The address says what it is to be already."""


class ReviewedAction(WireAction):
    changes: Sequence[ReviewedChange] = ()
    id: str | None = None
    """Clerk's id of the live object, where there is one."""
    made_by: MadeBy = "unattributed"
    """Why a whole object is to be created or deleted."""
    waits_for: Sequence[str] = ()
    """Addresses whose steps must be done before, in their order."""
    asked_for: bool = True
    """No target and no exclude leaves it out."""

    @property
    def where(self) -> str:
        """``clerk/urls.yaml:3``, or what it is about instead."""
        return self.reason if self.place is MISSING else f"{self.place.path}:{self.place.line}"

    @property
    def asides(self) -> tuple[str, ...]:
        """What is to be known besides its changes."""
        is_declared = self.place is not MISSING
        said = [self.reason] if self.reason and is_declared else []
        if self.made_by in ("drifted", "both"):
            said.append(self.made_by)
        if self.replaces is not MISSING:
            said.append(f"instead of {self.replaces}")
        if self.waits_for:
            said.append("after " + ", ".join(self.waits_for))
        if is_declared and not self.asked_for:
            said.append("goes with what owns it" if self.verb == "delete" else "a target needs it")
        return tuple(said)

    @property
    def shown_changes(self) -> tuple[ReviewedChange, ...]:
        """The changes worth showing: what is created has its key in its address already."""
        if self.verb == "delete":
            return ()
        return tuple(c for c in self.changes if c.before is not MISSING or not c.is_key)


@dataclass(frozen=True, slots=True)
class Review:
    """A plan, in words and numbers, before any format."""

    environment: str
    instance: Instance
    counts: Mapping[Verb, int]
    """How many actions there are of each verb, ``none`` among them."""
    pending: tuple[ReviewedAction, ...]
    """By address."""
    writes: int
    """Requests that change something."""
    notes: tuple[Diagnostic, ...] = ()
    """What a reviewer should know and nobody has to fix before the plan can be read."""
    refusals: tuple[Diagnostic, ...] = ()
    reads: int | None = None
    """Requests that read, before an apply and after it. None: the plan was saved, and a file says
    nothing that an apply of it does not compare."""
    undeclared: tuple[Address, ...] = ()
    """Live objects of the kinds that were read which no manifest declares."""
    option: str = ""
    """What names the environment on a command line, with a blank before it."""

    @property
    def heading(self) -> str:
        """``staging (ins_2abc, development)``"""
        return heading_of(self.environment, self.instance)

    @property
    def last_line(self) -> str:
        """Greppable for ever."""
        return f"Plan: {', '.join(f'{self.counts.get(verb, 0)} to {verb}' for verb in VERBS)}."

    @property
    def left_alone(self) -> str:
        """What the plan does not touch."""
        text, undeclared = f"{self.counts.get('none', 0)} unchanged", len(self.undeclared)
        if undeclared:
            command = f"clerkform list{self.option}"
            text += f", {undeclared} live but not declared (run `{command}` to see them)"
        return f"{text}."


def heading_of(environment: str, instance: Instance) -> str:
    return f"{environment} ({instance.id}, {instance.environment_type})"


def hidden(value: object) -> WireCell:
    """What a person is shown of a sensitive value."""
    return WireCell(shown=SENSITIVE)


def counted(actions: Iterable[Action | WireAction]) -> Mapping[Verb, int]:
    return Counter(action.verb for action in actions)


def reviewed_actions(plan: Plan, wants: Callable[[Address], bool]) -> Iterator[ReviewedAction]:
    waits = Waits((step.address, (need.address for need in step.needs)) for step in plan.steps)
    for action in plan.pending:
        yield ReviewedAction(
            **action_of(action),
            changes=tuple(reviewed_changes(action)),
            id=action.live.id if action.live else None,
            made_by=action.made_by,
            waits_for=waits.of(action.address, action.replaces),
            asked_for=wants(action.address),
        )


def notes_of(plan: Plan) -> Iterator[Diagnostic]:
    """What is noted beside the actions, and what goes with them."""
    for action in plan.actions:
        for note in action.notes:
            yield Diagnostic("note", f"{action.address}: {note}", action.span, None, "note")
    yield from lost_by_delete(action.kind for action in plan.actions if goes(action))


def reviewed_changes(action: Action) -> Iterator[ReviewedChange]:
    for change in action.changes:
        is_key = action.kind.field_at(change.path).traits.identity
        sides = change_of(change, hidden)
        yield ReviewedChange(**sides, made_by=change.made_by, is_key=is_key)


class Waits:
    """What each address waits for, from pairs of a step's address and those of its needs."""

    def __init__(self, steps: Iterable[tuple[Address, Iterable[Address]]]) -> None:
        self._needs: dict[Address, set[Address]] = {}
        for address, needs in steps:
            self._needs.setdefault(address, set()).update(needs)

    def of(self, address: Address, replaces: Address | None) -> tuple[str, ...]:
        own = {address, replaces}
        needs = {need for one in own if one for need in self._needs.get(one, ())}
        return tuple(map(str, sorted(needs - own)))


def lost_by_delete(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """A note for each kind of which something goes that loses more than itself."""
    for kind in {kind.name: kind for kind in kinds if kind.lost_by_delete}.values():
        text = f"deleting from {kind.name}: {kind.lost_by_delete}"
        yield Diagnostic("lost-by-delete", text, severity="note")


def goes(action: Action | WireAction) -> bool:
    """Whether a live object is removed."""
    return action.verb in ("delete", "replace")
