"""All kinds, each after those that it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from clerkform.model.kind import Kind, SwitchedOn


class Registry(Mapping[str, Kind]):
    """The kinds by name, iterated so that each comes after those it refers to.

    Where kinds refer to each other in a ring, the ring is entered at its first name.
    """

    def __init__(self, kinds: Iterable[Kind]) -> None:
        waiting = {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)}
        self._kinds: dict[str, Kind] = {}
        while waiting:
            left = waiting.keys()
            free = (n for n, kind in waiting.items() if not kind.waits_for & left - {n})
            name = next(free, next(iter(waiting)))
            self._kinds[name] = waiting.pop(name)

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    @property
    def keyless(self) -> frozenset[str]:
        """Kinds that have but one object, whose address is the kind's name alone."""
        return frozenset(kind.name for kind in self.values() if not kind.identity)

    @cached_property
    def referred_to(self) -> frozenset[str]:
        """Kinds that some kind may refer to."""
        return frozenset(name for kind in self.values() for name in kind.references())

    def switches_of(self, name: str) -> Iterator[SwitchedOn]:
        """What has to be on for a kind's objects to be read and written: its own switch, and those
        of what owns them."""
        kind = self[name]
        if kind.switched_on:
            yield kind.switched_on
        for owner in kind.owners.values():
            yield from self.switches_of(owner)
