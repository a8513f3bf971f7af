"""What a ledger says about what is live now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from clerkform.ledger.entries import Entry, Intent, Ledger
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Registry

SOON: Final = 600_000
"""Milliseconds around an intent in which its object must have been made for that to be proof: a
request waits its turn. Both times are the server's."""

LOOK_BACK: Final = 30_000
"""Milliseconds since an intent until what it has made shows in reads, if it has made anything."""

NO_LEDGER: Final = Ledger("", "", b"")


def settled(ledger: Ledger, live: Live, registry: Registry) -> Ledger:
    """The ledger in which every intent is resolved whose object is known for sure.

    An object that has the intent's key, was not there before and was made around then is what that
    create has made, and nobody has its secret. Where there are several, none is taken. What was
    made at another time may be it as well, by a clock that was off: such an intent stays open.
    What shows has not to be looked for any more.
    """
    for address, entry in ledger.entries.items():
        if entry.made and entry.id in live.objects.get(address.kind, {}):
            entry = replace(entry, made=None)
            ledger = ledger.with_(address, entry)
        if entry.intent and (
            made := _made(entry.intent, candidates(address, entry, live, registry))
        ):
            was = (entry.id,) if entry.id not in (None, made) else ()
            entry = replace(
                entry,
                id=made,
                delivery="owed",
                intent=None,
                superseded=tuple(dict.fromkeys((*entry.superseded, *was))),
            )
            ledger = ledger.with_(address, entry)
    return ledger


def candidates(
    address: Address, entry: Entry, live: Live, registry: Registry
) -> tuple[LiveObject, ...]:
    """What an open intent may have made: what has its key and was not there before."""
    kind, intent = registry.get(address.kind), entry.intent
    if kind is None or intent is None:
        return ()
    return tuple(
        one
        for one in live.of(kind.name)
        if one.id not in intent.seen
        and not kind.ignore(one.values)
        and kind.key_parts(one.values) == intent.key
    )


def _made(intent: Intent, found: Iterable[LiveObject]) -> str | None:
    ids = [one.id for one in found if is_of_then(one.values.get("created_at"), intent.at)]
    return ids[0] if len(ids) == 1 else None


def is_of_then(created_at: object, at: int) -> bool:
    """Whether something was made around ``at``, both in milliseconds since 1970."""
    return isinstance(created_at, int) and abs(created_at - at) <= SOON


def superseded(ledger: Ledger) -> Mapping[str, Address]:
    """Ids of what still has to go, each with the address of what replaces it."""
    return {one: address for address, entry in ledger.entries.items() for one in entry.superseded}
