"""Every declared field of what is to be created, as a change from nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerkform.desired import Item
from clerkform.diff.sets import is_set_change, with_set_change
from clerkform.diff.values import (
    Change,
    Known,
)
from clerkform.model import Address, Field, Reference
from clerkform.model.canonical import without_nulls
from clerkform.model.paths import GONE

SECRET = Known("(secret)")
NO_SECRET = Known("(none)")


def creation(item: Item, ids: Mapping[Address, str] | None = None) -> tuple[Change, ...]:
    """Every declared field of an item that is to be created, as a change from nothing. ``ids``
    are of what it refers to, as far as that is known."""
    changes = []
    for field, value in item.declared():
        if field.traits.local:
            continue
        path, shown = field.path, value
        if field.form == "secret":
            shown = NO_SECRET if value is None else SECRET
        elif field.traits.merged:
            shown = without_nulls(value)
        elif isinstance(value, Reference):
            shown = Known(shown_reference(field, value, ids or {}))
        elif isinstance(value, list):
            shown = [key_in(one) for one in value]
        elif field.takes_set_change and is_set_change(value):
            shown = with_set_change(GONE, value)
        hidden = field.traits.sensitive
        if field.traits.free_form and isinstance(shown, dict) and shown and not hidden:
            changes += [Change((*path, key), GONE, inner) for key, inner in shown.items()]
        else:
            changes.append(Change(path, GONE, shown, hidden=hidden))
    return tuple(changes)


def created_value(field: Field, value: Any) -> Any:
    """What a create sends for a leaf."""
    if field.traits.merged:
        return without_nulls(value)
    if field.takes_set_change and is_set_change(value):
        return with_set_change(GONE, value)
    return value


def wire_of(field: Field, declared: Any, ids: Mapping[Address, str]) -> Any:
    """What the API takes for a reference; None while what it refers to has no id."""
    if not isinstance(declared, Reference):
        return declared
    by_key = field.traits.ref is not None and field.traits.ref.by == "key"
    return declared.to.key if by_key else ids.get(declared.to)


def shown_reference(field: Field, value: Reference, ids: Mapping[Address, str]) -> str:
    """What is written for it; of what is no kind also the id that this means by ``ids``."""
    is_outside = field.traits.ref is not None and field.traits.ref.outside
    meant = ids.get(value.to) if is_outside else None
    return f"{value.to.key}, {meant}" if meant else value.to.key


def key_in(value: Any) -> Any:
    return value.to.key if isinstance(value, Reference) else value
