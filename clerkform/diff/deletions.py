"""What is asked of a plan, and which live objects go for it, before any field is compared."""

from __future__ import annotations

from collections.abc import Mapping

from clerkform.diff.match import Matched
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Ledger
from clerkform.ledger.resolve import NO_LEDGER, superseded
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kind, Registry, Values


def keys_by_id(matched: Matched, live: Live, registry: Registry) -> Mapping[tuple[str, str], str]:
    """(kind, id) to key, of what may be referred to: as the manifests have it, else as live has.

    The key of what is renamed leads to the new one likewise, for what the API refers to by key.
    """
    keys: dict[tuple[str, str], str] = {}
    for kind in (registry[name] for name in registry if name in registry.referred_to):
        for one in live.of(kind.name):
            keys[kind.name, one.id] = live_address(kind, one, keys).key
        for address, object_id in matched.ids.items():
            if address.kind == kind.name:
                former, keys[kind.name, object_id] = keys.get((kind.name, object_id)), address.key
                if former not in (None, address.key):
                    keys[kind.name, str(former)] = address.key
    return keys


def live_address(kind: Kind, one: LiveObject, keys: Mapping[tuple[str, str], str]) -> Address:
    """The address that a live object would be declared at."""
    values = dict(one.values)
    for field_ in kind.identity:
        if field_.traits.ref:
            owner_id = str(values.get(field_.name))
            values[field_.name] = keys.get((field_.traits.ref.kind, owner_id), owner_id)
    parts = kind.key_parts(values)
    return Address(kind.name, one.id) if parts is None else kind.address(parts)


def deleted_ids(
    matched: Matched, rules: Rules, ledger: Ledger = NO_LEDGER
) -> Mapping[str, frozenset[str]]:
    """Ids per kind of what goes on request, found without comparing any field."""
    going: dict[str, set[str]] = {}
    mine = forgotten(matched, ledger) if rules.owned else {}
    for pair in matched.pairs:
        is_pruned = (
            pair.item is None
            and pair.live
            and (
                pair.live.kind in rules.pruned
                or (pair.live.kind in rules.owned and pair.live.id in mine)
            )
        )
        item = pair.item
        is_asked = item and (item.absent or (item.address in rules.replace and not item.external))
        if pair.live and (is_pruned or is_asked):
            going.setdefault(pair.live.kind, set()).add(pair.live.id)
    return {kind: frozenset(ids) for kind, ids in going.items()}


def going_owner(
    kind: Kind,
    values: Values,
    going: Mapping[str, frozenset[str]],
    keys: Mapping[tuple[str, str], str],
) -> Address | None:
    for name, owner in kind.owners.items():
        owner_id = str(values.get(name))
        if owner_id in going.get(owner, ()):
            return Address(owner, keys[owner, owner_id])
    return None


def forgotten(matched: Matched, ledger: Ledger) -> Mapping[str, Address]:
    """Ids of what the ledger has at addresses that are no longer declared, and of what these
    were to replace.

    An id of another kind than its address's was never written by clerkform, and counts for nothing.
    """
    declared = {pair.item.address for pair in matched.pairs if pair.item}
    kinds = {pair.live.id: pair.live.kind for pair in matched.pairs if pair.live}
    mine = {**superseded(ledger), **ledger.addresses}
    return {one: at for one, at in mine.items() if at not in declared and kinds.get(one) == at.kind}
