"""Pairs to actions: what is to happen at each address, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clerkform.desired import Item
from clerkform.diagnostics import Problems
from clerkform.diff import attribution
from clerkform.diff.action import Action, Actions
from clerkform.diff.context import Context, Prints
from clerkform.diff.creation import creation
from clerkform.diff.deletions import deleted_ids, forgotten, going_owner, keys_by_id, live_address
from clerkform.diff.delivered import delivery
from clerkform.diff.edges import edges
from clerkform.diff.fields import Difference, difference
from clerkform.diff.match import Matched
from clerkform.diff.refusals import (
    check_needed,
    check_referred,
    check_resent,
    check_signed,
    refuse,
    refuse_replacement,
    why_replaced,
)
from clerkform.diff.rules import Rules
from clerkform.diff.unread import secrets_of
from clerkform.diff.values import equal
from clerkform.ledger.entries import Ledger
from clerkform.ledger.record import sent_record
from clerkform.ledger.resolve import NO_LEDGER, superseded
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kept, Kind, Registry

MADE_ANEW = (
    "the ledger says that nobody has its secret: if Clerk does not show it again, the live object is"
    " removed and made anew"
)


def diff(
    matched: Matched,
    live: Live,
    registry: Registry,
    rules: Rules,
    problems: Problems,
    wanted: Callable[[Address], bool] = lambda address: True,
    ledger: Ledger = NO_LEDGER,
    prints: Prints | None = None,
) -> Actions:
    """Conclude what to do about each pair whose address is wanted.

    A live object whose owner is deleted goes first: the API would leave it behind without one.
    """
    keys = keys_by_id(matched, live, registry)
    going = deleted_ids(matched, rules, ledger)
    items = {pair.item.address: pair.item for pair in matched.pairs if pair.item}
    context = Context(matched.ids, items, keys, rules, problems, ledger, prints or {})
    named = set(items)
    mine, leftovers = forgotten(matched, ledger), superseded(ledger)
    actions, undeclared = [], []
    for pair in matched.pairs:
        if pair.item:
            values = pair.live.values if pair.live else pair.item.values
            owner = going_owner(pair.item.kind, values, going, keys)
            if not (wanted(pair.item.address) or (owner and wanted(owner))):
                continue
            if owner and not pair.item.absent:
                problems.error(
                    "owner-deleted",
                    f"{pair.item.address} is declared, but the same plan deletes {owner}",
                    pair.item.span,
                    hint="make it `absent: true` as well",
                )
            actions.append(_declared(pair.item, pair.live, context))
        else:
            assert pair.live is not None
            kind = registry[pair.live.kind]
            address, namesake = live_address(kind, pair.live, keys), None
            if address in named:  # the server lets keys of this kind repeat
                address, namesake = Address(kind.name, pair.live.id), address
            named.add(address)
            owner = going_owner(kind, pair.live.values, going, keys)
            was_at, heir_at = mine.get(pair.live.id), leftovers.get(pair.live.id)
            heir = items.get(heir_at) if heir_at and heir_at in matched.ids else None
            after = heir if heir and _had_key(heir, namesake or address) else None
            at = (address, owner, was_at, after.address if after else None)
            if not any(wanted(one) for one in at if one):
                continue
            reason = _why_deleted(kind, owner, was_at, after, rules)
            if reason and (owner or not kind.kept(pair.live.values)):
                made_by = attribution.of_unwanted(None, pair.live, ledger, bool(was_at or after))
                entry = ledger.get(was_at) if was_at else None
                actions.append(
                    Action(
                        address,
                        kind,
                        "delete",
                        live=pair.live,
                        reason=reason,
                        made_by=made_by,
                        recorded=entry,
                        was_at=was_at if was_at != address else None,
                        after=after,
                        namesake=namesake,
                    )
                )
            elif not kind.kept(pair.live.values) and kind.name not in matched.beside:
                undeclared.append(address)
    by_address = sorted(actions, key=lambda action: (action.address, action.verb))
    return Actions(tuple(by_address), tuple(sorted(undeclared)))


def _had_key(heir: Item, address: Address) -> bool:
    """Whether ``heir`` may replace what is at ``address``: it has that key, or was renamed from it.

    A ledger may be anybody's, so its word alone removes nothing else.
    """
    return address in (heir.address, heir.former)


def _why_deleted(
    kind: Kind, owner: Address | None, was_at: Address | None, after: Item | None, rules: Rules
) -> str | None:
    """Why something that is not declared goes, if it does."""
    if owner:
        return f"{owner} is deleted"
    if after:
        return f"replaced by {after.address}"
    if kind.name in rules.pruned:
        return "prune: all"
    return "prune: owned" if was_at and kind.name in rules.owned else None


def _declared(item: Item, live: LiveObject | None, context: Context) -> Action:
    kept = (item.kind.kept(live.values) if live else None) or item.kind.kept(item.values)
    if item.destroyed and (kept or item.external):
        note = f"left alone: it is {kept.what if kept else 'external'}"
        return Action(item.address, item.kind, "none", item, live, notes=(note,))
    if item.absent:
        if live is None:
            return Action(item.address, item.kind, "none", item)
        if kept:
            refuse(kept, "deleted", item, context.problems)
        made_by = attribution.of_unwanted(item, live, context.ledger, is_owned=True)
        reason = "" if item.destroyed else "absent: true"
        return Action(item.address, item.kind, "delete", item, live, reason=reason, made_by=made_by)
    if item.external:
        return Action(item.address, item.kind, "none", item, live)
    check_referred(item, context)
    if live is None:
        return _create(item, kept, context)
    return _update(item, live, kept, context)


def _create(item: Item, kept: Kept | None, context: Context) -> Action:
    problems, ledger = context.problems, context.ledger
    if kept:
        problems.error(
            kept.code,
            f"{item.address} is declared as {kept.what}, but it is not live, and clerkform never"
            " creates it",
            item.span,
            hint="correct the name, or leave the item out",
        )
    check_needed(item, "created", problems)
    entry = ledger.get(item.address)
    values, prints = sent_record(item.kind, item.values, ledger)
    is_as_recorded = entry is not None and equal(values, entry.values)
    is_as_recorded &= entry is not None and prints.items() <= entry.prints.items()
    made_by = attribution.of_missing(item, ledger, is_as_recorded)
    return Action(
        item.address,
        item.kind,
        "create",
        item,
        None,
        creation(item),
        made_by=made_by,
        edges=tuple(edges(item, None, context.ids, context.keys)),
    )


def _update(item: Item, live: LiveObject, kept: Kept | None, context: Context) -> Action:
    problems = context.problems
    kind, ledger = item.kind, context.ledger
    entry = ledger.of(item.address, live.id)
    secrets = secrets_of(item, live, context)
    last_sent = entry.values if entry else None
    found: Difference = difference(item, live, context.ids, secrets, last_sent, context.keys)
    changes = tuple(
        replace(change, made_by=attribution.of_change(change, item, live, ledger))
        for change in found.changes
    )
    renames = [c for c in changes if kind.field_at(c.path).traits.identity]
    immutable = [c for c in changes if kind.field_at(c.path).traits.immutable]
    is_asked_for = item.address in context.rules.replace
    if kept and (renames or immutable or is_asked_for):
        refuse(kept, "renamed or replaced", item, problems)
    if immutable or is_asked_for or (changes and kind.endpoints.update is None):
        if kind.replace == "by_hand" and not is_asked_for:
            refuse_replacement(item, why_replaced(changes, immutable), problems)
        check_needed(item, "replaced", problems)
        if item.pin:
            problems.error(
                "pinned-replaced",
                f"{item.address} would be replaced, and its pin {item.pin} names what goes",
                item.at("id"),
                hint="leave out `id:`; where the key changes, `renamed_from` says what it was",
            )
        old = live_address(kind, live, context.keys)
        return Action(
            item.address,
            kind,
            "replace",
            item,
            live,
            changes,
            "--replace" if is_asked_for else why_replaced(changes, immutable),
            found.notes,
            old if renames else None,
            context.rules.delete_first or (kind.unique_key and not renames),
            edges=tuple(edges(item, None, context.ids, context.keys)),
        )
    if changes:
        check_resent(item, live, changes, problems)
    check_signed(item, live, changes, problems)
    handed, notes = delivery(item, entry, item.address in context.rules.deliver)
    changes += handed
    is_owed = bool(handed) and entry is not None and entry.delivery == "owed"
    if is_owed and item.address not in context.rules.kept:
        notes += (MADE_ANEW,)
    return Action(
        item.address,
        kind,
        "update" if changes else "none",
        item,
        live,
        changes,
        "",
        found.notes + notes,
        edges=tuple(edges(item, live, context.ids, context.keys)),
        is_owed=is_owed and item.address not in context.rules.kept,
    )
