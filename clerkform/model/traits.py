"""What traits say of a field, as one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from clerkform.model.meaning import Meaning
from clerkform.model.op import Op

Source = Literal["frontend", "primary_domain"]
"""The Frontend API's environment, or the primary domain as the Backend API lists it."""


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
    """What the API answers for the other object."""
    takes_id: bool = False
    """With ``by="key"``: it takes the id. Else it takes what it answers."""
    follows: bool = False
    """Where the other object goes, the API has this one refer to what takes over."""
    outside: bool = False
    """With ``literal``: no kind. What is written in place of an id is looked up before anything is
    compared."""


@dataclass(frozen=True, slots=True)
class Edges:
    """How a list of references is written: a call for each that comes or goes.

    ``{member}`` in a path or a body stands for what the API has for the other object, its id or its
    key, and ``{heir}`` in a body for the key of the one that takes over from it.
    """

    add: Op
    remove: Op
    there_code: str = ""
    """Of the error that answers the call for one that is there already, where it is no 409."""
    sent_by_create: bool = False
    """A create sends the list; else each member is added once the object is there."""
    heirs: str = ""
    """The field that says who takes over from one that goes: keys to keys. None goes without."""
    counts: str = ""
    """Where live values have, by the keys of members, how many hold each; what is not there is not
    known."""
    counted: str = ""
    """Who holds them, in the plural: ``members``."""
    most: int = 0
    """How many there may be at once; 0 for any number."""


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """A place in the document of another source than the kind's own reads."""

    path: tuple[str, ...]
    invert: bool = False
    """It shows the opposite: whether something is off."""
    source: Source = "frontend"
    none: Any = None
    """What it is where the document has null."""


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
    needed_unless: str | None = None
    """With ``needed_to_create``: not when this other field is declared as true."""
    creates_as: Any = None
    """What a create sends when the field is not declared."""
    ref: Ref | None = None
    edges: Edges | None = None
    """With a list of references: each is written by a call of its own."""
    merged: bool = False
    """Only the named keys are ours, at every depth; null removes one."""
    one_of: str = ""
    """Clerk takes what this field has: a list of the same object, or behind fields that refer to
    others, ``organization.role_set_key.roles``."""
    mirrors: str = ""
    """Of settings: shows what the one object of this kind (``Kind.sole``) has in the field of the same
    name, and writes it there."""
    most_bytes: int | None = None
    """How large its JSON may be, with what is live where it is merged."""
    unordered: bool = False
    kept_in_part: bool = False
    """With ``unordered``: of a set the server keeps what it knows, and says nothing of the rest."""
    anyway: tuple[str, ...] = ()
    """With ``unordered``: what the server puts into the set by itself. Where it is not declared it is
    no difference, and stays in what is sent."""
    free_form: bool = False
    """Arbitrary JSON: no value forms inside, compared leaf by leaf."""
    via: str | None = None
    """Written by a step of its own, through the kind's endpoint of this name."""
    sensitive: bool = False
    local: bool = False
    """For clerkform itself, never sent."""
    normalize: Callable[[Any], Any] | None = None
    """The form that the server stores; what was written is still what is sent."""
    defaults: tuple[Any, ...] = ()
    """What Clerk sets by itself: on a development instance, and on a production one."""
    pulled_with: str | None = None
    """Left out of a pull unless this word is asked for; the empty word never is."""
    names_host: bool = False
    """Holds hosts that the instance is on: names, URLs or origins."""
    meanings: tuple[Meaning, ...] = ()
    """What a change of the field may mean for who can get in."""
