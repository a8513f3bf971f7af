"""One item's node to a validated resource and the values that the engine compares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from clerkform.desired.item import Item
from clerkform.diagnostics import Problems
from clerkform.model import Field, Kind, Reference, Registry, Resource
from clerkform.source.node import Node
from clerkform.source.validation import report


def validated(kind: Kind, node: Node, problems: Problems) -> Resource | None:
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
    if resource.absent is True and resource.external is True:
        problems.error(
            "absent-and-external",
            "`absent` says the object must not exist and `external` that it must; keep one",
            node.keys["external"],
        )
        return None
    declared = resource.model_fields_set
    values = {
        name: _value(kind.fields[name], getattr(resource, name), registry)
        for name in kind.own_fields
        if name in declared
    }
    return Item(kind, kind.address(key), key, values, resource, node)


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
        return list(value)
    if isinstance(value, BaseModel) and field.form == "part" and not field.traits.local:
        return value.model_dump(exclude_unset=True)
    return value
