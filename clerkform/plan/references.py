"""What has to let go of an object before it can be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clerkform.diff.action import Action
from clerkform.diff.edges import Edge
from clerkform.live.state import LiveObject
from clerkform.model import Field
from clerkform.model.paths import value_at
from clerkform.model.step import StepId
from clerkform.plan.keys import delete_id


def letting_go(action: Action, going: Mapping[str, Action]) -> Iterator[tuple[str, StepId]]:
    """The ids that a live object refers to, each with the step after which it no longer does."""
    if action.live is None:
        return
    goes = action.live.id in going
    for edge in edges_between(action, going) if goes else ():
        yield str(edge.member), edge_id(action, edge)
    for leaf in action.kind.leaves:
        if not leaf.traits.ref or (goes and leaf.is_late):
            continue
        for one in ids_held(action.live, leaf):
            if goes:
                yield one, delete_id(action)
            elif not leaf.traits.edges and any(c.path == leaf.path for c in action.changes):
                part = action.kind.fields[str(leaf.path[0])].traits.via or ""
                yield one, StepId(action.address, "update", part)
    for edge in action.edges:
        if edge.verb == "remove":
            yield str(edge.member), edge_id(action, edge)


def ids_held(live: LiveObject, leaf: Field) -> Iterator[str]:
    """The ids of other objects that a field refers to."""
    held = value_at(live.values, leaf.path)
    for one in held if isinstance(held, list) else (held,):
        if str(one) != live.id:
            yield str(one)


def late_going(going: Mapping[str, Action]) -> Iterator[tuple[str, StepId]]:
    """What is referred to late by what goes, which may be a ring, in the order of addresses."""
    for action in sorted(going.values(), key=delete_id):
        assert action.live is not None
        for leaf in action.kind.leaves:
            if leaf.is_late and not leaf.traits.edges:
                for one in ids_held(action.live, leaf):
                    if one in going:
                        yield one, delete_id(action)


def edges_between(action: Action, going: Mapping[str, Action]) -> Iterator[Edge]:
    """The members of an object that goes which go as well: in a ring no order would do."""
    assert action.live is not None
    for leaf in action.kind.leaves:
        if leaf.traits.edges:
            for one in sorted(ids_held(action.live, leaf)):
                if one in going:
                    yield Edge(leaf, "remove", one, delete_id(going[one]).address.key)


def edge_id(action: Action, edge: Edge) -> StepId:
    sign = "+" if edge.verb == "add" else "-"
    return StepId(action.address, "update", f"{edge.field} {sign} {edge.key}")
