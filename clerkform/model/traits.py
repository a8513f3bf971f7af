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
    """A place in the document of another source than the kind's own reads."""

    path: tuple[str, ...]
    invert: bool = False
    """It shows the opposite: whether something is off."""
    source: Source = "frontend"
    none: Any = None
    """What it is where the document has null."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Holds the key of something that is no kind; sent as its id, answered as its key."""

    op: Op
    """Lists what there is."""
    by: str
    """The key's name in that list."""
    sends: str
    """The field of the request that takes the id."""


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
    looked_up: LookedUp | None = None
    merged: bool = False
    """Only the named keys are ours, at every depth; null removes one."""
    most_bytes: int | None = None
    """How large its JSON may be, with what is live where it is merged."""
    unordered: bool = False
    kept_in_part: bool = False
    """With ``unordered``: of a set the server keeps what it knows, and says nothing of the rest."""
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
