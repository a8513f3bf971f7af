"""Sets of which a manifest says what is added and what removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clerkform.model import Field
from clerkform.model.canonical import canonical


def is_set_change(declared: Any) -> bool:
    """Whether a value says what is added and what removed, and nothing of the rest."""
    return isinstance(declared, dict) and bool(declared) and declared.keys() <= {"add", "remove"}


def with_set_change(before: Any, declared: Mapping[str, list[Any]]) -> list[Any]:
    """A live list as it is to be once it has what is added and lacks what is removed."""
    there = (
        [one for one in before if one not in declared.get("remove", ())]
        if isinstance(before, list)
        else []
    )
    return there + [one for one in declared.get("add", ()) if one not in there]


def with_anyway(field: Field, declared: Any, there: Any) -> Any:
    """A declared set with what live has of the members that the server puts in by itself."""
    if not (field.traits.anyway and isinstance(declared, list) and isinstance(there, list)):
        return declared
    ours = _beyond(field, field.traits.anyway, declared)
    return [*declared, *(one for one in there if one in ours)]


def without_anyway(field: Field, there: Any, declared: Any) -> Any:
    """A live set without the members that the server puts in by itself, but for declared ones."""
    if not (field.traits.anyway and isinstance(declared, list) and isinstance(there, list)):
        return there
    return without(field, there, _beyond(field, field.traits.anyway, declared))


def not_kept(field: Field, sent: Any, answered: Any) -> tuple[Any, ...]:
    """The members of a set that was sent which the server does not know, as far as its answer tells.

    A set that has others instead was not taken at all.
    """
    is_both = isinstance(sent, list) and isinstance(answered, list)
    if not (field.traits.kept_in_part and is_both) or _beyond(field, answered, sent):
        return ()
    return _beyond(field, sent, answered)


def without(field: Field, declared: Any, members: Collection[Any]) -> Any:
    """A set, or what is added to one, without these members."""
    if not members:
        return declared
    if is_set_change(declared):
        return {how: without(field, ones, members) for how, ones in declared.items()}
    return [*_beyond(field, declared, members)] if isinstance(declared, list) else declared


def _beyond(field: Field, left: Sequence[Any], right: Collection[Any]) -> tuple[Any, ...]:
    """The members of ``left`` that ``right`` has not, as the server stores them."""
    there = {canonical(field.normalized(one)) for one in right}
    return tuple(one for one in left if canonical(field.normalized(one)) not in there)
