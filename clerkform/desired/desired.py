"""All items of an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from clerkform.desired.item import Item
from clerkform.model import Address, Kind


@dataclass(frozen=True)
class Desired:
    """What the manifests of an environment declare."""

    items: Mapping[Address, Item] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    """Kinds that have a section, even an empty one."""

    def of(self, kind: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items.values() if item.kind is kind)

    @cached_property
    def referred(self) -> frozenset[Address]:
        """What items refer to and nobody declares: objects of the server's own."""
        named = (ref.to for item in self.items.values() for _, ref in item.references())
        return frozenset(named) - self.items.keys()

    def destroyed(self, wanted: Callable[[Address], bool]) -> Desired:
        """The same, but what is wanted is to go, and what that owns."""
        items = {
            address: replace(item, destroyed=wanted(address) or any(map(wanted, item.owners())))
            for address, item in self.items.items()
        }
        return Desired(items, self.sections)
