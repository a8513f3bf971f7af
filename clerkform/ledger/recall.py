"""What a ledger says about what is live now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from clerkform.ledger.entries import Entry, Ledger
from clerkform.live import Live
from clerkform.model import Address, Kind, Registry

SOON: Final = 600_000
"""Milliseconds around an intent in which its object must have been made: the clocks of server and
runner may differ, and a request waits its turn. What is made later is somebody else's."""

LOOK_BACK: Final = 30_000
"""Milliseconds since an intent until what it has made shows in reads, if it has made anything."""

NO_LEDGER: Final = Ledger("", "", b"")


def settled(ledger: Ledger, live: Live, registry: Registry) -> Ledger:
    """The ledger in which every intent is resolved whose object shows.

    An object that has the intent's key, was not there before and was made around then is what that
    create has made, and nobody has its secret. Where there are several, none is taken.
    """
    for address, entry in ledger.entries.items():
        kind = registry.get(address.kind)
        if kind and entry.intent and (made := _made(kind, entry, live)):
            was = (entry.id,) if entry.id else ()
            entry = replace(
                entry,
                id=made,
                delivery="owed",
                intent=None,
                superseded=tuple(dict.fromkeys((*entry.superseded, *was))),
            )
            ledger = ledger.with_(address, entry)
    return ledger


def _made(kind: Kind, entry: Entry, live: Live) -> str | None:
    intent = entry.intent
    assert intent is not None
    found = [
        one.id
        for one in live.of(kind.name)
        if one.id not in intent.seen
        and not kind.ignore(one.values)
        and kind.key_parts(one.values) == intent.key
        and is_of_then(one.values.get("created_at"), intent.at)
    ]
    return found[0] if len(found) == 1 else None


def is_of_then(created_at: object, at: int) -> bool:
    """Whether something was made around ``at``, both in milliseconds since 1970."""
    return isinstance(created_at, int) and abs(created_at - at) <= SOON


def superseded(ledger: Ledger) -> Mapping[str, Address]:
    """Ids of what still has to go, each with the address of what replaces it."""
    return {one: address for address, entry in ledger.entries.items() for one in entry.superseded}
