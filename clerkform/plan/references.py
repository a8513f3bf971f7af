"""What has to let go of an object before it can be deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from clerkform.diff.action import Action
from clerkform.diff.edges import Edge
from clerkform.live.state import LiveObject
from clerkform.model import Field
from clerkform.model.paths import value_at
from clerkform.model.step import StepId
from clerkform.plan.keys import delete_id


@dataclass(frozen=True)
class Going:
    """The live objects that a plan removes."""

    by_id: Mapping[str, Action]

    @staticmethod
    def of(actions: Iterable[Action]) -> Going:
        return Going({a.live.id: a for a in actions if a.live and a.verb in ("delete", "replace")})

    @cached_property
    def _ids(self) -> Mapping[tuple[str, tuple[str, ...] | None], str]:
        """By kind and key."""
        return {
            (action.kind.name, action.kind.key_parts(action.live.values)): one
            for one, action in self.by_id.items()
            if action.live
        }

    def id_of(self, leaf: Field, held: object) -> str:
        """The id of what a field refers to, which the API may know by its key. What does not go may
        stand as its key."""
        ref = leaf.traits.ref
        by_key = ref is not None and ref.by == "key"
        found = self._ids.get((ref.kind, (str(held),))) if ref and by_key else None
        return found or str(held)

    def held(self, live: LiveObject, leaf: Field) -> Iterator[str]:
        """The ids of other objects that a field refers to."""
        held = value_at(live.values, leaf.path)
        for one in held if isinstance(held, list) else (held,):
            if (found := self.id_of(leaf, one)) != live.id:
                yield found

    def takes_along(self, action: Action, leaf: Field, held: str) -> bool:
        """Whether what goes has the object refer to what takes over, which is what is declared."""
        gone = self.by_id.get(held)
        if gone is None or gone.item is None or action.item is None:
            return False
        if not (leaf.traits.ref and leaf.traits.ref.follows):
            return False
        heir = gone.item.values.get(gone.kind.goes_into)
        return heir is not None and heir == value_at(action.item.values, leaf.path)


def letting_go(action: Action, going: Going) -> Iterator[tuple[str, StepId]]:
    """The ids that a live object refers to, each with the step after which it no longer does."""
    if action.live is None:
        return
    goes = action.live.id in going.by_id
    for edge in edges_between(action, going) if goes else ():
        yield str(edge.member), edge_id(action, edge)
    for leaf in action.kind.leaves:
        if not leaf.traits.ref or (goes and leaf.is_late):
            continue
        for one in going.held(action.live, leaf):
            if goes:
                yield one, delete_id(action)
            elif _is_changed(action, leaf) and not going.takes_along(action, leaf, one):
                yield one, StepId(action.address, "update", action.kind.part_of(leaf))
    for edge in action.edges:
        if edge.verb == "remove":
            yield going.id_of(edge.field, edge.member), edge_id(action, edge)


def following(action: Action, going: Going) -> Iterator[tuple[StepId, StepId]]:
    """The updates that have nothing left to change once what goes has taken the object along, each
    with what goes."""
    for leaf in action.kind.leaves:
        if action.live and _is_changed(action, leaf):
            for one in going.held(action.live, leaf):
                if going.takes_along(action, leaf, one):
                    update = StepId(action.address, "update", action.kind.part_of(leaf))
                    yield update, delete_id(going.by_id[one])


def _is_changed(action: Action, leaf: Field) -> bool:
    return not leaf.traits.edges and any(c.path == leaf.path for c in action.changes)


def late_going(going: Going) -> Iterator[tuple[str, StepId]]:
    """What is referred to late by what goes, which may be a ring, in the order of addresses."""
    for action in sorted(going.by_id.values(), key=delete_id):
        assert action.live is not None
        for leaf in action.kind.leaves:
            if leaf.is_late and not leaf.traits.edges:
                for one in going.held(action.live, leaf):
                    if one in going.by_id:
                        yield one, delete_id(action)


def edges_between(action: Action, going: Going) -> Iterator[Edge]:
    """The members of an object that goes which go as well: in a ring no order would do."""
    assert action.live is not None
    for leaf in action.kind.leaves:
        if leaf.traits.edges and leaf.is_late:
            for one in sorted(going.held(action.live, leaf)):
                if one in going.by_id:
                    key = delete_id(going.by_id[one]).address.key
                    yield Edge(leaf, "remove", one, key)


def edge_id(action: Action, edge: Edge) -> StepId:
    sign = "+" if edge.verb == "add" else "-"
    return StepId(action.address, "update", f"{edge.field} {sign} {edge.key}")
