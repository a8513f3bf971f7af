"""What differs between one item and its live object, field by field, as the traits say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clerkform.desired import Item
from clerkform.diff.creation import NO_SECRET, SECRET, key_in, shown_reference, wire_of
from clerkform.diff.ignored import ignored_paths, is_within, with_part
from clerkform.diff.sets import (
    is_set_change,
    not_kept,
    with_anyway,
    with_set_change,
    without,
    without_anyway,
)
from clerkform.diff.values import (
    Change,
    Known,
    declared_part,
    equal,
    json_changes,
    merge_changes,
)
from clerkform.ledger.record import kept_value
from clerkform.live.state import LiveObject
from clerkform.model import Address, Field, Kind, Reference, Values
from clerkform.model.paths import GONE, Path, pointer, value_at

UNKNOWN = Known("(unknown)")
ALWAYS_SENT = "is always sent: it cannot be compared, and no record says that it was"
OTHER_SECRET = Known("(another secret)")


Keys = Mapping[tuple[str, Any], str]
"""Kind and id of live objects to their keys, as far as they are known."""
NO_KEYS: Keys = {}
NotKept = Mapping[str, tuple[Any, ...]]
"""By JSON pointer of a set: what of it was sent and the server does not know."""
NONE_NOT_KEPT: NotKept = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes of one item, and what else is worth saying about it."""

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    unreached: tuple[Path, ...] = ()
    """Declared fields whose source could not be read."""
    always_sent: tuple[Path, ...] = ()
    """Declared fields that no read shows, of what nobody made, and of which nothing says that they
    were sent."""


def difference(
    item: Item,
    live: LiveObject,
    ids: Mapping[Address, str],
    secrets: Mapping[Path, bool] | None = None,
    last_sent: Values | None = None,
    keys: Keys = NO_KEYS,
    unknown: NotKept = NONE_NOT_KEPT,
) -> Difference:
    """The declared fields that live does not have. ``keys`` are those of live objects.

    ``secrets`` says of write-only fields whether the declared one is to be sent; what it lacks
    cannot be compared. ``last_sent`` is what the ledger recorded: it stands in for live where no
    read shows a field, or where its source could not be reached. ``unknown`` is what of its sets
    nobody has to send again.
    """
    ignored = ignored_paths(item)
    found = [
        _leaf_difference(
            item,
            field,
            declared,
            live,
            ids=ids,
            keys=keys,
            is_other=(secrets or {}).get(field.path),
            last_sent=last_sent or {},
            unknown=unknown.get(pointer(field.path), ()),
            is_ignored=is_within(field.path, ignored),
        )
        for field, declared in item.declared()
    ]
    return Difference(
        tuple(change for one in found for change in one.changes),
        tuple(note for one in found for note in one.notes),
        tuple(path for one in found for path in one.unreached),
        tuple(path for one in found for path in one.always_sent),
    )


def _leaf_difference(
    item: Item,
    field: Field,
    declared: Any,
    live: LiveObject,
    *,
    ids: Mapping[Address, str],
    keys: Keys,
    is_other: bool | None,
    last_sent: Values,
    unknown: tuple[Any, ...],
    is_ignored: bool,
) -> Difference:
    """What is to be said of one declared field."""
    if field.is_unread:
        return _unread_difference(item, field, declared, live, is_other, last_sent, is_ignored)
    path, changes, notes = field.path, list[Change](), list[str]()
    is_partial = field.takes_set_change and field.compared and is_set_change(declared)
    is_unreached = path in live.unreachable and not is_ignored
    if is_partial and value_at(live.values, path) is GONE and not is_ignored:
        notes.append(f"{field} is not in Clerk's answer: what it would become is not known")
        is_unreached = False
    elif is_unreached:
        notes.append(f"{field} could not be read: {live.unreachable[path]}")
        changes = _unreachable(field, declared, last_sent, is_other)
    elif field.compared and not is_ignored:
        wanted, there = sent_value(item, field, live), value_at(live.values, path)
        if not (unknown and same(field, there, without(field, wanted, unknown))):
            found = _field_changes(field, wanted, live, ids, keys)
            changes = [replace(change, hidden=field.traits.sensitive) for change in found]
    if is_other is None and (note := _note(field, declared, live)):
        notes.append(note)
    if is_other and is_ignored:
        notes.append(f"{field} is ignored, but another one goes along with any other change")
    elif is_other and declared is not None and not changes:
        changes = [Change(path, SECRET, OTHER_SECRET)]
    return Difference(tuple(changes), tuple(notes), (path,) if is_unreached else ())


def _unread_difference(
    item: Item,
    field: Field,
    declared: Any,
    live: LiveObject,
    is_other: bool | None,
    last_sent: Values,
    is_ignored: bool,
) -> Difference:
    """A field that no read shows, compared with what was last sent, if that is recorded."""
    path, was = field.path, value_at(last_sent, field.path)
    if is_other is None and was is GONE:
        if item.kind.is_always_there and not is_ignored:
            return Difference(notes=(f"{field} {ALWAYS_SENT}",), always_sent=(path,))
        note = _note(field, declared, live)
        return Difference(notes=(note,) if note else ())
    if is_ignored:
        noted = f"{field} is ignored, but another one goes along with any other change"
        return Difference(notes=(noted,) if is_other else ())
    is_moved = was is not GONE and not same(field, was, kept_value(declared))
    if not (is_moved or is_other):
        return Difference()
    return Difference((Change(path, was, declared, field.traits.sensitive),))


def _unreachable(
    field: Field, declared: Any, last_sent: Values, is_other: bool | None
) -> list[Change]:
    """A field whose source could not be read: as it was last sent, or not known at all.

    ``is_other`` says of a sensitive one whether it was, as its value was not recorded.
    """
    was = value_at(last_sent, field.path)
    is_as_sent = is_other is False if was is GONE else same(field, was, kept_value(declared))
    if is_as_sent or field.traits.edges:  # nobody knows which members to add and which to remove
        return []
    before = UNKNOWN if was is GONE else was
    return [Change(field.path, before, declared, field.traits.sensitive)]


def sent_value(item: Item, field: Field, live: LiveObject) -> Any:
    """What an update sends for a leaf: as declared, with live's part where changes are ignored."""
    value, depth = value_at(item.values, field.path), len(field.path)
    for path in ignored_paths(item):
        if path[:depth] == field.path and len(path) > depth:
            value = with_part(value, path[depth:], value_at(live.values, path))
    there = value_at(live.values, field.path)
    if field.takes_set_change and is_set_change(value):
        return with_set_change(there, value)
    return with_anyway(field, value, there)


def _field_changes(
    field: Field, declared: Any, live: LiveObject, ids: Mapping[Address, str], keys: Keys = NO_KEYS
) -> Iterator[Change]:
    traits, path, before = field.traits, field.path, value_at(live.values, field.path)
    if field.presence:
        is_set = value_at(live.values, field.presence) is True
        if is_set is not (declared is not None):
            yield Change(path, *((SECRET, NO_SECRET) if is_set else (NO_SECRET, SECRET)))
    elif traits.ref:
        yield from _reference_changes(field, before, declared, ids, keys)
    elif field.takes_set_change and is_set_change(declared):
        if not equal(wanted := with_set_change(before, declared), before, unordered=True):
            yield Change(path, before, wanted)
    elif traits.merged:
        yield from merge_changes({} if before in (GONE, None) else before, declared, path)
    elif traits.free_form:
        yield from json_changes(before, declared, path)
    elif not same(field, before, declared):
        yield Change(path, before, declared)


def _reference_changes(
    field: Field, before: Any, declared: Any, ids: Mapping[Address, str], keys: Keys
) -> Iterator[Change]:
    """What differs of a reference or of a set of them, which is shown by its keys."""
    ref = field.traits.ref
    assert ref is not None
    of, by_key = ref.kind, ref.by == "key"
    if field.traits.edges and before in (GONE, None):
        before = []  # what has no members may be answered without the set
    known = as_declared(before, of, keys)
    if by_key:  # a rename takes along what refers to the key
        before = known
    if isinstance(declared, list):
        wanted = [wire_of(field, one, ids) for one in declared]
        if not same(field, before, wanted):
            yield Change(field.path, known, [key_in(one) for one in declared])
        return
    wired = wire_of(field, declared, ids)
    is_other = wired is None or wired != before  # what has no id yet is nobody's now
    is_owner = field.traits.identity and not ref.outside  # whose key an object has, it was found by
    if isinstance(declared, Reference) and is_other and not is_owner:
        yield Change(field.path, known, shown_reference(field, declared, ids))
    elif not isinstance(declared, Reference) and not same(field, before, declared):
        yield Change(field.path, before, declared)


def as_declared(held: Any, kind: str, keys: Keys) -> Any:
    """A reference as the API has it, or a list of them, by the keys that the manifests have."""
    if isinstance(held, list):
        return [keys.get((kind, str(one)), one) for one in held]
    return keys.get((kind, held), held) if isinstance(held, str) else held


def same(field: Field, before: Any, declared: Any) -> bool:
    """Whether a live value is the declared one, as far as the API tells them apart."""
    if before is GONE or declared is None:
        return declared is None and before in (GONE, None)
    if before == declared and type(before) is str:  # nearly always, and cheap to see
        return True
    if field.each:
        before = declared_items(before, declared, field)
    before = without_anyway(field, before, declared)
    return equal(
        field.normalized(before), field.normalized(declared), unordered=field.traits.unordered
    )


def _is_told(field: Field, answer: LiveObject) -> bool:
    """Whether the answer to a write shows what no read does."""
    is_hidden = field.traits.write_only and field.form != "secret"
    return is_hidden and value_at(answer.values, field.path) is not GONE


def declared_items(before: Any, declared: Any, field: Field) -> Any:
    """A live list of parts, of each what the declared one beside it speaks of.

    Where their order does not matter, one that is as declared stands beside that.
    """
    if not (isinstance(before, list) and isinstance(declared, list)):
        return before
    left, found = list(before), []
    for wanted in declared:
        at = next((i for i, one in enumerate(left) if equal(declared_part(one, wanted), wanted)), 0)
        if left:
            found.append(declared_part(left.pop(at if field.traits.unordered else 0), wanted))
    return found + left


def _note(field: Field, declared: Any, live: LiveObject) -> str | None:
    traits, presence = field.traits, field.presence
    may_be_set = presence is None or bool(value_at(live.values, presence))
    is_shown = traits.read_from is not None
    if traits.write_only and not is_shown and declared is not None and may_be_set:
        return f"{field} cannot be compared: Clerk never returns it"
    before = value_at(live.values, field.path)
    if traits.noted and not equal(None if before is GONE else before, declared):
        return f"{field} acts when the object is created; the live one keeps its own"
    return None


def dropped(kind: Kind, sent: Values, answer: LiveObject) -> tuple[str, ...]:
    """Which of the fields that were sent do not show in the write's answer, as dotted paths.

    The API leaves out what it does not know without a word, and its reads lag behind its writes,
    so the answer to the write itself is what counts. References are ids by now.
    """
    lacking = lacked(kind, sent, answer)
    return tuple(
        change.dotted
        for field, value in kind.declared(sent)
        if (field.compared and not field.traits.read_from) or _is_told(field, answer)
        for change in _field_changes(
            field, without(field, value, lacking.get(field.path, ())), answer, {}
        )
    )


def lacked(kind: Kind, sent: Values, answer: LiveObject) -> Mapping[Path, tuple[Any, ...]]:
    """What of the sets that were sent the server does not know, by its answer."""
    found = (
        (field.path, not_kept(field, value, value_at(answer.values, field.path)))
        for field, value in kind.declared(sent)
    )
    return {path: members for path, members in found if members}
