"""Secrets that the server made and that are still to be handed over."""

from __future__ import annotations

from clerkform.desired import Item
from clerkform.diff.values import (
    Change,
    Known,
)
from clerkform.ledger.entries import Entry
from clerkform.model.paths import GONE

DELIVERED = Known("(the secret of the live object)")


def delivery(
    item: Item, entry: Entry | None, is_asked_for: bool
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The secrets that the server made of what is live, if they are still to be handed over.

    ``entry`` is what the ledger has of the live object.
    """
    wanted = [name for name, sink in item.kind.sinks(item.values).items() if sink.delivers]
    is_owed = entry is not None and entry.delivery == "owed"
    if is_owed or is_asked_for:
        return tuple(Change((name,), GONE, DELIVERED) for name in wanted), ()
    if wanted and entry is None:
        names = " and ".join(item.kind.makes[name].field for name in wanted)
        address = item.address.word
        asks = f" --deliver {address} asks for it," if item.kind.shows_again else ""
        return (), (
            f"nothing records whether its {names} was delivered: if nobody has it,{asks}"
            f" --replace {address} makes a new one",
        )
    return (), ()
