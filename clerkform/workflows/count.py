"""What goes along with what a plan deletes, or moves with what it changes, counted before anybody is
asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from clerkform.diff.action import Action, Actions, Impact
from clerkform.model import Counted
from clerkform.plan.review import goes
from clerkform.workflows.ports import Ends
from clerkform.workflows.successors import moved_along

MOST: Final = 20
"""Requests that may be sent to count."""


async def count_impact(found: Actions, ends: Ends, *, most: int = MOST) -> Actions:
    """The actions with how much goes along with each object that goes. What ``most`` requests do not
    reach, and what fails, is not known; 0 asks nothing."""
    going = [action for action in found.actions if _takes_along(action)]
    before, counts = ends.requests(), dict[tuple[str, str, str], int]()
    for kind in {action.kind.name: action.kind for action in going}.values():
        left = most - (ends.requests() - before)
        ids = [action.live.id for action in going if action.kind is kind and action.live]
        known = await ends.reader.count_along(kind.name, ids, left) if left > 0 else {}
        counts |= {
            (kind.name, one, what): number
            for one, told in known.items()
            for what, number in told.items()
        }

    def counted(action: Action) -> Action:
        of = (action.kind.name, action.live.id if action.live else "")
        moves = not goes(action)
        told = (Impact(c.what, counts.get((*of, c.what)), moves) for c in _along(action))
        leaving = (
            Impact(f"{edges.counted} of {edge.key}", edge.holders, moves=True)
            for edge in action.edges
            if edge.taken_over and (edges := edge.field.traits.edges)
        )
        taken_over = (Impact(what, many, moves=True) for what, many in moved_along(action, found))
        return replace(action, impact=(*told, *leaving, *taken_over))

    return replace(found, actions=tuple(map(counted, found.actions)))


def _takes_along(action: Action) -> bool:
    return action.live is not None and any(True for _ in _along(action))


def _along(action: Action) -> Iterator[Counted]:
    """What of an object goes along with it, or with the fields that change."""
    changed = {change.field for change in action.changes}
    return (c for c in action.kind.counted_by if goes(action) or changed & {*c.with_fields})
