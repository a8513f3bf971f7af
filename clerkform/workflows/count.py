"""What goes along with what a plan deletes, counted before anybody is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from clerkform.diff.action import Action, Actions, Impact
from clerkform.plan.review import goes
from clerkform.workflows.ports import Ends

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
        told = (Impact(c.what, counts.get((*of, c.what))) for c in action.kind.counted_by)
        return replace(action, impact=tuple(told))

    if not going:
        return found
    actions = (counted(one) if _takes_along(one) else one for one in found.actions)
    return replace(found, actions=tuple(actions))


def _takes_along(action: Action) -> bool:
    return goes(action) and bool(action.kind.counted_by and action.live)
