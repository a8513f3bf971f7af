"""What the engine may assume about a field, said where the field is declared.

A trait stands in the field's ``Annotated``; ``of`` gathers them. The engine asks for traits and
never for a kind's name, so a new kind brings its quirks along as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from clerkform.model.endpoints import Op
from clerkform.model.meaning import Meaning, Moved, always


@dataclass(frozen=True, slots=True)
class Ref:
    """Holds another object's key; sent as its id."""

    kind: str
    owner: bool = False
    """The other object owns this one, which goes first when the owner is deleted."""
    literal: bool = False
    """A bare string is an id of the server's; a reference is written ``{singular: key}``."""
    late: bool = False
    """Written by a step of its own once both exist, for kinds that point at each other."""
    system: Callable[[str], bool] | None = None
    """Whether an object with this key may be merely live: the server's own, declared by nobody."""
    by: Literal["id", "key"] = "id"
    """What the API takes and answers for the other object."""


@dataclass(frozen=True, slots=True)
class Edges:
    """How a list of references is written: a call for each that comes or goes.

    ``{member}`` in a path or as a value of a body stands for the other object's id.
    """

    add: Op
    remove: Op


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """A place in the document of a second source."""

    path: tuple[str, ...]
    invert: bool = False
    """It shows the opposite: whether something is off."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Everything that was said of one field."""

    identity: bool = False
    """Pairs desired with live; several are joined by ``/``."""
    otherwise: str | None = None
    """With ``identity``: the field that identifies an object which has no such key."""
    variant: str | None = None
    """Part of the identity, shown as ``@value`` unless it is this default."""
    immutable: bool = False
    write_only: bool = False
    """Sent, never read back."""
    presence: str | None = None
    """With ``write_only``: the boolean in an answer that says whether there is a value."""
    read_from: ReadFrom | None = None
    """With ``write_only``: where a second source shows what the API's own reads hide."""
    signs_with: str | None = None
    """Holds a signing key for the algorithm that this other field names."""
    create_only: bool = False
    noted: bool = False
    """With ``create_only``: a difference is worth a note, though it is no change."""
    update_only: bool = False
    needed_to_create: bool = False
    needed_with: str | None = None
    """With ``needed_to_create``: only when this other field is declared, and not as null."""
    creates_as: Any = None
    """What a create sends when the field is not declared."""
    ref: Ref | None = None
    edges: Edges | None = None
    """With a list of references: each is written by a call of its own."""
    merged: bool = False
    """Only the named keys are ours, at every depth; null removes one."""
    most_bytes: int | None = None
    """How large its JSON may be, with what is live where it is merged."""
    unordered: bool = False
    free_form: bool = False
    """Arbitrary JSON: no value forms inside, compared leaf by leaf."""
    via: str | None = None
    """Written by a step of its own, through the kind's endpoint of this name."""
    sensitive: bool = False
    local: bool = False
    """For clerkform itself, never sent."""
    normalize: Callable[[Any], Any] | None = None
    """The form that the server stores; what was written is still what is sent."""
    pulled_with: str | None = None
    """Left out of a pull unless this word is asked for; the empty word never is."""
    meanings: tuple[Meaning, ...] = ()
    """What a change of the field may mean for who can get in."""


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
sensitive = _trait(sensitive=True)
local = _trait(local=True)
write_only = _trait(write_only=True)
never_pulled = _trait(pulled_with="")


def identity_otherwise(field: str) -> Trait:
    return _trait(identity=True, otherwise=field)


def variant(default: str) -> Trait:
    return _trait(variant=default)


def write_only_but(presence: str) -> Trait:
    """Never read back, but the boolean ``presence`` in an answer says whether it is set."""
    return _trait(write_only=True, presence=presence)


def read_from(path: str, *, invert: bool = False) -> Trait:
    """Not in the API's own reads, but shown at this dotted path of a second source."""
    return _trait(write_only=True, read_from=ReadFrom(tuple(path.split(".")), invert))


def signs_with(algorithm_field: str) -> Trait:
    return _trait(signs_with=algorithm_field)


def needed_to_create_with(field: str) -> Trait:
    return _trait(needed_to_create=True, needed_with=field)


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
) -> Trait:
    return _trait(ref=Ref(kind, owner, literal, late, system, by))


def refs(
    kind: str,
    *,
    late: bool = False,
    system: Callable[[str], bool] | None = None,
    by: Literal["id", "key"] = "id",
) -> Trait:
    """A list of another kind's keys, compared as a set."""
    return _trait(ref=Ref(kind, late=late, system=system, by=by), unordered=True)


def edges(add: Op, remove: Op) -> Trait:
    """With ``refs``: written by calls that add and remove one each, after both objects exist."""
    return _trait(edges=Edges(add, remove))


def at_most_bytes(number: int) -> Trait:
    return _trait(most_bytes=number)


def via(part: str) -> Trait:
    return _trait(via=part)


def normalize(how: Callable[[Any], Any]) -> Trait:
    return _trait(normalize=how)


def pulled_with(word: str) -> Trait:
    return _trait(pulled_with=word)


def weakens(*, says: str, when: Callable[[Moved], bool] = always) -> Trait:
    """Some change of the field loosens a rule; ``says`` is what follows from it."""
    return _trait(meanings=(Meaning("weakens", says, when),))


def widens(*, says: str, when: Callable[[Moved], bool] = always) -> Trait:
    """Some change of the field lets more in, by the rules that are there."""
    return _trait(meanings=(Meaning("widens", says, when),))


def locks_out(*, says: str, when: Callable[[Moved], bool] = always) -> Trait:
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
