"""A kind and the registry of kinds, as values."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel

from clerkform.model import trait
from clerkform.model.endpoints import Endpoints, Op
from clerkform.model.resource import Part, Resource
from clerkform.model.secrets import SecretRef

Form = Literal["plain", "json", "secret", "part"]


class Address(NamedTuple):
    """Where a resource is found in plans and on the command line: ``kind/key``."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Reference:
    """Another declared object, by address; its id may not exist yet."""

    to: Address

    def __str__(self) -> str:
        return str(self.to)


@dataclass(frozen=True, slots=True)
class Field:
    """A model's field as the engine sees it."""

    name: str
    traits: trait.Traits
    form: Form
    nullable: bool
    description: str = ""
    merges: bool = False
    """A map whose entries an overlay merges; anything else it replaces."""

    @property
    def compared(self) -> bool:
        """Whether a difference from live can be seen and matters."""
        told = self.traits
        return not (told.local or told.create_only or (told.write_only and not told.presence))

    def normalized(self, value: Any) -> Any:
        """``value`` in the form that the server stores; what is no text has no other form."""
        how = self.traits.normalize
        if how is None:
            return value
        if isinstance(value, list | tuple):
            return [self.normalized(item) for item in value]
        return how(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Generates:
    """What the server makes once, and where it goes."""

    field: str
    """Its name in the answer to the create."""
    sink: str
    """The field of the manifest that says where to deliver it."""
    again: Op
    """The call that may show it once more."""


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


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value that this sort of instance does not take."""

    field: str
    says: str
    """What follows the field's name in a sentence, such as "must be an https:// address"."""
    is_sure: bool = True
    """False where the evidence differs, so that a write may go through."""


Values = Mapping[str, Any]
"""A resource's fields in the manifest's shape: field name to plain value."""


def _as_it_is(values: Values) -> dict[str, Any]:
    return dict(values)


@dataclass(frozen=True)
class Kind:
    """One sort of object that manifests declare. The engine knows nothing else of it."""

    name: str
    """The API's collection, the manifest's section, the first part of an address."""
    singular: str
    """Its name inside a reference: ``{organization: acme}``."""
    model: type[Resource]
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
    listed_per: tuple[str, ...] = ()
    """Fields under whose declared values alone the kind can be listed."""
    generates: Generates | None = None
    bucket: Bucket | None = None
    ignore: Callable[[Values], str | None] = lambda values: None
    """Why a live object is never matched, if it is not."""
    keep: Callable[[Values], Kept | None] = lambda values: None
    """Why an object is never created, renamed or deleted, if it is not."""
    refuses: Callable[[Values, bool], Iterable[Unfit]] = lambda values, production: ()
    """What Clerk would refuse of fields that are to be sent, on a production instance or another.
    What no instance takes is the model's to say."""
    judged_by: tuple[str, ...] = ()
    """What of an answer ``ignore`` and ``keep`` go by: true or false, or it cannot be used."""
    runtime: str | None = None
    """Why ``prune: all`` is refused: the application makes these objects too."""
    delete_needs_approval: str | None = None
    """Why a deletion without a terminal wants ``--allow-delete``."""
    last_one_matters: str | None = None
    """What deleting the last live object would do."""
    lost_by_delete: str = ""
    """What else goes with the object, for the person who approves."""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {name: _field(name, info) for name, info in self.model.model_fields.items()}

    @cached_property
    def identity(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields.values() if f.traits.identity)

    @cached_property
    def variant(self) -> Field | None:
        return next((f for f in self.fields.values() if f.traits.variant), None)

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
    def bare(self) -> str:
        """The field that an item written as a bare string gives."""
        return self.identity[-1].name

    def references(self) -> frozenset[str]:
        """The kinds that this kind's fields may refer to."""
        return frozenset(f.traits.ref.kind for f in self.fields.values() if f.traits.ref)

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


class Registry(Mapping[str, Kind]):
    """The kinds by name, iterated so that each comes after those it refers to.

    Where kinds refer to each other in a ring, the ring is entered at its first name.
    """

    def __init__(self, kinds: Iterable[Kind]) -> None:
        waiting = {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)}
        self._kinds: dict[str, Kind] = {}
        while waiting:
            free = (n for n, kind in waiting.items() if not kind.references() & waiting.keys())
            name = next(free, next(iter(waiting)))
            self._kinds[name] = waiting.pop(name)

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    @cached_property
    def referred_to(self) -> frozenset[str]:
        """Kinds that some kind may refer to."""
        return frozenset(name for kind in self.values() for name in kind.references())


def _field(name: str, info: Any) -> Field:
    metadata = [*info.metadata, *_metadata(info.annotation)]
    traits = trait.of(metadata)
    leaves = tuple(_leaves(info.annotation))
    models = [leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, BaseModel)]
    form: Form = "plain"
    if traits.free_form:
        form = "json"
    elif _mentions(info.annotation, SecretRef):
        form = "secret"
    elif models:
        form = "part"
    return Field(
        name=name,
        traits=traits,
        form=form,
        nullable=type(None) in leaves or Any in leaves,
        description=info.description or "",
        merges=form == "json" or (len(leaves) == len(models) == 1 and issubclass(models[0], Part)),
    )


def _metadata(annotation: Any) -> Iterator[Any]:
    """Metadata of the ``Annotated`` anywhere in a union: ``Annotated[...] | MISSING`` nests it."""
    if typing.get_origin(annotation) is Annotated:
        inner, *metadata = typing.get_args(annotation)
        yield from metadata
        yield from _metadata(inner)
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from _metadata(option)


def _leaves(annotation: Any) -> Iterator[Any]:
    """The options of a union, without pydantic's MISSING and the ``Annotated`` around them."""
    if typing.get_origin(annotation) is Annotated:
        yield from _leaves(typing.get_args(annotation)[0])
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from _leaves(option)
    elif getattr(annotation, "__name__", "") != "MISSING" and repr(annotation) != "MISSING":
        yield annotation


def _mentions(annotation: Any, wanted: Any) -> bool:
    return any(leaf is wanted or leaf in typing.get_args(wanted) for leaf in _leaves(annotation))
