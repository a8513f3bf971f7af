"""What no read shows: whether it is another than was last sent."""

from __future__ import annotations

from collections.abc import Mapping

from clerkform.desired import Item
from clerkform.diff.context import Context
from clerkform.ledger.record import leaf_prints
from clerkform.live.state import LiveObject
from clerkform.model.paths import GONE, Path, pointer, value_at


def secrets_of(item: Item, live: LiveObject, context: Context) -> Mapping[Path, bool]:
    """Of what no read shows, as far as that can be told, whether it is another than was sent.

    What is recorded of the object without it has been declared since.
    """
    if item.address in context.rules.resend:
        return {leaf.path: True for leaf in item.kind.leaves if leaf.traits.write_only}
    entry = context.ledger.of(item.address, live.id)
    if entry is None:
        return {}
    found: dict[Path, bool] = {}
    for leaf, value in item.declared():
        now = context.prints.get((item.address, leaf.path))
        if leaf.traits.sensitive and (leaf.is_unread or leaf.path in live.unreachable):
            prints = leaf_prints(leaf, value, leaf.path, context.ledger)
            found[leaf.path] = prints != entry.prints_at(leaf.path)
        elif leaf.is_unread and value_at(entry.values, leaf.path) is GONE:
            found[leaf.path] = True
        elif now:
            found[leaf.path] = entry.prints.get(pointer(leaf.path)) != now
    return found
