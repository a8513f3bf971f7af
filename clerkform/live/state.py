"""API answers to live objects, and which reads a plan needs, cheapest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clerkform.model import Kind, Values
from clerkform.model.fields import over
from clerkform.model.paths import GONE, Path, nested, value_at


@dataclass(frozen=True, slots=True)
class LiveObject:
    """What the API answered of one object, in the manifest's shape."""

    kind: str
    id: str
    values: Values
    """Field name to value. References stand as ids, and what is no field of a manifest stays."""
    unreachable: Mapping[Path, str] = field(default_factory=dict)
    """Fields that a second source shows, and why it did not this time."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live objects that a plan looked at, by kind and id."""

    objects: Mapping[str, Mapping[str, LiveObject]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    """Kinds that were read completely, so that what is not declared is known too."""

    def of(self, kind: str) -> tuple[LiveObject, ...]:
        return tuple(self.objects.get(kind, {}).values())

    def with_(self, objects: Iterable[LiveObject], whole: Iterable[str] = ()) -> Live:
        """These objects on top, without changing what was there."""
        merged = {kind: dict(by_id) for kind, by_id in self.objects.items()}
        for one in objects:
            merged.setdefault(one.kind, {})[one.id] = one
        return Live(merged, self.whole | frozenset(whole))


def decode(
    kind: Kind, bodies: Sequence[Mapping[str, Any]], under: tuple[tuple[str, str], ...] = ()
) -> tuple[LiveObject, ...]:
    """The objects in the answer to a read, which need not repeat what they were listed ``under``."""
    known = {kind.reads.under[parameter]: value for parameter, value in under}
    return tuple(
        LiveObject(kind.name, str(kind.id_of(body)), {**known, **kind.from_api(dict(body))})
        for body in bodies
    )


def shown_elsewhere(kind: Kind, one: LiveObject, document: Mapping[str, Any]) -> LiveObject:
    """The object with the fields that a second source shows; what is not there was not reached."""
    found: list[tuple[Path, Any]] = []
    missing: dict[Path, str] = {}
    for leaf in kind.leaves:
        if leaf.traits.read_from is None:
            continue
        value = value_at(document, leaf.traits.read_from.path)
        if value is GONE:
            missing[leaf.path] = f"{'.'.join(leaf.traits.read_from.path)} is not shown"
        else:
            found.append((leaf.path, not value if leaf.traits.read_from.invert else value))
    values = over(kind.fields, one.values, nested(found))
    return replace(one, values=values, unreachable=missing)


def hidden_for(kind: Kind, one: LiveObject, reason: str) -> LiveObject:
    """The object whose second source could not be read."""
    return replace(
        one, unreachable={leaf.path: reason for leaf in kind.leaves if leaf.traits.read_from}
    )
