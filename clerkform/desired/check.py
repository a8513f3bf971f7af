"""What only shows when all items are there: pins and references."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from clerkform.desired.item import Item
from clerkform.diagnostics import Problems, Span, did_you_mean
from clerkform.model import Address, Field, Reference, Registry
from clerkform.model.fields import Fields


def check_pins(items: Mapping[Address, Item], problems: Problems) -> None:
    seen: dict[tuple[str, str], Item] = {}
    for item in items.values():
        if item.pin is None:
            continue
        if not item.pin.startswith(item.kind.id_prefix):
            problems.error(
                "pin-of-another-kind",
                f"{item.pin} is no id of {item.kind.name}: those begin with `{item.kind.id_prefix}`",
                item.at("id"),
                hint="take the id from `clerkform show` or from Clerk's dashboard",
            )
            continue
        first = seen.setdefault((item.kind.name, item.pin), item)
        if first is not item:
            problems.error(
                "pinned-twice",
                f"{item.address} and {first.address} are pinned to the same object, {item.pin}",
                item.at("id"),
                related=[("first pinned here", first.at("id"))],
            )


def check_sole(items: Mapping[Address, Item], problems: Problems) -> None:
    """Of what there is one of, one is declared, and settings say the same."""
    seen: dict[tuple[str, str], Item] = {}
    chosen = {
        reference.to.kind: (reference.to, item.at(*field.path))
        for item in items.values()
        if item.kind.is_always_there
        for field, reference in item.references()
    }
    for item in items.values():
        name = item.kind.sole
        if not name or name not in item.values or item.absent:
            continue
        first = seen.setdefault((item.kind.name, str(item.values[name])), item)
        to, place = chosen.get(item.kind.name, (item.address, item.span))
        if to != item.address:
            problems.error(
                "two-where-one-is",
                f"{item.address} is declared `{name}: {item.values[name]}`, and settings say that"
                f" {to} is it",
                item.at(name),
                related=[("and here", place)],
                hint="say it in one place",
            )
        if first is not item:
            problems.error(
                "two-where-one-is",
                f"{item.address} and {first.address} are both declared `{name}:"
                f" {item.values[name]}`, which one alone is",
                item.at(name),
                related=[("and here", first.at(name))],
                hint=f"leave `{name}` out of one of them",
            )


def check_ignored(items: Mapping[Address, Item], problems: Problems) -> None:
    """An ignored path that leads nowhere is a slip, and would protect nothing."""
    for item in items.values():
        for index, path in enumerate(item.lifecycle("ignore_changes") or ()):
            fields: Fields = {name: item.kind.fields[name] for name in item.kind.own_fields}
            of = item.kind.name
            for name in path.split("."):
                if name not in fields:
                    problems.error(
                        "unknown-field",
                        f"`{name}` is no field of {of}",
                        item.at("lifecycle", "ignore_changes", index),
                        hint=did_you_mean(name, fields),
                    )
                    break
                of, fields = f"`{fields[name]}`", fields[name].parts
                if not fields:  # a leaf, inside which any path may lead somewhere
                    break


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
            target, ref = items.get(reference.to), field_.traits.ref
            if ref and ref.outside:
                continue
            if target is None:
                if ref and ref.system and ref.system(reference.to.key):
                    continue
                problems.error(
                    "reference-to-nothing",
                    f"{item.address} refers to {reference}, which no manifest declares",
                    _place(item, field_, reference, registry),
                    hint=problems.nearest(reference.to.key, known.get(reference.to.kind, ()))
                    or "declare it; with `external: true` it is only referred to, never written",
                )
            elif target.absent and (not item.absent or field_.name == item.kind.goes_into):
                problems.error(
                    "reference-to-absent",
                    f"{item.address} refers to {reference}, which must not exist",
                    item.at(*field_.path),
                    related=[("declared absent here", target.at("absent"))],
                    hint="name one that stays"
                    if item.absent
                    else "make this item `absent: true` as well",
                )
            elif not field_.is_late:  # what is written when both exist may form a ring
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


def _place(item: Item, field: Field, reference: Reference, registry: Registry) -> Span:
    """Where a reference was written, in a list or alone."""
    kind, node = registry[reference.to.kind], item.node.at(field.path)
    written = node.value if isinstance(node.value, tuple) else ()
    for one in written:
        if isinstance(one.value, str) and kind.parse_key(one.value) == reference.to:
            return one.span
    return item.node.at((*field.path, kind.singular)).span
