"""Renames that the server would refuse: to a key that another object has and keeps, or in a ring;
and keys that it would not know, as the object has another one and keeps that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action
from clerkform.diff.edges import named_as_heirs, named_by_edge
from clerkform.diff.match import Matched
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Registry
from clerkform.model.paths import Path


def is_renamed(action: Action) -> bool:
    """Whether a live object gets another key by an update."""
    keys = {field.name for field in action.kind.identity}
    return action.verb == "update" and any(change.field in keys for change in action.changes)


def check_renames(
    actions: Sequence[Action], live: Live, registry: Registry, problems: Problems
) -> None:
    """Report the renames that no order of steps can carry out."""
    for kind in registry.values():
        of_kind = [action for action in actions if action.kind is kind]
        if kind.unique_key and any(map(is_renamed, of_kind)):
            _Renames(of_kind, live.of(kind.name)).check(problems)


def check_named(actions: Sequence[Action], matched: Matched, problems: Problems) -> None:
    """Report what would be named by a key that it has not: it is live under another one, and this plan
    does not rename it."""
    renamed = {a.address for a in actions if is_renamed(a) or a.verb == "replace"}
    kept = {
        pair.item.address: pair.item.kind.address(key).key
        for pair in matched.pairs
        if pair.item and pair.live and pair.item.address not in renamed
        if (key := pair.item.kind.key_parts(pair.live.values)) and key != pair.item.parts
    }
    for action in actions if kept else ():
        for path, to in dict.fromkeys(_named_by(action)):
            if action.item and to in kept:
                problems.error(
                    "key-stays",
                    f"{action.address} would name {to} by that key, and it has the key {kept[to]} and"
                    " keeps it",
                    action.item.at(*path),
                    hint="rename it in the same plan, or declare it under the key that it has",
                )


def _named_by(action: Action) -> Iterator[tuple[Path, Address]]:
    """What the writes of an action name by its key, with the field that says so."""
    if action.item is None or action.verb == "none":
        return
    for edge in action.edges:
        for address in named_by_edge(edge):
            yield edge.field.path, address
    goes, changed = action.verb == "delete", {change.field for change in action.changes}
    sent = action.kind.removal_fields if goes else changed
    for leaf in action.kind.leaves if goes else ():
        for address in named_as_heirs(leaf, action.item.values):
            yield leaf.path, address
    for leaf, reference in action.item.references():
        ref, is_new = leaf.traits.ref, action.live is None or action.verb == "replace"
        is_edge = leaf.traits.edges is not None and not is_new
        if ref and ref.by == "key" and not is_edge and (is_new or str(leaf.path[0]) in sent):
            yield leaf.path, reference.to


@dataclass(frozen=True, slots=True)
class _Renames:
    actions: Sequence[Action]
    live: Sequence[LiveObject]

    def check(self, problems: Problems) -> None:
        waits_for: dict[Address, Address] = {}
        by_id = {action.live.id: action for action in self.actions if action.live}
        by_address = {action.address: action for action in self.actions}
        for action, holder in self._in_the_way():
            other = by_id.get(holder.id)
            if other and (is_renamed(other) or other.verb in ("delete", "replace")):
                waits_for[action.address] = other.address
            else:
                problems.error(
                    "key-taken",
                    f"{action.address} would get its key by a rename, but {holder.id} has that key,"
                    " and this plan leaves it there",
                    action.span,
                    hint=f"choose another key, or rename or remove {holder.id} first",
                )
        for ring in _rings(waits_for):
            names = " and ".join(map(str, ring))
            first, *others = (by_address[address].span for address in ring)
            problems.error(
                "swap-of-keys",
                f"{names} trade their keys, and no two objects may have one at the same time",
                first,
                hint="give one of them a key that nothing has, apply, and then the key that is meant",
                related=[("and here", span) for span in others if span],
            )

    def _in_the_way(self) -> Iterator[tuple[Action, LiveObject]]:
        """Each rename, with the other object that has the new key now."""
        kind = self.actions[0].kind
        there = (one for one in self.live if not kind.ignore(one.values))
        holders = {kind.key_parts(one.values): one for one in there}
        for action in self.actions:
            if is_renamed(action) and action.item and action.item.has_key:
                holder = holders.get(action.item.parts)
                if holder and action.live and holder.id != action.live.id:
                    yield action, holder


def _rings(waits_for: Mapping[Address, Address]) -> Iterator[list[Address]]:
    """Each ring once, from its first address on."""
    seen: set[Address] = set()
    for start in waits_for:
        path: list[Address] = []
        at: Address | None = start
        while at and at not in seen:
            seen.add(at)
            path.append(at)
            at = waits_for.get(at)
        if at in path:
            yield path[path.index(at) :]
