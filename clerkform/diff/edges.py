"""Sets that are written by a call for each member: which come, and which go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Literal

from clerkform.desired import Item
from clerkform.diff.creation import wire_of
from clerkform.diff.fields import NO_KEYS, Keys, as_declared
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.live.counts import known_count
from clerkform.live.state import LiveObject
from clerkform.model import Address, Field, Reference, Values
from clerkform.model.paths import value_at


@dataclass(frozen=True, slots=True)
class Edge:
    """One member that an object is to have, or to have no more."""

    field: Field
    verb: Literal["add", "remove"]
    member: Reference | str
    """What is declared, or what the API has for what is only live."""
    key: str
    """The member's key, or its id where nobody knows that."""
    taken_over: Mapping[str, Mapping[str, str]] = dataclass_field(default_factory=dict)
    """By the field that says so: the member that goes, and the one that takes over from it."""
    holders: int | None = None
    """How many hold a member that goes, where that is known."""
    turn: int | None = 0
    """Its place among those that are written one after the other, from 1 on, where too many could be
    there at once; 0 where any order will do, and None where none does."""
    is_held: bool = False
    """A member that goes, and that other fields of the object name until they are updated."""


def edges(
    item: Item, live: LiveObject | None, ids: Mapping[Address, str], keys: Keys = NO_KEYS
) -> Iterator[Edge]:
    """The members that differ, in the order of their keys, those that go first."""
    for field, declared in item.declared():
        is_unread = live is not None and field.path in live.unreachable
        if field.traits.edges is None or is_unread or is_within(field.path, ignored_paths(item)):
            continue
        if live is None and field.traits.edges.sent_by_create:
            continue
        of = field.traits.ref.kind if field.traits.ref else ""
        by_key = field.traits.ref is not None and field.traits.ref.by == "key"
        found = value_at(live.values, field.path) if live else ()
        found = as_declared(found, of, keys) if by_key else found
        there = {str(one) for one in found} if isinstance(found, list) else set[str]()
        wanted = {str(wire_of(field, one, ids)) for one in declared}
        gone = sorted((one if by_key else keys.get((of, one), one), one) for one in there - wanted)
        held, named = _named_beside(field, item, live, keys)
        counts = holders_of(field, live, keys) if live else {}
        removals = (_removal(field, one, key, item, counts.get(key)) for key, one in gone)
        missing = (one for one in declared if wire_of(field, one, ids) not in there)
        differing = [
            *(replace(edge, is_held=edge.key in held) for edge in removals),
            *(Edge(field, "add", one, one.to.key) for one in sorted(missing, key=_key_of)),
        ]
        present = {one if by_key else keys.get((of, one), one) for one in there}
        yield from in_turn(differing, present, named, field.traits.edges.most)


def _key_of(reference: Reference) -> str:
    return reference.to.key


def in_turn(
    edges: Sequence[Edge], there: Collection[str], named: Collection[str], most: int
) -> Sequence[Edge]:
    """The edges in an order in which there are never more than ``most``; as they are where that is
    so in any order. Those that no order has room for come last.

    Args:
        there: the keys of what the set has now.
        named: members that other fields of the object name once they are updated.
    """
    adds = sum(edge.verb == "add" for edge in edges)
    if not most or len(there) + adds <= most:
        return edges
    heirs = {_heir(edge) for edge in edges if not edge.is_held}
    waiting = sorted(edges, key=lambda e: (e.verb == "add", e.key not in heirs, e.key not in named))
    now, done = {*there}, list[Edge]()

    def fits(edge: Edge) -> bool:
        if edge.verb == "add":
            return len(now) < most
        return _heir(edge) in now and (not edge.is_held or now.issuperset(named))

    while edge := next(filter(fits, waiting), None):
        waiting.remove(edge)
        now ^= {edge.key}
        done.append(replace(edge, turn=len(done) + 1))
    return [*done, *(replace(edge, turn=None) for edge in waiting)]


def _heir(edge: Edge) -> str | None:
    """The key of what takes over from a member that goes."""
    return next((said[edge.key] for said in edge.taken_over.values()), None)


def _named_beside(
    field: Field, item: Item, live: LiveObject | None, keys: Keys
) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of members that other fields of the object name as it is, and as it is declared."""
    of = field.traits.ref and field.traits.ref.kind
    others = [leaf for leaf in item.kind.leaves if leaf.traits.ref and leaf.traits.ref.kind == of]
    beside = [leaf for leaf in others if leaf is not field and not leaf.traits.edges]
    held = (as_declared(value_at(live.values, leaf.path), str(of), keys) for leaf in beside if live)
    named = (value_at(item.values, leaf.path) for leaf in beside)
    return (
        frozenset(one for one in held if isinstance(one, str)),
        frozenset(one.to.key for one in named if isinstance(one, Reference)),
    )


def named_by_edge(edge: Edge) -> Iterator[Address]:
    """What the call for an edge names by its key: the member, and what takes over from it."""
    ref = edge.field.traits.ref
    if ref and ref.by == "key":
        yield Address(ref.kind, edge.key)
        yield from named_as_heirs(edge.field, edge.taken_over)


def named_as_heirs(field: Field, values: Values) -> Iterator[Address]:
    """The members of a set that go, and those that take over from them, as ``values`` say it."""
    ref, told = field.traits.ref, field.traits.edges
    if ref and told and told.heirs:
        for pair in (values.get(told.heirs) or {}).items():
            yield from (Address(ref.kind, one) for one in pair)


def _removal(field: Field, member: str, key: str, item: Item, holders: int | None) -> Edge:
    told = field.traits.edges
    assert told is not None
    said = item.values.get(told.heirs) or {}
    taken_over = {told.heirs: {key: said[key]}} if key in said else {}
    return Edge(field, "remove", member, key, taken_over, holders)


def holders_of(field: Field, live: LiveObject, keys: Keys) -> Mapping[str, int | None]:
    """How many hold each member of a set, by its key as the manifests have it."""
    ref, told = field.traits.ref, field.traits.edges
    shown = live.values.get(told.counts) if told else None
    if ref is None or not isinstance(shown, dict):
        return {}
    return {keys.get((ref.kind, key), key): known_count(number) for key, number in shown.items()}
