"""Pairs to actions: what is to happen at each address, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from clerkform.desired import Item
from clerkform.diagnostics import Problems
from clerkform.diff import attribution
from clerkform.diff.action import Action, Actions
from clerkform.diff.context import Context, Prints
from clerkform.diff.creation import creation
from clerkform.diff.deletions import deleted_ids, going_owner, keys_by_id, live_address
from clerkform.diff.delivered import delivery
from clerkform.diff.edges import edges
from clerkform.diff.fields import Difference, difference
from clerkform.diff.match import Matched
from clerkform.diff.refusals import (
    check_needed,
    check_referred,
    check_resent,
    check_room,
    check_signed,
    check_taken_over,
    refuse,
    refuse_replacement,
    refuse_to_leave_nothing,
    refuse_to_make_anew,
    why_replaced,
)
from clerkform.diff.rules import Rules
from clerkform.diff.undeclared import deletion, undeclared
from clerkform.diff.unread import secrets_of
from clerkform.diff.values import Change, equal
from clerkform.ledger.entries import Ledger
from clerkform.ledger.record import sent_record
from clerkform.ledger.resolve import NO_LEDGER
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kept, Kind, Registry

NOBODYS = "the ledger says that nobody has its secret: if Clerk does not show it again,"
MADE_ANEW = f"{NOBODYS} the live object is removed and made anew"
ROTATED = f"{NOBODYS} another one is made in its place"


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
    items = {pair.item.address: pair.item for pair in matched.pairs if pair.item}
    context = Context(
        ids=matched.ids,
        declared=items,
        keys=keys_by_id(matched, live, registry),
        going=deleted_ids(matched, rules, ledger),
        rules=rules,
        problems=problems,
        ledger=ledger,
        prints=prints or {},
    )
    declared = [
        _declared(pair.item, pair.live, context)
        for pair in matched.pairs
        if pair.item and _is_wanted(pair.item, pair.live, context, wanted)
    ]
    rest = [one for one in undeclared(matched, registry, context) if one.is_wanted(wanted)]
    deletions = [deletion(one, ledger) for one in rest if one.goes]
    actions = sorted([*declared, *deletions], key=lambda action: (action.address, action.verb))
    left_alone = sorted(one.address for one in rest if not one.goes and one.is_listed)
    return Actions(tuple(actions), tuple(left_alone))


def _is_wanted(
    item: Item, live: LiveObject | None, context: Context, wanted: Callable[[Address], bool]
) -> bool:
    """Whether the item, or what owns it and goes, is wanted."""
    values = live.values if live else item.values
    owner = going_owner(item.kind, values, context.going, context.keys)
    if not (wanted(item.address) or (owner and wanted(owner))):
        return False
    if owner and not item.absent:
        context.problems.error(
            "owner-deleted",
            f"{item.address} is declared, but the same plan deletes {owner}",
            item.span,
            hint="make it `absent: true` as well",
        )
    return True


def _declared(item: Item, live: LiveObject | None, context: Context) -> Action:
    kept = (item.kind.kept(live.values) if live else None) or item.kind.kept(item.values)
    if item.destroyed and (kept or item.external):
        note = f"left alone: it is {kept.what if kept else 'external'}"
        return Action(item.address, item.kind, "none", item, live, notes=(note,))
    if item.absent:
        if live is None:
            return Action(item.address, item.kind, "none", item)
        owner = going_owner(item.kind, live.values, context.going, context.keys)
        if owner and item.kind.goes_with_owner:
            note = f"goes with {owner}"
            return Action(item.address, item.kind, "none", item, live, notes=(note,))
        if (into := item.kind.goes_into) and into not in item.values:
            if item.destroyed:
                note = f"left alone: `{into}` does not say what takes over"
                return Action(item.address, item.kind, "none", item, live, notes=(note,))
            refuse_to_leave_nothing(item, into, context.problems)
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
        creation(item, context.ids),
        made_by=made_by,
        edges=tuple(edges(item, None, context.ids, context.keys)),
    )


def _update(item: Item, live: LiveObject, kept: Kept | None, context: Context) -> Action:
    problems = context.problems
    kind, ledger = item.kind, context.ledger
    entry = ledger.of(item.address, live.id)
    secrets = secrets_of(item, live, context)
    last_sent = entry.values if entry else None
    unknown = entry.not_kept if entry else {}
    found: Difference = difference(
        item, live, context.ids, secrets, last_sent, context.keys, unknown
    )
    changes = tuple(
        replace(change, made_by=attribution.of_change(change, item, live, ledger))
        for change in found.changes
    )
    if _is_replaced(item, changes, context):
        return _replacement(item, live, kept, replace(found, changes=changes), context)
    if kept and _renames(item.kind, changes):
        refuse(kept, "renamed or replaced", item, problems)
    if changes:
        check_resent(item, live, changes, problems)
    check_signed(item, live, changes, problems)
    edges_ = tuple(edges(item, live, context.ids, context.keys))
    check_taken_over(item, edges_, problems)
    check_room(item, edges_, problems)
    handed, notes = delivery(item, entry, item.address in context.rules.deliver)
    changes += handed
    is_owed = bool(handed) and entry is not None and entry.delivery == "owed"
    if is_owed and item.address not in context.rules.kept:
        notes += (ROTATED if kind.rotates else MADE_ANEW,)
    return Action(
        item.address,
        kind,
        "update" if changes else "none",
        item,
        live,
        changes,
        "",
        found.notes + notes,
        unreached=found.unreached,
        always_sent=found.always_sent,
        edges=edges_,
        is_owed=is_owed and item.address not in context.rules.kept,
    )


def _renames(kind: Kind, changes: Sequence[Change]) -> bool:
    return any(kind.field_at(change.path).traits.identity for change in changes)


def _immutable(kind: Kind, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if kind.field_at(change.path).traits.immutable]


def _is_replaced(item: Item, changes: Sequence[Change], context: Context) -> bool:
    """Whether a new object is made for an old one: it was asked for, or the API cannot do less."""
    cannot_update = bool(changes) and item.kind.endpoints.update is None
    is_asked_for = item.address in context.rules.replace
    return is_asked_for or cannot_update or bool(_immutable(item.kind, changes))


def _replacement(
    item: Item, live: LiveObject, kept: Kept | None, found: Difference, context: Context
) -> Action:
    kind, changes, problems = item.kind, found.changes, context.problems
    immutable, is_renamed = _immutable(kind, changes), _renames(kind, changes)
    is_asked_for = item.address in context.rules.replace
    if kept and (is_renamed or immutable or is_asked_for):
        refuse(kept, "renamed or replaced", item, problems)
    if kind.replace == "by_hand" and not is_asked_for:
        refuse_replacement(item, why_replaced(changes, immutable), problems)
    if kind.goes_into:
        refuse_to_make_anew(item, kind.goes_into, problems)
    check_needed(item, "replaced", problems)
    if item.pin:
        problems.error(
            "pinned-replaced",
            f"{item.address} would be replaced, and its pin {item.pin} names what goes",
            item.at("id"),
            hint="leave out `id:`; where the key changes, `renamed_from` says what it was",
        )
    return Action(
        item.address,
        kind,
        "replace",
        item,
        live,
        changes,
        "--replace" if is_asked_for else why_replaced(changes, immutable),
        found.notes,
        live_address(kind, live, context.keys) if is_renamed else None,
        context.rules.delete_first or (kind.unique_key and not is_renamed),
        edges=tuple(edges(item, None, context.ids, context.keys)),
    )
