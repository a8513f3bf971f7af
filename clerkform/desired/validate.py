"""One item's node to a validated resource and the values that the engine compares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from clerkform.desired.item import Item
from clerkform.diagnostics import Problems
from clerkform.model import Declared, Field, Kind, Reference, Registry
from clerkform.model.fields import Fields
from clerkform.source.node import Node
from clerkform.source.validation import report


def validated(kind: Kind, node: Node, problems: Problems) -> Declared | None:
    plain = node.plain()
    assert isinstance(plain, dict)
    try:
        return kind.model.model_validate(plain)
    except ValidationError as error:
        report(error, node, problems, model=kind.model)
        return None


def item_of(
    kind: Kind, key: tuple[str, ...], node: Node, registry: Registry, problems: Problems
) -> Item | None:
    resource = validated(kind, node, problems)
    if resource is None:
        return None
    own = {name: kind.fields[name] for name in kind.own_fields}
    values = _values(own, resource, registry)
    item = Item(kind, kind.address(key), key, values, resource, node)
    if item.absent and item.external:
        problems.error(
            "absent-and-external",
            "`absent` says the object must not exist and `external` that it must; keep one",
            node.keys["external"],
        )
        return None
    return item


def _values(fields: Fields, model: BaseModel, registry: Registry) -> dict[str, Any]:
    """What a model declares, in the order of ``fields``."""
    declared = model.model_fields_set
    return {
        name: _value(field, getattr(model, name), registry)
        for name, field in fields.items()
        if name in declared
    }


def _value(field: Field, value: Any, registry: Registry) -> Any:
    """A model's value in the shape that is compared and sent."""
    if field.traits.ref:
        target = registry[field.traits.ref.kind]
        if isinstance(value, BaseModel):
            value = getattr(value, target.singular)
        elif field.traits.ref.literal:
            return value
        return Reference(target.address((str(target.identity[-1].normalized(value)),)))
    if isinstance(value, tuple):
        return [_values(field.each, one, registry) if field.each else one for one in value]
    if isinstance(value, BaseModel) and field.parts:
        return _values(field.parts, value, registry)
    return value
