"""What the engine may assume about a field, said where the field is declared.

A trait stands in the field's ``Annotated``; ``of`` gathers them. The engine asks for traits and
never for a kind's name, so a new kind brings its quirks along as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from clerkform.model.meaning import Condition, Meaning, always, differs
from clerkform.model.op import Op
from clerkform.model.traits import Edges, ReadFrom, Ref, Source, Traits


@dataclass(frozen=True, slots=True)
class Trait:
    """One entry of a field's ``Annotated``: attributes of ``Traits`` with their values."""

    says: tuple[tuple[str, Any], ...]


def _trait(**says: Any) -> Trait:
    return Trait(tuple(says.items()))


identity = _trait(identity=True)
immutable = _trait(immutable=True)
create_only = _trait(create_only=True)
create_only_noted = _trait(create_only=True, noted=True)
update_only = _trait(update_only=True)
needed_to_create = _trait(needed_to_create=True)
merged = _trait(merged=True, free_form=True)
free_form = _trait(free_form=True)
unordered = _trait(unordered=True)
kept_in_part = _trait(kept_in_part=True, unordered=True)
sensitive = _trait(sensitive=True)
local = _trait(local=True)
write_only = _trait(write_only=True)
never_pulled = _trait(pulled_with="")
names_host = _trait(names_host=True)


def identity_otherwise(field: str) -> Trait:
    return _trait(identity=True, otherwise=field)


def variant(default: str) -> Trait:
    return _trait(variant=default)


def write_only_but(presence: str) -> Trait:
    """Never read back, but the boolean ``presence`` in an answer says whether it is set."""
    return _trait(write_only=True, presence=presence)


def read_from(
    path: str, *, invert: bool = False, source: Source = "frontend", none: Any = None
) -> Trait:
    """Not in the kind's own reads, but shown at this dotted path of another source."""
    return _trait(write_only=True, read_from=ReadFrom(tuple(path.split(".")), invert, source, none))


def signs_with(algorithm_field: str) -> Trait:
    return _trait(signs_with=algorithm_field)


def needed_to_create_with(field: str) -> Trait:
    return _trait(needed_to_create=True, needed_with=field)


def needed_to_create_unless(switch: str) -> Trait:
    """May be left out where the other field is declared as true."""
    return _trait(needed_to_create=True, needed_unless=switch)


def creates_as(value: Any) -> Trait:
    return _trait(creates_as=value)


def ref(
    kind: str,
    *,
    owner: bool = False,
    literal: bool = False,
    late: bool = False,
    system: Callable[[str], bool] | None = None,
    by: Literal["id", "key"] = "id",
    takes_id: bool = False,
    follows: bool = False,
) -> Trait:
    return _trait(ref=Ref(kind, owner, literal, late, system, by, takes_id, follows))


def outside(what: str) -> Trait:
    """The id of something that is no kind, or what it is known by to people."""
    return _trait(ref=Ref(what, literal=True, outside=True))


def refs(
    kind: str,
    *,
    late: bool = False,
    system: Callable[[str], bool] | None = None,
    by: Literal["id", "key"] = "id",
    takes_id: bool = False,
) -> Trait:
    """A list of another kind's keys, compared as a set."""
    ref = Ref(kind, late=late, system=system, by=by, takes_id=takes_id)
    return _trait(ref=ref, unordered=True)


def edges(add: Op, remove: Op, **more: Any) -> Trait:
    """With ``refs``: written by calls that add and remove one each, after both objects exist. What
    else there is to say of them has the names that it has in ``Edges``."""
    return _trait(edges=Edges(add, remove, **more))


def has_anyway(*members: str) -> Trait:
    """A set in which the server has these members, whoever named them or not."""
    return _trait(unordered=True, anyway=members)


def at_most_bytes(number: int) -> Trait:
    return _trait(most_bytes=number)


def via(part: str) -> Trait:
    return _trait(via=part)


def normalize(how: Callable[[Any], Any]) -> Trait:
    return _trait(normalize=how)


def default(value: Any, *, production: Any = None) -> Trait:
    """What Clerk sets by itself; ``production`` where it is another there."""
    return _trait(defaults=(value, value if production is None else production))


def pulled_with(word: str) -> Trait:
    return _trait(pulled_with=word)


def one_of(path: str) -> Trait:
    return _trait(one_of=path)


def mirrors(kind: str) -> Trait:
    return _trait(mirrors=kind)


def weakens(*, says: str, when: Condition = differs) -> Trait:
    """Some change of the field loosens a rule; ``says`` is what follows from it."""
    return _trait(meanings=(Meaning("weakens", says, when),))


def widens(*, says: str, when: Condition = differs) -> Trait:
    """Some change of the field lets more in, by the rules that are there."""
    return _trait(meanings=(Meaning("widens", says, when),))


def locks_out(*, says: str, when: Condition = differs) -> Trait:
    """Some change of the field keeps out who got in before."""
    return _trait(meanings=(Meaning("locks_out", says, when),))


def neutral(why: str) -> Trait:
    """No change of the field lets anybody in or keeps anybody out."""
    return _trait(meanings=(Meaning("neutral", why, always),))


def of(metadata: Iterable[Any]) -> Traits:
    """The traits among a field's metadata, which pydantic shares with its own constraints."""
    says: dict[str, Any] = {}
    for entry in metadata:
        if isinstance(entry, Trait):
            meanings = says.get("meanings", ())
            says.update(entry.says)
            says["meanings"] = (*meanings, *dict(entry.says).get("meanings", ()))
    return Traits(**says)
