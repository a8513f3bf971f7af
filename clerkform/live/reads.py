"""Which reads a plan needs, cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clerkform.desired import Desired, listed_under
from clerkform.model import Address, Kind, Registry
from clerkform.model.fields import sources_of
from clerkform.model.traits import Source

FEW = 3
"""Up to this many objects are read one by one without asking how many there are."""


@dataclass(frozen=True, slots=True)
class Read:
    """One question to the API about a kind.

    Without anything else: the whole list. ``under`` narrows it to the query parameters that the
    kind can only be listed by. ``keys``, ``names`` and ``ids`` name the objects that are wanted
    where the kind can look them up; a reader may still list, if that is cheaper.
    """

    kind: str
    under: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    """What else shows what is asked for."""

    @property
    def is_whole(self) -> bool:
        return not (self.keys or self.names or self.ids)

    def lookups(self, ids_at_once: int) -> int:
        """How many requests the look-ups cost."""
        return len(self.keys) + len(self.names) + -(-len(self.ids) // ids_at_once)


def first_reads(
    desired: Desired,
    registry: Registry,
    whole: frozenset[str],
    also: Sequence[Address] = (),
) -> tuple[Read, ...]:
    """What to ask for first: one read per kind that a manifest has a section of.

    ``whole`` kinds are listed to the end; ``also`` are addresses to look up, declared or not.
    """
    reads, referred = [], desired.referred
    for kind in registry.values():
        keys = {address.key for address in referred if address.kind == kind.name}
        if (kind.name in desired.sections or keys) and not kind.listed_per:
            keys |= {address.key for address in also if address.kind == kind.name}
            is_whole = kind.name in whole
            read = Read(kind.name) if is_whole else _read(kind, desired, keys)
            reads.append(replace(read, sources=_sources(kind, None if is_whole else desired)))
    return tuple(reads)


def _sources(kind: Kind, desired: Desired | None) -> tuple[Source, ...]:
    """What shows what the kind's own reads hide: of all its fields, or of those that are declared."""
    if desired is None:
        return kind.sources
    return sources_of(leaf for item in desired.of(kind) for leaf, _ in item.declared())


def _read(kind: Kind, desired: Desired, keys: set[str]) -> Read:
    lookups = kind.reads.lookups
    if not (lookups.by_key or lookups.by_ids):
        return Read(kind.name)
    names, ids = set[str](), set[str]()
    items = [item for item in desired.items.values() if item.kind is kind]
    for item in items:
        if item.pin:
            ids.add(item.pin)
            continue
        wanted = [item.parts[0], *([item.renamed_from] if item.renamed_from else [])]
        (keys if item.has_key else names).update(wanted)
    return Read(kind.name, (), tuple(sorted(keys)), tuple(sorted(names)), tuple(sorted(ids)))


def cheaper_to_list(kind: Kind, read: Read, total: int) -> bool:
    """Whether the rest of the pages cost no more requests than the look-ups would."""
    page = kind.reads.page or total or 1
    return -(-total // page) - 1 <= read.lookups(kind.reads.lookups.ids_at_once)


def second_reads(
    desired: Desired,
    registry: Registry,
    ids: Mapping[Address, str],
    going: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Read, ...]:
    """What can only be listed under something else, once the ids of that are known.

    ``ids`` are of the objects that were matched; what refers to an object that is not live yet has
    nothing live of its own. ``going`` are the ids per kind that the plan deletes: what they own
    is read as well.
    """
    reads: dict[Read, None] = {}
    for kind in registry.values():
        if not kind.listed_per:
            continue
        for item in desired.items.values():
            if item.kind is kind and (under := item.under(ids)):
                reads[Read(kind.name, under)] = None
        for name, owner in () if kind.goes_with_owner else kind.owners.items():
            for owner_id in sorted(going.get(owner, ()) if going else ()):
                reads[Read(kind.name, listed_under(kind, {name: owner_id}, ids))] = None
    return tuple(sorted(reads, key=lambda read: (read.kind, read.under)))
