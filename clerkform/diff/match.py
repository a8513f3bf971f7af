"""Pairs desired items with live objects: by pin, by key, by the ledger's id, by a former key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clerkform.desired import Desired, Item
from clerkform.diagnostics import Problems
from clerkform.ledger.entries import Ledger
from clerkform.ledger.resolve import NO_LEDGER, superseded
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kind, Reference, Registry, Values

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """An item, the live object that it declares, or either alone."""

    item: Item | None
    live: LiveObject | None


@dataclass(frozen=True, slots=True)
class Matched:
    """All pairs, and the ids of the objects that have been found."""

    pairs: tuple[Pair, ...]
    ids: Mapping[Address, str]
    beside: frozenset[str] = frozenset()
    """Kinds without a section, of which was read what others refer to."""


def match(
    desired: Desired,
    live: Live,
    registry: Registry,
    problems: Problems,
    ledger: Ledger = NO_LEDGER,
    people: Mapping[Address, str] | None = None,
) -> Matched:
    """Pair every item and every live object that may be matched. ``people`` are the ids of what is
    no kind.

    Kinds come in the order of their references, so that a key that holds another object's key is
    compared by that object's id.
    """
    pairs: list[Pair] = []
    ids: dict[Address, str] = {**(people or {})}
    going = frozenset(superseded(ledger))
    for kind in registry.values():
        pool = _Pool(kind, live.of(kind.name), going, ledger)
        found = _match_kind(pool, desired.of(kind), ids, problems)
        for pair in found:
            if pair.item and pair.live:
                ids[pair.item.address] = pair.live.id
            elif pair.live and desired.referred:
                ids |= _referred(kind, pair.live, desired)
        for one in pool.ignored() if desired.referred else ():
            ids = {**_referred(kind, one, desired), **ids}
        pairs += found
    beside = frozenset(address.kind for address in desired.referred) - desired.sections
    return Matched(tuple(pairs), ids, beside)


def _referred(kind: Kind, one: LiveObject, desired: Desired) -> Mapping[Address, str]:
    """The id of what nobody declares, if an item refers to it."""
    parts = kind.key_parts(one.values)
    address = None if parts is None else kind.address(parts)
    return {address: one.id} if address in desired.referred else {}


def _match_kind(
    pool: _Pool,
    items: Sequence[Item],
    ids: Mapping[Address, str],
    problems: Problems,
) -> list[Pair]:
    taken: dict[str, Item] = {}
    named: dict[_Key, Item] = {}
    found: dict[Address, LiveObject | None] = {}
    for item in sorted(items, key=lambda item: item.pin is None):
        reported = len(problems)
        one = pool.pinned(item, problems) if item.pin else pool.by_key(item, ids, taken, problems)
        same = taken.get(one.id) if one else named.get(pool.key_declared(item, ids))
        if same:
            problems.error(
                "declared-twice",
                f"{item.address} and {same.address} are the same object{f', {one.id}' if one else ''}",
                item.span,
                related=[("also declared here", same.span)],
                hint="keep one of them",
            )
        if len(problems) == reported:  # nothing can be concluded about what is not clear
            found[item.address] = one
            named[pool.key_declared(item, ids)] = item
            if one is not None:
                taken[one.id] = item
    pairs: list[Pair] = []
    for item in items:
        if item.address not in found:
            continue
        one = found[item.address]
        if one is None and (one := pool.recorded(item, taken) or pool.sole(item, taken)):
            taken[one.id] = item
        if one is None and item.external and not item.destroyed:
            problems.error(
                "external-not-live",
                f"{item.address} is declared external, but there is no such object",
                item.at("external"),
                hint="create it where it is managed, or leave out `external`",
            )
            continue
        pairs.append(Pair(item, one))
    return pairs + [Pair(None, one) for one in pool.rest(taken)]


class _Pool:
    """A kind's live objects by id and by key."""

    def __init__(
        self,
        kind: Kind,
        objects: Iterable[LiveObject],
        going: frozenset[str],
        ledger: Ledger,
    ) -> None:
        """``going`` are the ids of what was replaced and could not be removed yet."""
        self._kind, self._going, self._ledger = kind, going, ledger
        self._refers = any(field.traits.ref for field in kind.identity)
        self._by_id = {one.id: one for one in objects}
        self._by_key: dict[_Key, list[LiveObject]] = {}
        self._by_other: dict[_Key, list[LiveObject]] = {}
        stands_in = {f.name: f.traits.otherwise for f in kind.identity if f.traits.otherwise}
        for one in self._by_id.values():
            if kind.ignore(one.values):
                continue
            if (key := kind.key_parts(one.values)) is not None:
                self._by_key.setdefault(key, []).append(one)
            if stands_in:
                values = {k: v for k, v in one.values.items() if k not in stands_in}
                if (key := kind.key_parts(values)) is not None:
                    self._by_other.setdefault(key, []).append(one)

    def pinned(self, item: Item, problems: Problems) -> LiveObject | None:
        one = self._by_id.get(item.pin or "")
        reason = self._kind.ignore(one.values) if one else None
        if one is not None and reason is None:
            return one
        if not item.absent:
            problems.error(
                "pinned-not-live",
                f"{item.address} is pinned to {item.pin}, which is "
                + (reason or "not live in this instance"),
                item.at("id"),
                hint="correct the id, or leave it out to match by key",
            )
        return None

    def key_declared(self, item: Item, ids: Mapping[Address, str]) -> _Key:
        """The key by which one object is told from another, whatever it is written as: the same id
        may stand there as it is, or as what is known by it."""
        if not self._refers:
            return item.parts
        held = ((name, item.values[name]) for name in self._kind.key_fields if name in item.values)
        known = {
            name: ids.get(value.to, str(value)) if isinstance(value, Reference) else value
            for name, value in held
        }
        return self._kind.key_parts(known) or item.parts

    def by_key(
        self, item: Item, ids: Mapping[Address, str], taken: Mapping[str, Item], problems: Problems
    ) -> LiveObject | None:
        key = self._live_key(item, item.values, ids) if self._refers else item.parts
        new = self._find(item, key, taken, problems)
        old_name = item.renamed_from
        if old_name is None:
            return new
        old_key = ids.get(item.formerly, old_name) if item.formerly else old_name
        values = {**item.values, self._kind.identity[-1].name: old_key}
        old = self._find(item, self._live_key(item, values, ids), taken, problems)
        if new is None:
            return old
        if old and old is not new and old.id not in self._going and not item.absent:
            problems.error(
                "rename-conflict",
                f"{item.address} and the one it was renamed from, {old_name}, are both live"
                f" ({new.id} and {old.id})",
                item.at("lifecycle", "renamed_from"),
                hint="leave out `renamed_from` and declare the old one `absent: true`",
            )
        return new

    def recorded(self, item: Item, taken: Mapping[str, Item]) -> LiveObject | None:
        """What the ledger has at the item's address, if nothing else is declared by its key.

        An object that was renamed elsewhere. What must be absent is known by its key alone.
        """
        is_kept = item.pin or item.external or (item.absent and not item.destroyed)
        for address in () if is_kept else (item.address, item.former):
            one = self._by_id.get((address and self._ledger.id_of(address)) or "")
            if one and one.id not in taken and not self._kind.ignore(one.values):
                return one
        return None

    def sole(self, item: Item, taken: Mapping[str, Item]) -> LiveObject | None:
        """The one live object that is what the item is declared as, whatever its key is."""
        name = self._kind.sole
        if not name or name not in item.values or item.absent or item.pin or item.external:
            return None
        is_so = (one for one in self._by_id.values() if one.values.get(name) == item.values[name])
        return next((one for one in is_so if one.id not in taken), None)

    def ignored(self) -> Iterator[LiveObject]:
        """What is never matched; of the server's own, others may refer to it all the same."""
        return (one for one in self._by_id.values() if self._kind.ignore(one.values))

    def rest(self, taken: Mapping[str, Item]) -> list[LiveObject]:
        """What no item declares."""
        free = (one for one in self._by_id.values() if one.id not in taken)
        return [one for one in free if not self._kind.ignore(one.values)]

    def _live_key(self, item: Item, values: Values, ids: Mapping[Address, str]) -> _Key | None:
        """The key as live objects have it: with ids where the item has references."""
        known = {}
        for name, value in values.items():
            known[name] = ids.get(value.to) if isinstance(value, Reference) else value
        if any(known.get(f.name) is None for f in self._kind.identity if f.traits.ref):
            return None
        return self._kind.key_parts(known)

    def _find(
        self,
        item: Item,
        key: _Key | None,
        taken: Mapping[str, Item],
        problems: Problems,
    ) -> LiveObject | None:
        if key is None:
            return None
        index = self._by_key if item.has_key else self._by_other
        found = [one for one in index.get(key, []) if not _is_pinned(one, taken)]
        found = [one for one in found if one.id not in self._going] or found
        if len(found) < 2:
            return found[0] if found else None
        ids = sorted(one.id for one in found)
        own = self._ledger.id_of(item.address)
        hint = f"say which one is meant, e.g. `id: {ids[0]}`; the others stay as they are"
        if own in ids:
            hint = f"`id: {own}` is the one that was applied from here; the others stay as they are"
        problems.error(
            "two-live",
            f"{len(found)} live objects have the key of {item.address}: {' and '.join(ids)}",
            item.span,
            hint=hint,
        )
        return None


def _is_pinned(one: LiveObject, taken: Mapping[str, Item]) -> bool:
    return one.id in taken and taken[one.id].pin is not None
