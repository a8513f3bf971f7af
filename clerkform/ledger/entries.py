"""What was last applied, as values: per address the id, the declared values, what is still owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from clerkform.ledger.fingerprint import fingerprint
from clerkform.model import Address, Values
from clerkform.model.paths import Path, pointer

Delivery = Literal["owed", "delivered", "unknown"]
"""Of a secret that the server made: nobody has it yet, it reached its sink, or the object was
there before clerkform."""

Under = tuple[tuple[str, str], ...]
NO_VALUE: Final = "null"
"""Stands among the fingerprints for a key that a manifest wants removed."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that yields a secret, recorded before it was sent."""

    at: int
    """Milliseconds since 1970, by the server's clock as far as that was known."""
    key: tuple[str, ...]
    """As live objects have it: with ids where a manifest refers to an address."""
    seen: tuple[str, ...] = ()
    """Ids that had the key before."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A field that was written, and that another source than the answer shows."""

    at: int
    """Milliseconds since 1970, by the server's clock."""
    was: tuple[Any, ...]
    """What that source showed before, and what was written a moment before that."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was last applied at one address."""

    id: str | None = None
    """None while there is but an intent, or where the object must not exist."""
    values: Values = field(default_factory=dict)
    """The declared fields but for secrets; of sensitive ones and secrets there is what ``prints``
    has. A reference stands as ``{"to": address}``."""
    prints: Mapping[str, str] = field(default_factory=dict)
    """JSON pointer (RFC 6901) to fingerprint: of each leaf of what is sensitive, of each secret."""
    lifecycle: Values = field(default_factory=dict)
    """What still counts once the item is no longer declared."""
    under: Under = ()
    """The query parameters that its kind is listed by, if it is only listed under something."""
    absent: bool = False
    delivery: Delivery | None = None
    made: int | None = None
    """Milliseconds since 1970 at which its object was made, until that has shown in a read."""
    intent: Intent | None = None
    unsettled: Mapping[str, Unsettled] = field(default_factory=dict)
    """By JSON pointer: what was written a moment ago, or was when the entry was."""
    not_kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """By JSON pointer of a set that was sent: its members that the server does not know."""
    superseded: tuple[str, ...] = ()
    """Ids of what this object replaces and what still has to go."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Whom the manifest names otherwise than by an id, and the id that this meant."""

    @property
    def is_open(self) -> bool:
        """Whether something may be live of which nobody has the secret."""
        return self.intent is not None or self.delivery == "owed"

    def prints_at(self, path: Path) -> dict[str, str]:
        """The fingerprints of what stands at ``path`` and below."""
        start = pointer(path)
        return {
            at: text
            for at, text in self.prints.items()
            if at == start or at.startswith(f"{start}/")
        }

    def no_longer_replacing(self, object_id: str) -> Entry:
        """The entry once that object has not to go any more."""
        return replace(self, superseded=tuple(i for i in self.superseded if i != object_id))


@dataclass(frozen=True)
class Ledger:
    """All entries of one environment's instance."""

    environment: str
    instance: str
    salt: bytes = field(repr=False)
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    is_new: bool = True
    """Nothing was recorded before, so nothing can be said of who changed what."""

    def get(self, address: Address) -> Entry | None:
        return self.entries.get(address)

    @cached_property
    def addresses(self) -> Mapping[str, Address]:
        """Of everything that clerkform has made or adopted: id to the address it is recorded at."""
        return {entry.id: address for address, entry in self.entries.items() if entry.id}

    def of(self, address: Address, object_id: str) -> Entry | None:
        """What is recorded of an object, at its address or at the one that it had before."""
        entry = self.entries.get(address)
        if entry and entry.id == object_id:
            return entry
        was_at = self.addresses.get(object_id)
        return self.entries[was_at] if was_at else None

    def with_(self, address: Address, entry: Entry | None) -> Ledger:
        """The ledger with this entry, or without one."""
        entries = dict(self.entries)
        if entry is None:
            entries.pop(address, None)
        else:
            entries[address] = entry
        return replace(self, entries=entries)

    def fingerprint(self, value: Any) -> str:
        return fingerprint(self.salt, value)

    def id_of(self, address: Address) -> str | None:
        entry = self.entries.get(address)
        return entry.id if entry else None
