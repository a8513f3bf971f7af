"""What only shows when all items are there: pins and references."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from clerkform.desired.item import Item
from clerkform.diagnostics import Problems, did_you_mean
from clerkform.model import Address, Registry


def check_pins(items: Mapping[Address, Item], problems: Problems) -> None:
    seen: dict[tuple[str, str], Item] = {}
    for item in items.values():
        if item.pin is None:
            continue
        first = seen.setdefault((item.kind.name, item.pin), item)
        if first is not item:
            problems.error(
                "pinned-twice",
                f"{item.address} and {first.address} are pinned to the same object, {item.pin}",
                item.at("id"),
                related=[("first pinned here", first.at("id"))],
            )


def check_ignored(items: Mapping[Address, Item], problems: Problems) -> None:
    """An ignored path that leads nowhere is a slip, and would protect nothing."""
    for item in items.values():
        for index, path in enumerate(item.lifecycle("ignore_changes") or ()):
            name = path.partition(".")[0]
            if name not in item.kind.own_fields:
                problems.error(
                    "unknown-field",
                    f"`{name}` is no field of {item.kind.name}",
                    item.at("lifecycle", "ignore_changes", index),
                    hint=did_you_mean(name, item.kind.own_fields),
                )


def check_renames(items: Mapping[Address, Item], problems: Problems) -> None:
    """A key that an item had before is no other item's now."""
    for item in items.values():
        old = item.renamed_from
        if old is None:
            continue
        values = {**item.values, item.kind.identity[-1].name: old}
        parts = item.kind.key_parts(values)
        other = items.get(item.kind.address(parts)) if parts else None
        if other is not None and other is not item:
            problems.error(
                "rename-conflict",
                f"{item.address} was renamed from {other.address}, which is declared as well",
                item.at("lifecycle", "renamed_from"),
                related=[("declared here", other.span)],
                hint="leave out `renamed_from`, or that item; where both got another key, `id:` on"
                " each says which is which",
            )


def check_references(items: Mapping[Address, Item], registry: Registry, problems: Problems) -> None:
    graph: dict[Address, set[Address]] = {}
    known: dict[str, list[str]] = {}
    for address in items:
        known.setdefault(address.kind, []).append(address.key)
    for item in items.values():
        for field_, reference in item.references():
            target = items.get(reference.to)
            if target is None:
                problems.error(
                    "reference-to-nothing",
                    f"{item.address} refers to {reference}, which no manifest declares",
                    item.node.at((field_.name, registry[reference.to.kind].singular)).span,
                    hint=problems.nearest(reference.to.key, known.get(reference.to.kind, ()))
                    or "declare it; with `external: true` it is only referred to, never written",
                )
            elif target.absent and not item.absent:
                problems.error(
                    "reference-to-absent",
                    f"{item.address} refers to {reference}, which must not exist",
                    item.at(field_.name),
                    related=[("declared absent here", target.at("absent"))],
                    hint="make this item `absent: true` as well",
                )
            else:
                graph.setdefault(item.address, set()).add(reference.to)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        ring = cycle.args[1]
        problems.error(
            "cycle",
            f"these refer to each other: {' -> '.join(str(address) for address in ring)}",
            items[ring[0]].span,
            hint="leave one of the references out",
        )
