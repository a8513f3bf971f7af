"""What is to be done about one object, and about all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from clerkform.desired import Item
from clerkform.diagnostics import Span
from clerkform.diff.edges import Edge
from clerkform.diff.values import Change, MadeBy
from clerkform.ledger.entries import Entry
from clerkform.live.state import LiveObject
from clerkform.model import Address, Kind
from clerkform.model.meaning import Consequence
from clerkform.model.paths import Path

Verb = Literal["create", "update", "replace", "delete", "none"]


@dataclass(frozen=True, slots=True)
class Impact:
    """How much goes along with an object that goes, or moves as it changes."""

    what: str
    count: int | None
    """None: nobody knows."""
    moves: bool = False
    """They do not go, and get another place."""


@dataclass(frozen=True, slots=True)
class Action:
    """What is to happen to one resource."""

    address: Address
    kind: Kind
    verb: Verb
    item: Item | None = None
    live: LiveObject | None = None
    changes: tuple[Change, ...] = ()
    reason: str = ""
    """Why, where the changes alone do not say it: ``absent: true``, ``prune: all``."""
    notes: tuple[str, ...] = ()
    replaces: Address | None = None
    """The address of the object that goes, where its key differs from the new one."""
    delete_first: bool = False
    """With ``replace``: the old object goes before the new one is made."""
    made_by: MadeBy = "unattributed"
    """Why a whole object is to be created or deleted; an update's changes each have their own."""
    recorded: Entry | None = None
    """What the ledger has of an object that goes and is not declared."""
    was_at: Address | None = None
    """Where that was declared, if its key is another one now."""
    after: Item | None = None
    """With ``delete``: what replaces it, and has to be there first."""
    namesake: Address | None = None
    """The address that its key has, where another object has that already."""
    edges: tuple[Edge, ...] = ()
    """The members of sets that are written one by one."""
    unreached: tuple[Path, ...] = ()
    """Declared fields whose source could not be read."""
    always_sent: tuple[Path, ...] = ()
    """Declared fields that go along with each apply, and are no change."""
    means: tuple[Consequence, ...] = ()
    """What it means for who can get in; nobody has judged that yet where there is none."""
    impact: tuple[Impact, ...] = ()
    """What goes along with the object, where it goes."""
    is_owed: bool = False
    """Nobody has the secret that the server made: if it is not shown again, it is made again."""

    @property
    def span(self) -> Span | None:
        return self.item.span if self.item else None

    @property
    def is_pending(self) -> bool:
        return self.verb != "none"

    def lifecycle(self, name: str) -> Any:
        """A lifecycle setting as declared, or as it was last."""
        if declared := self.item or self.after:
            return declared.lifecycle(name)
        return self.recorded.lifecycle.get(name) if self.recorded else None


@dataclass(frozen=True, slots=True)
class Actions:
    """All actions, by address, and the live objects that no manifest declares."""

    actions: tuple[Action, ...]
    undeclared: tuple[Address, ...] = ()
    first: Mapping[Address, frozenset[Address]] = field(default_factory=dict)
    """Whose writes have to come before those of an address, where no reference says so."""
