"""What was written a moment ago and need not show yet, where another source shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from clerkform.diagnostics import Diagnostic
from clerkform.ledger.entries import Entry, Ledger, Unsettled
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kind, Registry, Values
from clerkform.model.canonical import canonical
from clerkform.model.fields import over
from clerkform.model.paths import GONE, Path, dotted, nested, pointer, value_at

NOT_SETTLED: Final = "not-settled"
SETTLES_WITHIN: Final = 60_000
"""Milliseconds after a write until which another source may show what was there before."""


def with_written(
    entry: Entry, kind: Kind, sent: Values, before: LiveObject | None, now: int
) -> Entry:
    """The entry once ``sent`` was written over what ``before`` shows; ``now`` is milliseconds."""
    fresh = {at: one for at, one in entry.unsettled.items() if _is_fresh(one, now)}
    for leaf, _ in kind.declared(sent):
        was, at = value_at(before.values, leaf.path) if before else GONE, pointer(leaf.path)
        if leaf.traits.read_from and not leaf.traits.sensitive and was is not GONE:
            earlier = fresh[at].was if at in fresh else ()
            fresh[at] = Unsettled(now, (*earlier, was))
    return replace(entry, unsettled=fresh)


def may_show(entry: Entry, path: Path, value: Any, now: int) -> bool:
    """Whether a source may still show ``value``, as it was there a moment before the last write."""
    written = entry.unsettled.get(pointer(path))
    if written is None or not _is_fresh(written, now):
        return False
    return canonical(value) in map(canonical, written.was)


def _is_fresh(written: Unsettled, now: int) -> bool:
    """A time that lies ahead is a clock's that was off, or somebody's who hides something."""
    return abs(now - written.at) < SETTLES_WITHIN


def not_settled(
    live: Live, ledger: Ledger, registry: Registry, now: int
) -> Mapping[Address, Mapping[Path, Any]]:
    """What was sent, where a source still shows what was there before that."""
    found = {}
    for address, entry in ledger.entries.items():
        kind = registry.get(address.kind)
        one = live.objects.get(address.kind, {}).get(entry.id or "")
        if kind and one and entry.unsettled and (values := _sent(kind, one, entry, now)):
            found[address] = values
    return found


def as_written(
    live: Live, ledger: Ledger, registry: Registry, now: int
) -> tuple[Live, tuple[Diagnostic, ...]]:
    """``live`` with what was sent, where a source still shows what was there before that.

    What it shows may be true again: somebody may have changed it back. So there is a note of each.
    """
    notes: list[Diagnostic] = []
    for address, values in not_settled(live, ledger, registry, now).items():
        one = live.objects[address.kind][ledger.entries[address].id or ""]
        fields = registry[address.kind].fields
        written = over(fields, one.values, nested(values.items()))
        live = live.with_([replace(one, values=written, unsettled=frozenset(values))])
        notes += (_note(address, path) for path in values)
    return live, tuple(notes)


def _sent(kind: Kind, one: LiveObject, entry: Entry, now: int) -> Mapping[Path, Any]:
    found: dict[Path, Any] = {}
    for leaf in kind.leaves:
        sent, shown = value_at(entry.values, leaf.path), value_at(one.values, leaf.path)
        if GONE in (sent, shown) or canonical(shown) == canonical(sent):
            continue
        if may_show(entry, leaf.path, shown, now):
            found[leaf.path] = sent
    return found


def _note(address: Address, path: Path) -> Diagnostic:
    text = (
        f"{address}: {dotted(path)} is not settled: it was written a moment ago, and still"
        " shows as it was before; it is taken for what was sent"
    )
    return Diagnostic(NOT_SETTLED, text, severity="note")
