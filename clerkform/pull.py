"""Live state to manifests: what a plan right after would find nothing to change in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from clerkform.asked import check_patterns
from clerkform.diff.going import live_address
from clerkform.errors import UsageError
from clerkform.live import Live, LiveObject, Read
from clerkform.model import Address, Field, Kind, Registry
from clerkform.model.paths import GONE, Path, nested, value_at
from clerkform.model.pattern import kinds_of, matches, nearest
from clerkform.pipeline import Ends
from clerkform.reading import read_all
from clerkform.source.emit import protect


@dataclass(frozen=True, slots=True)
class Pulled:
    """What to write, by section, and what was left out and why."""

    sections: Mapping[str, Any]
    left_out: tuple[str, ...] = ()


async def pull(
    registry: Registry, ends: Ends, words: frozenset[str], targets: tuple[str, ...] = ()
) -> Pulled:
    """Read every kind and write it as manifests would.

    Objects that the application makes (``Kind.runtime``) come only where their kind is among
    ``words`` or a target names it; so do fields that ask for a word, such as metadata.
    """
    check_patterns({"--target": targets}, registry)
    asked = [kind for kind in registry.values() if _is_asked(kind, words, targets)]
    live = await _read(asked, registry, ends)
    sections: dict[str, Any] = {}
    left_out = [
        f"{kind.name}: {kind.runtime}; pull them with --with {kind.name}"
        for kind in registry.values()
        if kind.runtime and kind not in asked and not targets
    ]
    keys: dict[tuple[str, str], str] = {}
    addresses: set[Address] = set()
    for kind in asked:
        found: dict[Address, list[LiveObject]] = {}
        for one in live.of(kind.name):
            if not kind.ignore(one.values):
                address = live_address(kind, one, keys)
                found.setdefault(address, []).append(one)
                keys[kind.name, one.id] = address.key
        items = []
        addresses |= found.keys()
        for address, namesakes in sorted(found.items()):
            if targets and not any(matches(pattern, address) for pattern in targets):
                continue
            item = _item(kind, namesakes[0], words, keys, registry)
            if why := _ambiguous(namesakes) or _cannot_be_declared(kind, item):
                left_out.append(f"{address}: {why}")
            else:
                items.append(_shortest(kind, item))
        if items or not targets:
            sections[kind.name] = kind.reads.section_of(items)
        left_out += _fields_left_out(kind, live, words)
    if idle := [p for p in targets if not any(matches(p, address) for address in addresses)]:
        raise UsageError(
            f"nothing live matches {', '.join(idle)}",
            hint=nearest(idle[0], addresses) or "`clerkform pull -o -` shows all",
        )
    return Pulled(sections, tuple(left_out))


def _is_asked(kind: Kind, words: frozenset[str], targets: tuple[str, ...]) -> bool:
    if targets:
        return any(kinds_of(pattern, (kind.name,)) for pattern in targets)
    return kind.runtime is None or kind.name in words


async def _read(asked: list[Kind], registry: Registry, ends: Ends) -> Live:
    """Every object of the kinds, those that are listed under another after it."""
    owners = {owner for kind in asked if kind.listed_per for owner in kind.references()}
    whole = [k for k in registry.values() if (k in asked or k.name in owners) and not k.listed_per]
    live = await read_all(ends.reader.read, [Read(kind.name) for kind in whole], Live())
    under = [read for kind in asked if kind.listed_per for read in _under_each(kind, live)]
    return await read_all(ends.reader.read, under, live)


def _under_each(kind: Kind, live: Live) -> Iterator[Read]:
    for field in kind.identity:
        if field.traits.ref:
            for one in live.of(field.traits.ref.kind):
                yield Read(
                    kind.name,
                    tuple(
                        (parameter, str(kind.fields[name].traits.variant or one.id))
                        for parameter, name in kind.reads.under.items()
                    ),
                )


def _item(
    kind: Kind,
    one: LiveObject,
    words: frozenset[str],
    keys: Mapping[tuple[str, str], str],
    registry: Registry,
) -> dict[str, Any]:
    item: list[tuple[Path, Any]] = []
    for field in sorted(kind.leaves, key=lambda field: not field.traits.identity):
        if field.name in kind.makes:
            item.append((field.path, "none"))
        elif _is_pulled(field, words):
            value = value_at(one.values, field.path)
            if not _goes_without_saying(field, value):
                item.append((field.path, _written(field, value, keys, registry)))
    return nested(item)


def _is_pulled(field: Field, words: frozenset[str]) -> bool:
    traits = field.traits
    if traits.local or traits.write_only or not field.compared:
        return False
    return traits.pulled_with is None or traits.pulled_with in words


def _goes_without_saying(field: Field, value: Any) -> bool:
    """Null, what a create sends anyway, and a merged map with no key to name."""
    traits = field.traits
    return (
        value in (None, GONE)
        or value in (traits.creates_as, traits.variant)
        or (traits.merged and value == {})
    )


def _written(
    field: Field, value: Any, keys: Mapping[tuple[str, str], str], registry: Registry
) -> Any:
    ref = field.traits.ref
    if ref:
        key = keys.get((ref.kind, str(value)))
        return value if key is None else {registry[ref.kind].singular: key}
    return value


def _ambiguous(namesakes: Sequence[LiveObject]) -> str | None:
    """Why none of the objects that share a key is written."""
    if len(namesakes) == 1:
        return None
    ids = ", ".join(sorted(one.id for one in namesakes))
    return f"{len(namesakes)} live objects have this key ({ids}); declare one with its `id:`"


def _cannot_be_declared(kind: Kind, item: dict[str, Any]) -> str | None:
    """Why the model would refuse an object that is live, if it would."""
    try:
        kind.model.model_validate(item)
    except ValidationError as error:
        fields = sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})
        return f"its {', '.join(fields)} cannot be declared"
    return None


def _shortest(kind: Kind, item: dict[str, Any]) -> Any:
    """A bare string where there is only the key; look-alikes of value forms are protected."""
    if kind.bare and item.keys() == {kind.bare}:
        return item[kind.bare]
    return nested(
        (leaf.path, protect(value) if leaf.form == "json" else value)
        for leaf, value in kind.declared(item)
    )


def _fields_left_out(kind: Kind, live: Live, words: frozenset[str]) -> Iterator[str]:
    """What was there and is not written: fields behind a word, and secrets."""
    for field in kind.leaves:
        word = field.traits.pulled_with
        if word and word not in words and _has_any(kind, live, field.path):
            yield f"{kind.name}: {field}; pull it with --with {word}"
        if field.presence and _has_any(kind, live, field.presence):
            yield f"{kind.name}: {field}, which Clerk never returns"


def _has_any(kind: Kind, live: Live, path: Path) -> bool:
    values = (value_at(one.values, path) for one in live.of(kind.name))
    return any(value and value is not GONE for value in values)
