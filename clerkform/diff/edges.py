"""Sets that are written by a call for each member: which come, and which go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from clerkform.desired import Item
from clerkform.diff.creation import wire_of
from clerkform.diff.fields import NO_KEYS, Keys
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.live.state import LiveObject
from clerkform.model import Address, Field, Reference
from clerkform.model.paths import value_at


@dataclass(frozen=True, slots=True)
class Edge:
    """One member that an object is to have, or to have no more."""

    field: Field
    verb: Literal["add", "remove"]
    member: Reference | str
    """What is declared, or the id of what is only live."""
    key: str
    """The member's key, or its id where nobody knows that."""


def edges(
    item: Item, live: LiveObject | None, ids: Mapping[Address, str], keys: Keys = NO_KEYS
) -> Iterator[Edge]:
    """The members that differ, in the order of their keys, those that go first."""
    for field, declared in item.declared():
        is_unread = live is not None and field.path in live.unreachable
        if field.traits.edges is None or is_unread or is_within(field.path, ignored_paths(item)):
            continue
        of = field.traits.ref.kind if field.traits.ref else ""
        found = value_at(live.values, field.path) if live else ()
        there = {str(one) for one in found} if isinstance(found, list) else set[str]()
        wanted = {str(wire_of(field, one, ids)) for one in declared}
        gone = sorted((keys.get((of, one), one), one) for one in there - wanted)
        yield from (Edge(field, "remove", member, key) for key, member in gone)
        missing = (one for one in declared if wire_of(field, one, ids) not in there)
        for one in sorted(missing, key=lambda one: one.to.key):
            yield Edge(field, "add", one, one.to.key)
