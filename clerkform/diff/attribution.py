"""Who made a difference: whoever edited the manifests, whoever changed what is live, or both.

The ledger has what was last applied. Git has moved where the manifest says something else by now,
live where the API does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerkform.desired import Item
from clerkform.diff.fields import declared_items
from clerkform.diff.sets import with_set_change, without, without_anyway
from clerkform.diff.values import Change, MadeBy, equal
from clerkform.ledger.entries import NO_VALUE, Entry, Ledger
from clerkform.ledger.record import kept_value, leaf_prints
from clerkform.live.state import LiveObject
from clerkform.model import Address, Field, Values
from clerkform.model.paths import GONE, Path, pointer, value_at


def of_change(change: Change, item: Item, live: LiveObject, ledger: Ledger) -> MadeBy:
    """Who made one field differ."""
    entry = ledger.of(item.address, live.id) or ledger.get(item.address)
    if ledger.is_new or entry is None:
        return "unattributed"
    field = item.kind.field_at(change.path)
    if not _is_recorded(field, entry):
        return "edited"
    made_by = _of_field(change, field, item, live, entry, ledger)
    # What somebody has made anew has moved in any case.
    return "both" if made_by == "edited" and entry.id != live.id else made_by


def _of_field(
    change: Change, field: Field, item: Item, live: LiveObject, entry: Entry, ledger: Ledger
) -> MadeBy:
    if field.form == "secret":
        return _of_secret(field, item, live, entry)
    path = change.path
    if field.is_unread:  # compared with what was last sent, so only git can have moved
        return "edited"
    if field.traits.sensitive:
        lists = [at for at, step in enumerate(path) if isinstance(step, int)]
        path = path[: lists[0]] if lists else path
        declared = _prints(field, item.values, path, ledger)
        shown = _prints(field, live.values, path, ledger)
        was = entry.prints_at(path)
        if field.traits.merged and not was:
            return "edited"
        there = {at: text for at, text in was.items() if text != NO_VALUE}
        return _verdict(declared != was, shown != there)
    return _of_plain(field, path, item, live, entry, ledger)


def _of_plain(
    field: Field,
    path: Path,
    item: Item,
    live: LiveObject,
    entry: Entry,
    ledger: Ledger,
) -> MadeBy:
    inside = path[len(field.path) :]
    was = value_at(entry.values, path)
    declared = value_at(kept_value(value_at(item.values, field.path)), inside)
    shown = value_at(live.values, path)
    if field.traits.ref and isinstance(was, list) and isinstance(declared, list):
        # Of what is the server's own no ledger has an id.
        ids = {_id_of(one, field, ledger) for one in was} - {"None"}
        there = set(map(str, shown)) if isinstance(shown, list) else set[str]()
        live_moved = not ids <= there or len(was) != len(there)
        return _verdict(not _same(field, declared, was), live_moved)
    kept = without(field, was, entry.not_kept.get(pointer(field.path), ()))
    if field.takes_set_change and isinstance(was, dict):
        is_moved = not equal(with_set_change(shown, kept), shown, unordered=True)
        return _verdict(not equal(was, declared), is_moved)
    if field.traits.ref and isinstance(was, Mapping):
        is_moved = {"to": was.get("to")} != declared
        return _verdict(is_moved, _id_of(was, field, ledger) != shown)
    if was is GONE and field.traits.merged:
        return "edited"
    shown = without_anyway(field, shown, kept)
    return _verdict(not _same(field, declared, was), not _same(field, shown, kept))


def _id_of(recorded: Any, field: Field, ledger: Ledger) -> str:
    """What the API answers for a recorded reference."""
    to = Address.parse(str(recorded.get("to"))) if isinstance(recorded, Mapping) else None
    if to is None:
        return str(recorded)
    by_key = field.traits.ref is not None and field.traits.ref.by == "key"
    return to.key if by_key else str(ledger.id_of(to))


def _of_secret(field: Field, item: Item, live: LiveObject, entry: Entry) -> MadeBy:
    """What is never read back shows only in whether there is one."""
    was_set = pointer(field.path) in entry.prints
    is_declared = value_at(item.values, field.path) is not None
    is_live = field.presence is not None and value_at(live.values, field.presence) is True
    return _verdict(is_declared is not was_set or is_declared is is_live, is_live is not was_set)


def of_missing(item: Item, ledger: Ledger, is_as_recorded: bool) -> MadeBy:
    """Who made it that something declared is not live."""
    entry = ledger.get(item.address)
    if ledger.is_new:
        return "unattributed"
    if entry is None or entry.absent or entry.id is None:
        return "edited"
    return "drifted" if is_as_recorded else "both"


def of_unwanted(item: Item | None, live: LiveObject, ledger: Ledger, is_owned: bool) -> MadeBy:
    """Who made it that something is live and should not be."""
    if ledger.is_new:
        return "unattributed"
    entry = ledger.get(item.address) if item else None
    if item is None:
        return "edited" if is_owned else "drifted"
    return "drifted" if entry and entry.absent else "edited"


def _verdict(git_moved: bool, live_moved: bool) -> MadeBy:
    """They differ, so where git has not moved live has."""
    if git_moved:
        return "both" if live_moved else "edited"
    return "drifted"


def _is_recorded(field: Field, entry: Entry) -> bool:
    is_hidden = field.traits.sensitive or field.form == "secret"
    is_kept = value_at(entry.values, field.path) is not GONE
    return is_kept or (is_hidden and bool(entry.prints_at(field.path)))


def _prints(field: Field, values: Values, path: Path, ledger: Ledger) -> dict[str, str]:
    found = value_at(values, path)
    return {} if found is GONE else leaf_prints(field, found, path, ledger)


def _same(field: Field, left: Any, right: Any) -> bool:
    if left in (GONE, None) or right in (GONE, None):
        is_data = field.traits.free_form and not field.traits.merged
        return left is right if is_data else left in (GONE, None) and right in (GONE, None)
    if field.each:
        left = declared_items(left, right, field)
    if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        left, right = field.normalized(left), field.normalized(right)
    return equal(left, right, unordered=field.traits.unordered)
