"""What there is of a kind once a plan is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clerkform.diff.action import Action, Actions
from clerkform.diff.creation import key_in
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kind, Values

Ids = Mapping[Address, str]


def objects_before(live: Live, kind: Kind) -> Mapping[str, Values]:
    """The live objects of a kind, by key."""
    return _by_key(kind, live.of(kind.name))


def objects_after(found: Actions, live: Live, kind: Kind) -> Mapping[str, Values]:
    """The objects of a kind after the plan, by key: what is live with what is declared over it.
    References stand as the API answers them, or as the keys of what is declared."""
    own = [action for action in found.actions if action.kind is kind]
    touched = {action.live.id for action in own if action.live}
    left = _by_key(kind, (one for one in live.of(kind.name) if one.id not in touched))
    return left | {one.address.key: left_of(one) for one in own if stays(one)}


def _by_key(kind: Kind, objects: Iterable[LiveObject]) -> dict[str, Values]:
    keyed = ((kind.key_parts(one.values), one.values) for one in objects)
    return {kind.address(key).key: values for key, values in keyed if key is not None}


def referred_after(found: Actions, live: Live, kind: Kind) -> Mapping[str, Values]:
    """The same by every key that may refer to one of them: also by the former one of what is
    renamed, which live objects have until then."""
    former = {key: left_of(one) for key, one in by_former_key(found, kind).items()}
    return {**former, **objects_after(found, live, kind)}


def by_former_key(found: Actions, kind: Kind) -> Mapping[str, Action]:
    """What stays of the live objects of a kind, by the keys that they have before the plan."""
    return {
        kind.address(key).key: one
        for one in found.actions
        if one.kind is kind and one.live and one.verb != "replace" and stays(one)
        if (key := kind.key_parts(one.live.values))
    }


def stays(action: Action) -> bool:
    """Whether there is an object at its address after the plan."""
    is_left = action.verb == "none" and action.live is not None
    return action.item is not None and (not action.item.absent or is_left)


def left_of(action: Action) -> Values:
    """The fields of an object that stays or is made."""
    assert action.item is not None
    values, ignored = (
        ({}, ()) if action.live is None else (action.live.values, ignored_paths(action.item))
    )
    shown = {
        str(leaf): _plain(value)
        for leaf, value in action.item.declared()
        if not is_within(leaf.path, ignored)
    }
    return {**values, **shown}


def _plain(value: Any) -> Any:
    return [key_in(one) for one in value] if isinstance(value, list) else key_in(value)
