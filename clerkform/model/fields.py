"""A kind's fields as a tree: what stands inside a part has traits of its own.

A *leaf* is a field whose value is compared and sent as one. A part has fields instead, and what of
them a manifest does not declare is as unmanaged as the rest of the resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from clerkform.model import trait
from clerkform.model.annotations import (
    listed_parts_of,
    mentions_of,
    metadata_of,
    options_of,
    shape_of,
)
from clerkform.model.paths import Path, dotted
from clerkform.model.resource import Part, SetChange
from clerkform.model.secrets import SecretRef
from clerkform.model.traits import Source, Traits

Form = Literal["plain", "json", "secret", "part"]
Values = Mapping[str, Any]
"""A resource's or a part's fields in the manifest's shape: field name to plain value, and where a
part stands to the values of its fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """A model's field as the engine sees it."""

    name: str
    traits: Traits
    form: Form
    nullable: bool
    description: str = ""
    merges: bool = False
    """A map whose entries an overlay merges; anything else it replaces."""
    path: Path = ()
    """Names from the resource's own field down to this one."""
    parts: Mapping[str, Field] = field(default_factory=dict)
    """The fields of the part that stands here; none where the value is a leaf."""
    each: Mapping[str, Field] = field(default_factory=dict)
    """Of a list of parts, which is compared as one: the fields of each."""
    takes_set_change: bool = False
    """A list, or what is added to it and removed from it."""
    model: type[Part] | None = None
    """Of a part, or of each in a list of parts."""
    shape: Any = field(default=None, compare=False, repr=False)
    """With ``read_from``: the type that its values have, with their bounds."""

    @property
    def is_replaced_whole(self) -> bool:
        """A part of which the API keeps nothing that a request leaves out."""
        return self.model is not None and self.model.replaced_whole

    def __str__(self) -> str:
        """As messages name it: ``oidc.client_secret``."""
        return dotted(self.path)

    @property
    def compared(self) -> bool:
        """Whether a difference from live can be seen and matters."""
        told = self.traits
        is_shown = told.presence or told.read_from or not told.write_only
        return bool(is_shown) and not (told.local or told.create_only)

    @property
    def is_unread(self) -> bool:
        """No secret, and no read shows it: what was last sent is all there is to compare with."""
        told = self.traits
        return told.write_only and self.form != "secret" and not (told.presence or told.read_from)

    @property
    def presence(self) -> Path | None:
        """Where an answer says whether there is a value that it does not show."""
        told = self.traits.presence
        return self.sibling(told) if told else None

    @property
    def is_late(self) -> bool:
        """Written once what it refers to exists, by a step that creates nothing."""
        told = self.traits
        has_edges = told.edges is not None and not told.edges.sent_by_create
        return has_edges or (told.ref is not None and told.ref.late)

    def sibling(self, name: str) -> Path:
        """The path of another field of the same resource or part."""
        return (*self.path[:-1], name)

    def normalized(self, value: Any) -> Any:
        """``value`` in the form that the server stores; what is no text has no other form."""
        how = self.traits.normalize
        if how is None:
            return value
        if isinstance(value, list | tuple):
            return [self.normalized(item) for item in value]
        return how(value) if isinstance(value, str) else value


Fields = Mapping[str, Field]


def fields_of(model: type[BaseModel], above: Path = ()) -> Fields:
    """The fields of a model, which stands at ``above`` in its resource."""
    return {name: field_from(info, (*above, name)) for name, info in model.model_fields.items()}


def leaves(fields: Fields) -> Iterator[Field]:
    """Every field at every depth that is no part."""
    for one in fields.values():
        if one.parts:
            yield from leaves(one.parts)
        else:
            yield one


def every(fields: Fields) -> Iterator[Field]:
    """Every field at every depth, parts before what is in them."""
    for one in fields.values():
        yield one
        yield from every(one.parts or one.each)


def declared(fields: Fields, values: Values) -> Iterator[tuple[Field, Any]]:
    """What of ``values`` is compared and sent as one, with its field.

    That is each leaf, and a part that is null or stands as something else than its fields.
    """
    for name, value in values.items():
        one = fields[name]
        if one.parts and isinstance(value, Mapping):
            yield from declared(one.parts, value)
        else:
            yield one, value


def sources_of(read: Iterable[Field]) -> tuple[Source, ...]:
    """What shows these fields where the kind's own reads hide them, each source once."""
    shown = (one.traits.read_from for one in read)
    return tuple(dict.fromkeys(one.source for one in shown if one))


def field_at(fields: Fields, path: Path) -> Field:
    """The deepest field on ``path``, which may go on inside its value.

    Raises:
        KeyError: it begins with no field, or leaves a part by no field of it.
    """
    one = fields[str(path[0])]
    for name in path[1:]:
        if not one.parts:
            break
        one = one.parts[str(name)]
    return one


def over(fields: Fields, below: Values, above: Values) -> dict[str, Any]:
    """``above`` laid over ``below``, parts field by field."""
    made = dict(below)
    for name, value in above.items():
        there, parts = made.get(name), fields[name].parts if name in fields else {}
        is_part = parts and isinstance(there, Mapping) and isinstance(value, Mapping)
        made[name] = over(parts, there or {}, value) if is_part else value
    return made


def field_from(info: Any, path: Path) -> Field:
    traits = trait.of([*info.metadata, *metadata_of(info.annotation)])
    options = tuple(options_of(info.annotation))
    models = [one for one in options if isinstance(one, type) and issubclass(one, BaseModel)]
    form: Form = "plain"
    if traits.free_form:
        form = "json"
    elif mentions_of(info.annotation, SecretRef):
        form = "secret"
    elif models:
        form = "part"
    part = models[0] if form == "part" and issubclass(models[0], Part) else None
    is_set = part is not None and issubclass(part, SetChange)
    has_fields = not (traits.ref or traits.local or is_set)
    each = next(listed_parts_of(options), None) if form == "plain" and has_fields else None
    return Field(
        name=str(path[-1]),
        traits=traits,
        form="part" if each else "plain" if is_set else form,
        nullable=type(None) in options or Any in options,
        description=info.description or "",
        merges=form == "json" or (part is not None and {*options} <= {part, type(None)}),
        path=path,
        parts=fields_of(part, path) if part and has_fields else {},
        each=fields_of(each) if each else {},
        takes_set_change=is_set,
        model=(part or each) if has_fields else None,
        shape=shape_of(info.annotation, *info.metadata) if traits.read_from else None,
    )
