"""API answers to live objects, and which reads a plan needs, cheapest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clerkform.live.misfit import misfit
from clerkform.model import Kind, Values
from clerkform.model.fields import over
from clerkform.model.paths import GONE, Path, dotted, nested, value_at
from clerkform.model.traits import Source


@dataclass(frozen=True, slots=True)
class LiveObject:
    """What the API answered of one object, in the manifest's shape."""

    kind: str
    id: str
    values: Values
    """Field name to value. References stand as ids, and what is no field of a manifest stays."""
    unreachable: Mapping[Path, str] = field(default_factory=dict)
    """Fields that a second source shows, and why it did not this time."""
    unsettled: frozenset[Path] = frozenset()
    """Fields that show as they were before a write of a moment ago: the values are what was sent."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live objects that a plan looked at, by kind and id."""

    objects: Mapping[str, Mapping[str, LiveObject]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    """Kinds that were read completely, so that what is not declared is known too."""

    def of(self, kind: str) -> tuple[LiveObject, ...]:
        return tuple(self.objects.get(kind, {}).values())

    def count(self, kind: Kind) -> int:
        """How many objects of a kind there are, without what is never matched."""
        return sum(kind.ignore(one.values) is None for one in self.of(kind.name))

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


def shown_elsewhere(
    kind: Kind, one: LiveObject, documents: Mapping[Source, Mapping[str, Any] | str]
) -> LiveObject:
    """The object with the fields that other sources show.

    ``documents`` are by source: what it answered, or why it did not. What is not there, or is
    nothing that the field can hold, was not reached, and of a source that was not asked is said what was known.
    """
    found: list[tuple[Path, Any]] = []
    missing = dict(one.unreachable)
    for leaf in kind.leaves:
        read_from = leaf.traits.read_from
        if read_from is None or read_from.source not in documents:
            continue
        document = documents[read_from.source]
        missing.pop(leaf.path, None)
        value = GONE if isinstance(document, str) else value_at(document, read_from.path)
        if isinstance(document, str):
            missing[leaf.path] = document
        elif value is GONE:
            missing[leaf.path] = f"{dotted(read_from.path)} is not shown"
        elif why := misfit(leaf, value := read_from.none if value is None else value):
            missing[leaf.path] = f"{dotted(read_from.path)} {why}"
        else:
            found.append((leaf.path, not value if read_from.invert else value))
    values = over(kind.fields, one.values, nested(found))
    return replace(one, values=values, unreachable=missing)
