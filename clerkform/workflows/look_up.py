"""Keys of what is no kind, such as a role's: whether the instance has them, before they are sent."""

from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Problems, did_you_mean
from clerkform.diff.action import Action, Actions
from clerkform.errors import ApiError, PlanError
from clerkform.model import Field, Op
from clerkform.model.paths import value_at
from clerkform.model.traits import LookedUp
from clerkform.workflows.ports import Reader


async def check_keys(found: Actions, reader: Reader, problems: Problems) -> None:
    """Look up each key that is to be sent, a list once for all of its keys.

    A list that cannot be read says nothing: the feature may be one that this plan switches on. The
    step looks the key up once more.

    Raises:
        PlanError: the instance has no such key; ``problems`` are told as well.
    """
    lists: dict[tuple[Op, str], list[str]] = {}
    for action, leaf, how in _sent(found):
        if (how.op, how.by) not in lists:
            try:
                lists[how.op, how.by] = await reader.keys(how)
            except ApiError:
                lists[how.op, how.by] = []
        there = lists[how.op, how.by]
        assert action.item is not None
        key = value_at(action.item.values, leaf.path)
        if there and key not in there:
            problems.error(
                "reference-not-live",
                f"`{leaf}` of {action.address} is `{key}`, and the instance has none with that key",
                action.item.at(*leaf.path),
                hint=did_you_mean(str(key), there) or f"it has {', '.join(there)}",
            )
    if problems.errors:
        raise PlanError(problems.in_order())


def _sent(found: Actions) -> Iterator[tuple[Action, Field, LookedUp]]:
    for action in found.actions:
        for change in action.changes:
            leaf = action.kind.field_at(change.path)
            if action.item and leaf.traits.looked_up:
                yield action, leaf, leaf.traits.looked_up
