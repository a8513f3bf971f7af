"""Live objects that no manifest declares: which of them go, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clerkform.desired import Item
from clerkform.diff import attribution
from clerkform.diff.action import Action
from clerkform.diff.context import Context
from clerkform.diff.deletions import forgotten, going_owner, live_address
from clerkform.diff.match import Matched
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Ledger
from clerkform.ledger.resolve import superseded
from clerkform.live.state import LiveObject
from clerkform.model import Address, Kind, Registry


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A live object, and what connects it with what is declared or was."""

    live: LiveObject
    kind: Kind
    address: Address
    namesake: Address | None
    """The address that its key has, where something else has that already."""
    owner: Address | None
    """What owns it and is deleted by the same plan."""
    was_at: Address | None
    """Where the ledger has it."""
    heir: Item | None
    """What was made to replace it."""
    reason: str | None
    """Why it would go, if anything says so."""
    is_listed: bool
    """It may be told of as live and not declared."""

    @property
    def goes(self) -> bool:
        is_kept = self.kind.why_never_pruned or self.kind.kept(self.live.values)
        return self.reason is not None and not (is_kept and not self.owner)

    def is_wanted(self, wanted: Callable[[Address], bool]) -> bool:
        heir = self.heir.address if self.heir else None
        return any(wanted(at) for at in (self.address, self.owner, self.was_at, heir) if at)


def undeclared(matched: Matched, registry: Registry, context: Context) -> Iterator[Undeclared]:
    """In the order of the pairs. The server lets keys of some kinds repeat: the first has the key,
    the others are named by their ids."""
    taken = set(context.declared)
    mine, superseded_at = forgotten(matched, context.ledger), superseded(context.ledger)
    for pair in matched.pairs:
        if pair.item or pair.live is None:
            continue
        live, kind = pair.live, registry[pair.live.kind]
        at = live_address(kind, live, context.keys)
        address, namesake = (Address(kind.name, live.id), at) if at in taken else (at, None)
        taken.add(address)
        heir = _heir(superseded_at.get(live.id), at, context)
        owner, was_at = (
            going_owner(kind, live.values, context.going, context.keys),
            mine.get(live.id),
        )
        yield Undeclared(
            live=live,
            kind=kind,
            address=address,
            namesake=namesake,
            owner=owner,
            was_at=was_at,
            heir=heir,
            reason=_why_deleted(kind, owner, was_at, heir, context.rules),
            is_listed=not kind.kept(live.values) and kind.name not in matched.beside,
        )


def _heir(heir_at: Address | None, address: Address, context: Context) -> Item | None:
    """What replaces the object at ``address`` and is live: it has its key, or was renamed from it.

    A ledger may be anybody's, so its word alone removes nothing else.
    """
    heir = context.declared.get(heir_at) if heir_at and heir_at in context.ids else None
    return heir if heir and address in (heir.address, heir.former) else None


def _why_deleted(
    kind: Kind, owner: Address | None, was_at: Address | None, heir: Item | None, rules: Rules
) -> str | None:
    if owner:
        return None if kind.goes_with_owner else f"{owner} is deleted"
    if heir:
        return f"replaced by {heir.address}"
    if kind.name in rules.pruned:
        return "prune: all"
    return "prune: owned" if was_at and kind.name in rules.owned else None


def deletion(one: Undeclared, ledger: Ledger) -> Action:
    is_ours = bool(one.was_at or one.heir)
    return Action(
        one.address,
        one.kind,
        "delete",
        live=one.live,
        reason=one.reason or "",
        made_by=attribution.of_unwanted(None, one.live, ledger, is_ours),
        recorded=ledger.get(one.was_at) if one.was_at else None,
        was_at=one.was_at if one.was_at != one.address else None,
        after=one.heir,
        namesake=one.namesake,
    )
