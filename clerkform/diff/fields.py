"""What differs between one item and its live object, field by field, as the traits say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clerkform.desired import Item
from clerkform.diff.values import (
    GONE,
    Change,
    Known,
    Path,
    dotted,
    equal,
    json_changes,
    merge_changes,
    value_at,
)
from clerkform.ledger.entries import Entry
from clerkform.live import LiveObject
from clerkform.model import Address, Field, Kind, Reference, Values
from clerkform.model.canonical import without_nulls

AFTER_APPLY = Known("(known after apply)")
SECRET = Known("(secret)")
NO_SECRET = Known("(none)")
OTHER_SECRET = Known("(another secret)")
DELIVERED = Known("(the secret of the live object)")


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes of one item, and what else is worth saying about it."""

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def difference(
    item: Item,
    live: LiveObject,
    ids: Mapping[Address, str],
    secrets: Mapping[str, bool] | None = None,
) -> Difference:
    """The declared fields that live does not have.

    ``secrets`` says of write-only fields whether the declared one is to be sent; what it lacks
    cannot be compared.
    """
    changes: list[Change] = []
    notes: list[str] = []
    ignored = ignored_paths(item)
    for name, declared in item.values.items():
        field = item.kind.fields[name]
        if field.compared and (name,) not in ignored:
            changes += [
                replace(change, hidden=field.traits.sensitive)
                for change in _field_changes(field, sent_value(item, name, live), live, ids)
            ]
        is_other = (secrets or {}).get(name)
        if is_other is None and (note := _note(field, declared, live)):
            notes.append(note)
        is_sent = any(change.field == name for change in changes) or (name,) in ignored
        if is_other and declared is not None and not is_sent:
            changes.append(Change((name,), SECRET, OTHER_SECRET))
        elif is_other and (name,) in ignored:
            notes.append(f"{name} is ignored, but another one goes along with any other change")
    return Difference(tuple(changes), tuple(notes))


def delivery(
    item: Item, entry: Entry | None, is_asked_for: bool
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The secret that the server made of what is live, if it is still to be handed over.

    ``entry`` is what the ledger has of the live object.
    """
    generates = item.kind.generates
    sink = item.values.get(generates.sink) if generates else None
    if generates is None or sink is None:
        return (), ()
    is_owed = entry is not None and entry.delivery == "owed"
    if sink.delivers and (is_owed or is_asked_for):
        return (Change((generates.sink,), GONE, DELIVERED),), ()
    if sink.delivers and entry is None:
        return (), (
            f"nothing records whether its {generates.field} was delivered: if nobody has it,"
            f" --deliver '{item.address}' asks for it, --replace '{item.address}' makes a new one",
        )
    return (), ()


def creation(item: Item) -> tuple[Change, ...]:
    """Every declared field of an item that is to be created, as a change from nothing."""
    changes = []
    for name, value in item.values.items():
        field = item.kind.fields[name]
        if field.traits.local:
            continue
        shown = value
        if field.form == "secret":
            shown = NO_SECRET if value is None else SECRET
        elif field.traits.merged:
            shown = without_nulls(value)
        elif isinstance(value, Reference):
            shown = Known(value.to.key)
        hidden = field.traits.sensitive
        if field.traits.free_form and isinstance(shown, dict) and shown and not hidden:
            changes += [Change((name, key), GONE, inner) for key, inner in shown.items()]
        else:
            changes.append(Change((name,), GONE, shown, hidden=hidden))
    return tuple(changes)


def ignored_paths(item: Item) -> tuple[tuple[str, ...], ...]:
    """``lifecycle.ignore_changes``, each path split at its dots."""
    return tuple(tuple(path.split(".")) for path in item.lifecycle("ignore_changes") or ())


def sent_value(item: Item, name: str, live: LiveObject) -> Any:
    """What an update sends for a field: as declared, with live's part where changes are ignored."""
    value = item.values[name]
    for path in ignored_paths(item):
        if path[0] == name and len(path) > 1:
            value = with_part(value, path[1:], value_at(live.values.get(name), path[1:]))
    return value


def with_part(value: Any, path: Path, part: Any) -> Any:
    """``value`` with ``part`` at ``path``, or without it if the part is ``GONE``."""
    if not isinstance(value, dict):
        return value
    step, *rest = path
    result = dict(value)
    if rest:
        if step in result or part is not GONE:
            result[str(step)] = with_part(result.get(str(step), {}), tuple(rest), part)
    elif part is GONE:
        result.pop(str(step), None)
    else:
        result[str(step)] = part
    return result


def _field_changes(
    field: Field, declared: Any, live: LiveObject, ids: Mapping[Address, str]
) -> Iterator[Change]:
    traits, path = field.traits, (field.name,)
    before = live.values.get(field.name, GONE)
    if traits.presence:
        is_set = live.values.get(traits.presence) is True
        if is_set is not (declared is not None):
            yield Change(path, *((SECRET, NO_SECRET) if is_set else (NO_SECRET, SECRET)))
    elif isinstance(declared, Reference):
        wanted = ids.get(declared.to)
        if wanted != before and not traits.identity:
            yield Change(path, before, AFTER_APPLY if wanted is None else wanted)
    elif traits.merged:
        yield from merge_changes({} if before in (GONE, None) else before, declared, path)
    elif traits.free_form:
        yield from json_changes(before, declared, path)
    elif not _same(field, before, declared):
        yield Change(path, before, declared)


def _same(field: Field, before: Any, declared: Any) -> bool:
    if before is GONE or declared is None:
        return declared is None and before in (GONE, None)
    if before == declared and type(before) is str:  # nearly always, and cheap to see
        return True
    return equal(
        field.normalized(before), field.normalized(declared), unordered=field.traits.unordered
    )


def _note(field: Field, declared: Any, live: LiveObject) -> str | None:
    traits, name = field.traits, dotted((field.name,))
    if traits.write_only and declared is not None and live.values.get(traits.presence or "", True):
        return f"{name} cannot be compared: Clerk never returns it"
    if traits.noted and not equal(live.values.get(field.name), declared):
        return f"{name} acts when the object is created; the live one keeps its own"
    return None


def dropped(kind: Kind, sent: Values, answer: LiveObject) -> tuple[str, ...]:
    """Which of the fields that were sent do not show in the write's answer, as dotted paths.

    The API leaves out what it does not know without a word, and its reads lag behind its writes,
    so the answer to the write itself is what counts. References are ids by now.
    """
    missing = []
    for name, value in sent.items():
        field = kind.fields[name]
        if field.compared:
            missing += [c.dotted for c in _field_changes(field, value, answer, {})]
    return tuple(missing)
