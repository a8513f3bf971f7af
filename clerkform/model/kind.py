"""A kind and the registry of kinds, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any, Final, Literal

from clerkform.model.address import Address
from clerkform.model.endpoints import Endpoints
from clerkform.model.fields import (
    Field,
    Fields,
    Values,
    declared,
    field_at,
    fields_of,
    leaves,
    sources_of,
)
from clerkform.model.meaning import Around
from clerkform.model.op import Op
from clerkform.model.paths import Path
from clerkform.model.reads import Collection, Reads
from clerkform.model.resource import Declared, Resource
from clerkform.model.sink import Sink
from clerkform.model.traits import Source


@dataclass(frozen=True, slots=True)
class Reference:
    """Another declared object, by address; its id may not exist yet."""

    to: Address

    def __str__(self) -> str:
        return str(self.to)


@dataclass(frozen=True, slots=True)
class Generates:
    """A secret that the server makes with an object, and where it goes."""

    field: str
    """Its name in the answers that show it: of the create, and of these calls."""
    sink: str
    """The field of the manifest that says where to deliver it."""
    again: Op | None = None
    """The call that may show it once more, if there is one."""
    rotate: Op | None = None
    """The call that makes another one in its place, if there is one."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What goes along with an object, and what answers how much that is."""

    what: str
    """In the plural: ``members``."""
    field: str
    """The number's name where the kind's own list shows it."""
    asks: Mapping[str, str] = dataclass_field(default_factory=dict)
    """What the list has to be asked for that."""
    listed: Collection | None = None
    """A list whose total is the number, where the kind's own shows none; ``{id}`` is the object's."""
    with_fields: tuple[str, ...] = ()
    """Fields whose change is as much to them as if the object went."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A kind whose objects may hold one of these by a reference of theirs."""

    kind: str
    is_refused: bool = False
    """Clerk removes nothing that is still held; else the others lose it without a word."""


@dataclass(frozen=True, slots=True)
class NeedsOne:
    """Of the objects that share a field one has to be of a sort, or Clerk refuses what ends that."""

    per: str
    """The field that they share."""
    is_one: Callable[[Values, Around], bool]
    """Whether an object is of the sort, given what it takes of other kinds."""
    others: str
    """The kind that it takes."""
    says: str
    """The rule, such as ``an organization needs a member who may manage the others``."""


@dataclass(frozen=True, slots=True)
class Brings:
    """An object of another kind that the API makes with a new one, by a field of that."""

    kind: str
    by: str
    """The field of the new object that names the other's key."""
    owner: str
    """The field of the other that refers to the new object."""
    key: str
    """The field of the other that has what ``by`` names."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A rate limit of an object's own, beside the instance's."""

    requests: int
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Why an object can be neither made nor removed."""

    code: str
    what: str
    """The object in words, such as "the primary domain"."""


ALWAYS_THERE: Final = Kept("always-there", "what always exists")


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value that this sort of instance does not take."""

    field: str
    says: str
    """What follows the field's name in a sentence, such as "must be an https:// address"."""
    is_sure: bool = True
    """False where the evidence differs, so that a write may go through."""


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """A setting without which the API refuses every call about a kind's objects."""

    kind: str
    """The settings kind that has the switch."""
    field: str
    code: str
    """Of the error that answers while it is off."""


@dataclass(frozen=True, slots=True)
class Among:
    """What Clerk refuses of an object because of what else there is."""

    settings: str
    """The settings kind that says how many there may be, or which."""
    refuses: Callable[[Values, Sequence[Values], Values], Iterable[Unfit]]
    """Takes the object's fields, the other objects of its kind that have one of ``shares`` in common
    with it, and the settings as far as they are known. References are ids, or the key of what has
    none yet."""
    shares: tuple[str, ...]
    """Fields. Who has none of them in common with an object is nothing to it."""


def _as_it_is(values: Values) -> dict[str, Any]:
    return dict(values)


@dataclass(frozen=True)
class Kind:
    """One sort of object that manifests declare. The engine knows nothing else of it."""

    name: str
    """The API's collection, the manifest's section, the first part of an address."""
    singular: str
    """Its name inside a reference: ``{organization: acme}``."""
    model: type[Declared]
    endpoints: Endpoints
    id_prefix: str
    from_api: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is
    """An answer's body to manifest-shaped values."""
    to_api: Callable[[Values], dict[str, Any]] = _as_it_is
    """Values to a request's body; secrets are text by then and references ids."""
    unique_key: bool = True
    """Whether the server refuses a second object with this key, so that the old one goes first."""
    update_sends: Literal["changes", "all"] = "changes"
    """``all``: live, re-read just before, with the declared fields over it."""
    replace: Literal["freely", "by_hand"] = "freely"
    """``by_hand``: a change that needs a new object is refused unless ``--replace`` asks for it."""
    after: tuple[str, ...] = ()
    """Kinds whose writes come first, and whose deletes come last, where no reference says so."""
    parts_after: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    """The same for one of the ``parts`` alone: where both cannot be, this is so."""
    switched_on: SwitchedOn | None = None
    """What has to be on for its objects to be read and written."""
    undoes: Callable[[Values], bool] = lambda sent: False
    """Whether an update takes back what others build on, so that it comes after all that is done to
    those."""
    generates: tuple[Generates, ...] = ()
    computed: tuple[str, ...] = ()
    """What the server alone sets and somebody may want to know: names in its answers."""
    bucket: Bucket | None = None
    ignore: Callable[[Values], str | None] = lambda values: None
    """Why a live object is never matched, if it is not."""
    keep: Callable[[Values], Kept | None] = lambda values: None
    """Why an object is never created, renamed or deleted, if it is not."""
    sole: str = ""
    """A field that one live object alone has: what is declared with it and has no namesake is that
    one, under another key."""
    goes_into: str = ""
    """The field of an absent item that names what takes over from it. Nothing goes without."""
    busy: Callable[[Values], bool] = lambda values: False
    """Whether Clerk is still at work on what a write began, by what it shows of the object."""
    busy_code: str = ""
    """Of the error that answers other writes meanwhile."""
    refuses: Callable[[Values, bool], Iterable[Unfit]] = lambda values, production: ()
    """What Clerk would refuse of fields that are to be sent, on a production instance or another.
    What no instance takes is the model's to say."""
    among: Among | None = None
    judged_by: tuple[str, ...] = ()
    """What of an answer ``ignore`` and ``keep`` go by: true or false, or it cannot be used."""
    runtime: str | None = None
    """Why ``prune: all`` is refused: the application makes these objects too."""
    delete_needs_approval: str | None = None
    """Why a deletion without a terminal wants ``--allow-delete``."""
    last_one_matters: str | None = None
    """What deleting the last live object would do."""
    counted_by: tuple[Counted, ...] = ()
    """What goes along with an object that goes, to be counted before somebody is asked."""
    goes_with_owner: bool = False
    """The API removes the objects with what owns them; else they would be left behind."""
    held_by: tuple[HeldBy, ...] = ()
    needs_one: NeedsOne | None = None
    brings: Brings | None = None
    lost_by_delete: str = ""
    """What else goes with the object, for the person who approves."""

    @property
    def reads(self) -> Reads:
        """How its objects are read and told apart."""
        return self.endpoints.reads

    @cached_property
    def listed_per(self) -> tuple[str, ...]:
        """Fields under whose declared values alone the kind can be listed."""
        return tuple(self.reads.under.values())

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What shows fields that its own reads hide."""
        return sources_of(self.leaves)

    def id_of(self, body: Mapping[str, Any]) -> str | None:
        """The id of the object that an answer shows; None if it has none.

        What has no key has no other beside it: then the kind's name tells it apart.
        """
        if not self.identity:
            return self.name
        found = self.reads.id_of(body)
        return found if isinstance(found, str) and found else None

    @cached_property
    def fields(self) -> Fields:
        """The resource's own fields by name; those of a part stand below it."""
        return fields_of(self.model)

    @cached_property
    def leaves(self) -> tuple[Field, ...]:
        """Every field at every depth that is no part."""
        return tuple(leaves(self.fields))

    def declared(self, values: Values) -> Iterator[tuple[Field, Any]]:
        """What of ``values`` is compared and sent as one, with its field."""
        return declared(self.fields, values)

    @cached_property
    def is_judged_by_others(self) -> bool:
        """Whether a field may come to mean something by how many objects another kind has, though it
        stays as it is."""
        return any(meaning.counts for leaf in self.leaves for meaning in leaf.traits.meanings)

    def part_of(self, leaf: Field) -> str:
        """The name of the call that writes a field: of ``parts``, or empty for the update."""
        return self.fields[str(leaf.path[0])].traits.via or ""

    def field_at(self, path: Path) -> Field:
        """The deepest field on a path, which may go on inside that one's value."""
        return field_at(self.fields, path)

    def replaced_with(self, path: Path) -> Iterator[Field]:
        """The parts on a path that the API replaces whole, the outermost first."""
        for depth in range(1, len(path)):
            above = self.field_at(path[:depth])
            if above.is_replaced_whole and above.path == path[:depth]:
                yield above

    @cached_property
    def identity(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields.values() if f.traits.identity)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The fields of the key that refer to what owns an object, each with the kind of that."""
        refs = ((field.name, field.traits.ref) for field in self.identity)
        return {name: ref.kind for name, ref in refs if ref and ref.owner}

    @cached_property
    def variant(self) -> Field | None:
        return next((f for f in self.fields.values() if f.traits.variant), None)

    @cached_property
    def makes(self) -> Mapping[str, Generates]:
        """The secrets that the server makes, by the field that says where each goes."""
        return {one.sink: one for one in self.generates}

    @cached_property
    def shows_again(self) -> bool:
        """Whether a call may show every secret once more that the server made."""
        return all(made.again for made in self.generates)

    @cached_property
    def rotates(self) -> bool:
        """Whether a call makes another one in the place of each of these secrets."""
        return all(made.rotate for made in self.generates)

    def sinks(self, values: Values) -> dict[str, Sink]:
        """Where the secrets that the server makes go, by field, as far as that is declared."""
        return {name: values[name] for name in self.makes if values.get(name) is not None}

    def delivers(self, values: Values) -> bool:
        """Whether somebody waits for a secret that the server makes."""
        return any(sink.delivers for sink in self.sinks(values).values())

    @cached_property
    def own_fields(self) -> tuple[str, ...]:
        """The fields of this kind alone, without those that every item has."""
        return tuple(name for name in self.fields if name not in Resource.model_fields)

    @cached_property
    def key_fields(self) -> tuple[str, ...]:
        """Every field that a key may be made of."""
        stand_ins = [f.traits.otherwise for f in self.identity if f.traits.otherwise]
        names = [f.name for f in self.identity] + stand_ins
        return (*names, self.variant.name) if self.variant else tuple(names)

    @property
    def bare(self) -> str | None:
        """The field that an item written as a bare string gives."""
        return self.identity[-1].name if self.identity else None

    @property
    def is_always_there(self) -> bool:
        """Nobody makes its objects or removes them."""
        return self.endpoints.create is None and self.endpoints.removal(None) is None

    @cached_property
    def removal_fields(self) -> tuple[str, ...]:
        """The fields of an absent item that the call which removes the object sends."""
        op = self.endpoints.removal(None)
        said = str(dict(op.body)) if op and op.body else ""
        return tuple(name for name in self.own_fields if f"{{{name}}}" in said)

    @property
    def why_never_pruned(self) -> str | None:
        """Why nothing of the kind goes for not being declared, if nothing does."""
        if self.endpoints.removal(None) is None:
            return "it always exists"
        return "what takes over has to be named" if self.goes_into else None

    def kept(self, values: Values) -> Kept | None:
        """Why an object can be neither made nor removed, if it cannot."""
        return self.keep(values) or (ALWAYS_THERE if self.is_always_there else None)

    def references(self) -> frozenset[str]:
        """The kinds that this kind's fields may refer to."""
        refs = (leaf.traits.ref for leaf in self.leaves)
        return frozenset(ref.kind for ref in refs if ref and not ref.outside)

    @property
    def waits_for(self) -> frozenset[str]:
        """The kinds whose objects exist before this kind's, but for references that come late."""
        return frozenset(f.traits.ref.kind for f in self.leaves if f.traits.ref and not f.is_late)

    def key_parts(self, values: Values) -> tuple[str, ...] | None:
        """The identity as text, part by part, or None where a part is not there.

        A reference stands as the key it refers to. A variant that is not the default comes last.
        """
        parts = []
        for field in self.identity:
            value = values.get(field.name)
            if value is None and field.traits.otherwise:
                value = values.get(field.traits.otherwise)
            if value is None:
                return None
            text = value.to.key if isinstance(value, Reference) else str(value)
            parts.append(str(field.normalized(text)))
        if self.variant:
            parts.append(str(values.get(self.variant.name) or self.variant.traits.variant))
        return tuple(parts)

    def parse_key(self, text: str) -> Address | None:
        """The address whose key prints as ``text``; None where parts of it are missing.

        What is a variant in an address is the default one here.
        """
        parts = text.split("/") if len(self.identity) > 1 else [text]
        if len(parts) != len(self.identity):
            return None
        plain = [p.replace("%2F", "/").replace("%25", "%") for p in parts] if parts[1:] else parts
        key = [str(f.normalized(p)) for f, p in zip(self.identity, plain, strict=True)]
        if self.variant:
            key.append(str(self.variant.traits.variant))
        return self.address(tuple(key))

    def address(self, parts: tuple[str, ...]) -> Address:
        """``parts`` as an address; what separates them is escaped where it stands inside one."""
        *parts_, variant = parts if self.variant else (*parts, "")
        if len(parts_) > 1:
            parts_ = [p.replace("%", "%25").replace("/", "%2F") for p in parts_]
        key = "/".join(parts_)
        if self.variant:
            key = key.replace("@", "%40")
            if variant != self.variant.traits.variant:
                key += f"@{variant}"
        return Address(self.name, key)
