"""Overlays over the items of a base."""

from __future__ import annotations

from collections.abc import Sequence

from clerkform.desired.sections import Key
from clerkform.diagnostics import Problems
from clerkform.manifest.node import Node
from clerkform.model import Kind
from clerkform.model.fields import Fields


def overlaid(
    kind: Kind, base: dict[Key, Node], changes: dict[Key, Node], problems: Problems
) -> dict[Key, Node]:
    """``base`` with an environment's ``changes`` merged in, item by item."""
    result = dict(base)
    for key, change in changes.items():
        assert isinstance(change.value, dict)
        skip, unset = change.get("skip"), change.get("unset")
        if key not in base and (skip or unset):
            problems.warn(
                "overlays-nothing",
                f"no manifest outside the overlays declares {kind.address(key)}",
                change.span,
                hint="correct its key, or leave the item out",
            )
        if skip and skip.value is True:
            result.pop(key, None)
            continue
        merged = _merge(base[key], change, kind.fields) if key in base else change
        paths = unset.value if unset and isinstance(unset.value, tuple) else ()
        result[key] = _without(
            merged, [(str(path.value).split("."), path) for path in paths], problems
        )
    return result


def _merge(base: Node, over: Node, fields: Fields | None = None) -> Node:
    """``over`` on ``base``, maps entry by entry. An item's own span stays where it was declared.

    Inside free-form data, where there are no ``fields``, every map merges.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    value = dict(base.value)
    for name, node in over.value.items():
        field = fields.get(name) if fields else None
        merges = fields is None or (field is not None and field.merges)
        parts = field.parts or None if field else None
        value[name] = _merge(value[name], node, parts) if merges and name in value else node
    return Node(value, base.span, {**base.keys, **over.keys})


def _without(node: Node, paths: Sequence[tuple[Sequence[str], Node]], problems: Problems) -> Node:
    """``node`` less what stands at ``paths``, each with the node that a finding points at."""
    if not paths:
        return node
    value, keys = dict(node.value) if isinstance(node.value, dict) else {}, dict(node.keys)
    below: dict[str, list[tuple[Sequence[str], Node]]] = {}
    for (name, *rest), said in paths:
        if name not in value:
            problems.warn(
                "unsets-nothing", f"`{said.value}` is not declared here anyway", said.span
            )
        elif rest:
            below.setdefault(name, []).append((rest, said))
        else:
            del value[name], keys[name]
    for name, inner in below.items():
        if name in value:
            value[name] = _without(value[name], inner, problems)
    return Node(value, node.span, keys) if isinstance(node.value, dict) else node
