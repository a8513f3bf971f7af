"""What takes over from the objects that a plan removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action, Actions
from clerkform.diff.edges import holders_of
from clerkform.diff.fields import Keys, as_declared
from clerkform.diff.keys import is_renamed
from clerkform.live.state import Live
from clerkform.model import Address, Field, Kind, Reference
from clerkform.model.paths import value_at
from clerkform.plan.after import objects_after, stays


def succeeded(
    kind: Kind, found: Actions, live: Live, problems: Problems
) -> Iterator[tuple[Address, frozenset[Address]]]:
    """What goes, with what has to come first, so that another is there to take over. What nothing
    takes over from is told to ``problems``."""
    if kind.sole:
        yield from _next_sole(kind, found, problems)
    if kind.goes_into:
        yield from _taken_over(kind, found, live, problems)


def _next_sole(
    kind: Kind, found: Actions, problems: Problems
) -> Iterator[tuple[Address, frozenset[Address]]]:
    """What there is one of goes once another is it."""
    for action in _going(kind, found):
        held = action.live.values.get(kind.sole) if action.live else None
        if held is None:
            continue
        heirs = frozenset(
            one.address
            for one in found.actions
            if one.kind is kind and one.item and stays(one)
            if one.item.values.get(kind.sole) == held
        )
        if heirs:
            yield action.address, heirs
        elif not _is_chosen_by_settings(kind, found):
            problems.error(
                "none-left",
                f"{action.address} is to go, and no other is `{kind.sole}: {held}`, which there is"
                " always one of",
                action.span,
                hint=f"declare the one that takes over `{kind.sole}: {held}`",
            )


def _taken_over(
    kind: Kind, found: Actions, live: Live, problems: Problems
) -> Iterator[tuple[Address, frozenset[Address]]]:
    """Whoever holds a member of what goes holds one of what takes over, or is told which."""
    going = [*_going(kind, found)]
    objects = objects_after(found, live, kind) if going else {}
    for action in going:
        to = action.item.values.get(kind.goes_into) if action.item else None
        if not isinstance(to, Reference):  # which is told where fields are compared
            continue
        yield action.address, frozenset({to.to})
        heir = objects.get(to.to.key, {})
        for leaf in kind.leaves:
            if leaf.traits.edges and leaf.traits.edges.heirs:
                _check_mapped(action, leaf, to.to, value_at(heir, leaf.path), found, problems)


def _check_mapped(
    action: Action, leaf: Field, to: Address, members: Any, found: Actions, problems: Problems
) -> None:
    told = leaf.traits.edges
    assert told
    assert action.item
    if not isinstance(members, list):
        return
    assert action.live
    keys = _new_keys(leaf, found.actions)
    there = {*as_declared([str(one) for one in members], _kind_of(leaf), keys)}
    said: Mapping[str, str] = action.item.values.get(told.heirs) or {}
    had = holders_of(leaf, action.live, keys)
    for key, holders in sorted(had.items()):
        if holders and key not in there and key not in said:
            problems.error(
                "needs-destination",
                f"{action.address} is to go for {to}, which has no {key}, and {holders}"
                f" {told.counted} have that",
                action.span,
                hint=f"add `{told.heirs}: {{{key}: KEY}}` with a key of {to}",
            )
    for key, heir in said.items():
        if had and key not in had:
            problems.error(
                "needs-destination",
                f"`{told.heirs}` of {action.address} gives {key} to {heir}, and it has no {key}",
                action.item.at(told.heirs),
                hint=f"name one of {', '.join(sorted(had))}, or leave it out",
            )
        elif heir not in there:
            problems.error(
                "needs-destination",
                f"{action.address} is to go for {to}, and `{told.heirs}` gives {key} to {heir}, which"
                f" {to} has not",
                action.item.at(told.heirs),
                hint=f"name one of {', '.join(sorted(there))}",
            )


def moved_along(action: Action, found: Actions) -> Iterator[tuple[str, int | None]]:
    """Who holds a member of an object that another takes over from, and how many they are; that
    nobody does is not said."""
    for leaf in action.kind.leaves if action.kind.goes_into and action.verb == "delete" else ():
        told = leaf.traits.edges
        if told and told.counts and action.live:
            counts = holders_of(leaf, action.live, _new_keys(leaf, found.actions))
            for key, number in sorted(counts.items()):
                if number != 0:
                    yield f"{told.counted} of {key}", number


def _new_keys(leaf: Field, actions: Iterable[Action]) -> Keys:
    """The keys that what the field refers to gets by the plan, by those that it has."""
    of = _kind_of(leaf)
    renamed = (one for one in actions if one.kind.name == of and is_renamed(one))
    keys = ((one.kind.key_parts(one.live.values), one.address.key) for one in renamed if one.live)
    return {(of, "/".join(former)): key for former, key in keys if former}


def _kind_of(leaf: Field) -> str:
    assert leaf.traits.ref
    return leaf.traits.ref.kind


def _going(kind: Kind, found: Actions) -> Iterator[Action]:
    return (one for one in found.actions if one.kind is kind and one.verb == "delete")


def _is_chosen_by_settings(kind: Kind, found: Actions) -> bool:
    """Whether settings say which object of the kind it is."""
    said = (one.item for one in found.actions if one.item and one.kind.is_always_there)
    return any(
        reference.to.kind == kind.name for item in said for _, reference in item.references()
    )
