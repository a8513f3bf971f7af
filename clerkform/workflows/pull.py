"""Live state to manifests: what a plan right after would find nothing to change in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from clerkform.apply.run import VISIBLE_WITHIN
from clerkform.diff.deletions import live_address
from clerkform.diff.values import equal
from clerkform.errors import UsageError
from clerkform.ledger.open import open_ledger
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.emit import protect
from clerkform.model import Address, Field, Kind, Registry
from clerkform.model.paths import GONE, Path, nested, value_at
from clerkform.model.pattern import kinds_of, matches, nearest
from clerkform.plan.limits import DEVELOPMENT
from clerkform.workflows.observe import settle
from clerkform.workflows.ports import Ends
from clerkform.workflows.pull_reads import read_asked, referred_ids
from clerkform.workflows.request import check_patterns

DEFAULTS: Final = "defaults"
"""The word of ``--with`` for settings that are as Clerk sets them by itself."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What to write, by section, and what was left out and why."""

    sections: Mapping[str, Any]
    left_out: tuple[str, ...] = ()


async def pull(
    registry: Registry,
    ends: Ends,
    words: frozenset[str],
    targets: tuple[str, ...] = (),
    environment: str = "",
) -> Pulled:
    """Read every kind and write it as manifests would.

    Objects that the application makes (``Kind.runtime``) come only where their kind is among
    ``words`` or a target names it; so do fields that ask for a word, such as metadata. What the
    ledger of ``environment`` says was written a moment ago is pulled as it was written.
    """
    check_patterns({"--target": targets}, registry)
    asked = [kind for kind in registry.values() if _is_asked(kind, words, targets)]
    live, missing = await read_asked(asked, registry, ends, bool(targets) or words)
    live, defaults = await _settled(live, asked, words, registry, ends, environment)
    sections: dict[str, Any] = {}
    left_out = [
        f"{kind.name}: {kind.runtime}; pull them with --with {kind.name}"
        for kind in registry.values()
        if kind.runtime and kind not in asked and not targets
    ]
    left_out += missing
    keys, pulled = _keys(live, registry), {kind.name: kind for kind in asked}
    addresses: set[Address] = set()
    for kind in asked:
        found: dict[Address, list[LiveObject]] = {}
        for one in live.of(kind.name):
            if not kind.ignore(one.values):
                found.setdefault(Address(kind.name, keys[kind.name, one.id]), []).append(one)
        items = []
        addresses |= found.keys()
        for address, namesakes in sorted(found.items()):
            if targets and not any(matches(pattern, address) for pattern in targets):
                continue
            item = _item(kind, namesakes[0], words, keys, pulled, defaults)
            refused = _refused(kind, item)
            without = {name: value for name, value in item.items() if name not in refused}
            why = _ambiguous(namesakes)
            if why or (refused and _refused(kind, without)):
                refusal = f"its {', '.join(refused)} cannot be declared"
                left_out.append(f"{address}: {why or refusal}")
                continue
            left_out += [f"{address}: {name}, whose value cannot be declared" for name in refused]
            items.append(_shortest(kind, without))
        section = kind.reads.section_of(items)
        if section is not None and (items or not targets):
            sections[kind.name] = section
        left_out += _fields_left_out(kind, live, words)
    if not targets:
        sections |= _referred(asked, live, registry, keys)
    if idle := [p for p in targets if not any(matches(p, address) for address in addresses)]:
        raise UsageError(
            f"nothing live matches {', '.join(idle)}",
            hint=nearest(idle[0], addresses) or "`clerkform pull -o -` shows all",
        )
    return Pulled(sections, tuple(left_out))


def _is_asked(kind: Kind, words: frozenset[str], targets: tuple[str, ...]) -> bool:
    if targets:
        names = (kind.name,)
        keyless = () if kind.identity else names
        return any(kinds_of(pattern, names, keyless) for pattern in targets)
    return kind.runtime is None or kind.name in words


def _keys(live: Live, registry: Registry) -> dict[tuple[str, str], str]:
    """Kind and id of all that was read, to the key that it would be declared at."""
    keys: dict[tuple[str, str], str] = {}
    for kind in registry.values():
        for one in live.of(kind.name):
            keys[kind.name, one.id] = live_address(kind, one, keys).key
    return keys


def _referred(
    asked: Sequence[Kind],
    live: Live,
    registry: Registry,
    keys: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    """Sections of what is referred to and not pulled: it is somebody else's."""
    sections: dict[str, Any] = {}
    for name, ids in sorted(referred_ids(asked, live).items()):
        kind = registry[name]
        if kind in asked:
            continue
        there = [one for one in live.of(name) if one.id in ids]
        items = [
            {
                field.name: _written(field, one.values[field.name], keys, registry)
                for field in kind.identity
            }
            | {"external": True}
            for one in sorted(there, key=lambda one: keys[name, one.id])
        ]
        if items:
            sections[name] = kind.reads.section_of(items)
    return sections


def _item(
    kind: Kind,
    one: LiveObject,
    words: frozenset[str],
    keys: Mapping[tuple[str, str], str],
    pulled: Mapping[str, Kind],
    defaults: Mapping[tuple[str, Path], Any],
) -> dict[str, Any]:
    item: list[tuple[Path, Any]] = []
    for field in sorted(kind.leaves, key=lambda field: not field.traits.identity):
        if field.name in kind.makes:
            item.append((field.path, "none"))
        elif _is_pulled(field, words):
            value = value_at(one.values, field.path)
            is_default = equal(value, defaults.get((kind.name, field.path), GONE))
            is_said = not (is_default or _goes_without_saying(field, value))
            if is_said and field.path not in one.unreachable:
                item.append((field.path, _written(field, value, keys, pulled)))
    return nested(item)


async def _settled(
    live: Live,
    asked: Sequence[Kind],
    words: frozenset[str],
    registry: Registry,
    ends: Ends,
    environment: str,
) -> tuple[Live, Mapping[tuple[str, Path], Any]]:
    """Live state with what was written a moment ago, and what nobody has to declare: both depend on
    which instance it is, and only of settings."""
    if not any(kind.is_always_there for kind in asked):
        return live, {}
    facts = await ends.reader.instance()
    opened = open_ledger(ends.ledger, environment, str(facts["id"]), ends.salt)
    ledger, clock = opened.ledger, ends.clock
    live, _ = await settle(live, ledger, registry, ends.reader, clock, VISIBLE_WITHIN)
    return live, _defaults(asked, words, str(facts["environment_type"]))


def _defaults(
    asked: Sequence[Kind], words: frozenset[str], environment_type: str
) -> dict[tuple[str, Path], Any]:
    """What Clerk sets by itself on an instance of this sort, and that nobody has to declare."""
    if DEFAULTS in words:
        return {}
    at = environment_type != DEVELOPMENT
    of_kinds = [(kind, leaf) for kind in asked for leaf in kind.leaves if leaf.traits.defaults]
    return {(kind.name, leaf.path): leaf.traits.defaults[at] for kind, leaf in of_kinds}


def _is_pulled(field: Field, words: frozenset[str]) -> bool:
    traits = field.traits
    is_hidden = traits.write_only and not traits.read_from
    if traits.local or is_hidden or not field.compared:
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
    field: Field, value: Any, keys: Mapping[tuple[str, str], str], pulled: Mapping[str, Kind]
) -> Any:
    """A live value as a manifest has it, with keys for ids where those are known."""
    ref = field.traits.ref
    if ref is None or ref.by == "key":
        return value
    if isinstance(value, list):
        return sorted(keys.get((ref.kind, str(one)), one) for one in value)
    key = keys.get((ref.kind, str(value)))
    if key is None or not ref.literal:
        return value if key is None else key
    return {pulled[ref.kind].singular: key} if ref.kind in pulled else value


def _ambiguous(namesakes: Sequence[LiveObject]) -> str | None:
    """Why none of the objects that share a key is written."""
    if len(namesakes) == 1:
        return None
    ids = ", ".join(sorted(one.id for one in namesakes))
    return f"{len(namesakes)} live objects have this key ({ids}); declare one with its `id:`"


def _refused(kind: Kind, item: dict[str, Any]) -> list[str]:
    """The fields of an object that is live which the model would refuse."""
    try:
        kind.model.model_validate(item)
    except ValidationError as error:
        return sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})
    return []


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
        for one in live.of(kind.name):
            if why := one.unreachable.get(field.path):
                yield f"{kind.name}: {field}, which could not be read: {why}"


def _has_any(kind: Kind, live: Live, path: Path) -> bool:
    values = (value_at(one.values, path) for one in live.of(kind.name))
    return any(value and value is not GONE for value in values)
