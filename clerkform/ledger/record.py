"""What an entry keeps of a declared item: plain values, and fingerprints of what is sensitive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from clerkform.desired import Item
from clerkform.ledger.entries import NO_VALUE, Entry, Ledger
from clerkform.model import Field, Kind, Reference, Values
from clerkform.model.paths import Path, nested, pointer


def recorded(
    item: Item,
    before: Entry,
    ledger: Ledger,
    object_id: str | None,
    secret_prints: Mapping[str, str],
) -> Entry:
    """The entry of an item that is live as it is declared; ``before`` is the one it had.

    ``secret_prints`` are the fingerprints of its secrets, by JSON pointer.
    """
    values, prints = sent_record(item.kind, item.values, ledger)
    prints |= secret_prints
    lifecycle = {n: value for n in ("prevent_destroy", "deletion") if (value := item.lifecycle(n))}
    delivery = before.delivery if before.id == object_id else None
    is_wanted = item.kind.delivers(item.values)
    if item.kind.generates and object_id and (delivery is None or not is_wanted):
        delivery = "unknown"
    return replace(
        before,
        id=object_id,
        values=values,
        prints=prints,
        lifecycle=lifecycle,
        absent=item.absent,
        delivery=delivery,
        not_kept=dict(_still_declared(item, before)) if before.not_kept else {},
        made=before.made if before.id == object_id else None,
    )


def _still_declared(item: Item, before: Entry) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What of the sets that were sent is not kept, and not taken out of the manifest either."""
    for leaf, value in item.declared():
        members = value.get("add", ()) if isinstance(value, Mapping) else value
        unknown = before.not_kept.get(at := pointer(leaf.path), ())
        if left := tuple(one for one in unknown if one in members):
            yield at, left


def sent_record(
    kind: Kind, values: Values, ledger: Ledger
) -> tuple[dict[str, Any], dict[str, str]]:
    """Fields as an entry keeps them: plain values, and the fingerprints of what is sensitive."""
    kept: list[tuple[Path, Any]] = []
    prints: dict[str, str] = {}
    for leaf, value in kind.declared(values):
        if leaf.traits.local or (leaf.form == "secret" and value is not None):
            continue
        if leaf.traits.sensitive:
            prints |= leaf_prints(leaf, value, leaf.path, ledger)
        else:
            kept.append((leaf.path, kept_value(value)))
    return nested(kept), prints


def kept_value(value: Any) -> Any:
    """A declared value in the form of ``Entry.values``."""
    if isinstance(value, Reference):
        return {"to": str(value.to)}
    return [kept_value(one) for one in value] if isinstance(value, list | tuple) else value


def leaf_prints(field_: Field, value: Any, path: Path, ledger: Ledger) -> dict[str, str]:
    """The fingerprints of a sensitive value's leaves, by JSON pointer."""
    is_removal = field_.traits.merged
    return {
        pointer(at): NO_VALUE if leaf is None and is_removal else ledger.fingerprint(leaf)
        for at, leaf in _leaves(value, path)
    }


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """What maps hold; a list, an empty map and everything else is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value
