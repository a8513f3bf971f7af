"""The keys that a plan's steps give up and take."""

from __future__ import annotations

from clerkform.desired import Item
from clerkform.diff.action import Action
from clerkform.diff.keys import is_renamed
from clerkform.live.state import LiveObject
from clerkform.model.step import StepId

Key = tuple[str, tuple[str, ...] | None]
"""A kind's name and a key of it, as live objects have it."""


def moves_away(action: Action) -> bool:
    """Whether a live object gives up a key that no two objects may share."""
    if action.live is None or not action.kind.unique_key:
        return False
    return action.verb in ("delete", "replace") or is_renamed(action)


def key_freed(action: Action) -> tuple[Key, StepId]:
    step = StepId(action.address, "update") if action.verb == "update" else delete_id(action)
    return key_of(action, action.live), step


def key_taken_by(action: Action) -> StepId | None:
    """The step that gives an object its key, if it gets another one."""
    if action.verb in ("create", "replace"):
        return StepId(action.address, "create")
    return StepId(action.address, "update") if is_renamed(action) else None


def key_of(action: Action, holder: Item | LiveObject | None) -> Key:
    assert holder is not None
    return action.kind.name, action.kind.key_parts(holder.values)


def delete_id(action: Action) -> StepId:
    return StepId(action.replaces or action.address, "delete")
