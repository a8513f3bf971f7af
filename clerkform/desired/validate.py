"""One item's node to a validated resource and the values that the engine compares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from clerkform.desired.item import Item
from clerkform.diagnostics import Problems
from clerkform.manifest.node import Node
from clerkform.manifest.validation import report
from clerkform.model import Address, Declared, Field, Kind, Reference, Registry, SetChange
from clerkform.model.fields import Fields


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
    if field.traits.ref and value is not None:
        if isinstance(value, tuple):
            return [_reference(field, one, registry) for one in value]
        return _reference(field, value, registry)
    if isinstance(value, tuple):
        return [_values(field.each, one, registry) if field.each else one for one in value]
    if isinstance(value, BaseModel) and field.parts:
        return _values(field.parts, value, registry)
    if isinstance(value, SetChange):
        return value.model_dump(exclude_unset=True, mode="json")
    return value


def _reference(field: Field, value: Any, registry: Registry) -> Any:
    """What a field refers to; an id of the server's stays as it is."""
    ref = field.traits.ref
    assert ref is not None
    if ref.outside:
        is_named = isinstance(value, BaseModel)
        return Reference(Address(ref.kind, field.normalized(_only(value)))) if is_named else value
    target = registry[ref.kind]
    if isinstance(value, BaseModel):
        value = getattr(value, target.singular)
    elif ref.literal:
        return value
    # A key that lacks a part is nobody's, so it is reported with those that are not declared.
    return Reference(target.parse_key(value) or Address(target.name, value))


def _only(named: BaseModel) -> str:
    """What a block of one field says."""
    (text,) = named.model_dump().values()
    return str(text)
