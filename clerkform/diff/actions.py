"""Pairs to actions: what is to happen at each address, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from clerkform.desired import Item
from clerkform.diagnostics import Problems, Span
from clerkform.diff import attribution
from clerkform.diff.edges import Edge, edges
from clerkform.diff.fields import (
    Difference,
    creation,
    delivery,
    difference,
    ignored_paths,
    is_within,
)
from clerkform.diff.going import (
    Rules,
    deleted_ids,
    forgotten,
    going_owner,
    keys_by_id,
    live_address,
)
from clerkform.diff.match import Matched
from clerkform.diff.values import Change, MadeBy, equal
from clerkform.ledger.entries import Entry, Ledger, leaf_prints, sent_record
from clerkform.ledger.recall import NO_LEDGER, superseded
from clerkform.live import Live, LiveObject
from clerkform.model import Address, Field, Kept, Kind, Registry, Values
from clerkform.model.fields import Fields
from clerkform.model.paths import GONE, Path, dotted, pointer, value_at

MADE_ANEW = (
    "the ledger says that nobody has its secret: if Clerk does not show it again, the live object is"
    " removed and made anew"
)
Verb = Literal["create", "update", "replace", "delete", "none"]
Prints = Mapping[tuple[Address, Path], str]
"""Fingerprints of declared secrets as they are now, by address and the field's path."""


@dataclass(frozen=True, slots=True)
class Action:
    """What is to happen to one resource."""

    address: Address
    kind: Kind
    verb: Verb
    item: Item | None = None
    live: LiveObject | None = None
    changes: tuple[Change, ...] = ()
    reason: str = ""
    """Why, where the changes alone do not say it: ``absent: true``, ``prune: all``."""
    notes: tuple[str, ...] = ()
    replaces: Address | None = None
    """The address of the object that goes, where its key differs from the new one."""
    delete_first: bool = False
    """With ``replace``: the old object goes before the new one is made."""
    made_by: MadeBy = "unattributed"
    """Why a whole object is to be created or deleted; an update's changes each have their own."""
    recorded: Entry | None = None
    """What the ledger has of an object that goes and is not declared."""
    was_at: Address | None = None
    """Where that was declared, if its key is another one now."""
    after: Item | None = None
    """With ``delete``: what replaces it, and has to be there first."""
    namesake: Address | None = None
    """The address that its key has, where another object has that already."""
    edges: tuple[Edge, ...] = ()
    """The members of sets that are written one by one."""
    is_owed: bool = False
    """Nobody has the secret that the server made: if it is not shown again, it is made again."""

    @property
    def span(self) -> Span | None:
        return self.item.span if self.item else None

    @property
    def is_pending(self) -> bool:
        return self.verb != "none"

    def lifecycle(self, name: str) -> Any:
        """A lifecycle setting as declared, or as it was last."""
        if declared := self.item or self.after:
            return declared.lifecycle(name)
        return self.recorded.lifecycle.get(name) if self.recorded else None


@dataclass(frozen=True, slots=True)
class Actions:
    """All actions, by address, and the live objects that no manifest declares."""

    actions: tuple[Action, ...]
    undeclared: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    ids: Mapping[Address, str]
    declared: Collection[Address]
    keys: Mapping[tuple[str, str], str]
    rules: Rules
    problems: Problems
    ledger: Ledger
    prints: Prints


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
    context = _Context(matched.ids, items, keys, rules, problems, ledger, prints or {})
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


def _declared(item: Item, live: LiveObject | None, context: _Context) -> Action:
    kept = (item.kind.kept(live.values) if live else None) or item.kind.kept(item.values)
    if item.destroyed and (kept or item.external):
        note = f"left alone: it is {kept.what if kept else 'external'}"
        return Action(item.address, item.kind, "none", item, live, notes=(note,))
    if item.absent:
        if live is None:
            return Action(item.address, item.kind, "none", item)
        if kept:
            _refuse(kept, "deleted", item, context.problems)
        made_by = attribution.of_unwanted(item, live, context.ledger, is_owned=True)
        reason = "" if item.destroyed else "absent: true"
        return Action(item.address, item.kind, "delete", item, live, reason=reason, made_by=made_by)
    if item.external:
        return Action(item.address, item.kind, "none", item, live)
    _check_referred(item, context)
    if live is None:
        return _create(item, kept, context)
    return _update(item, live, kept, context)


def _check_referred(item: Item, context: _Context) -> None:
    """What is the server's own has to be live, as no plan makes it."""
    for field_, reference in item.references():
        is_known = reference.to in context.ids or reference.to in context.declared
        if field_.traits.ref and field_.traits.ref.system and not is_known:
            context.problems.error(
                "reference-not-live",
                f"{item.address} refers to {reference}, which is neither declared nor live",
                item.at(*field_.path),
                hint="correct the key, or declare the object",
            )


def _create(item: Item, kept: Kept | None, context: _Context) -> Action:
    problems, ledger = context.problems, context.ledger
    if kept:
        problems.error(
            kept.code,
            f"{item.address} is declared as {kept.what}, but it is not live, and clerkform never"
            " creates it",
            item.span,
            hint="correct the name, or leave the item out",
        )
    _check_needed(item, "created", problems)
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


def _check_needed(item: Item, what: str, problems: Problems) -> None:
    """The fields that a create needs are declared, those of a part where the part is."""
    for field_ in _needed(item.kind.fields, item.values):
        is_own = len(field_.path) == 1
        problems.error(
            "needed-to-create",
            f"{item.address} would be {what}, and that needs `{field_}`",
            item.span if is_own else item.at(*field_.path[:-1]),
            hint=f"add `{field_.name}:` to "
            + ("this item" if is_own else f"`{dotted(field_.path[:-1])}`"),
        )


def _needed(fields: Fields, values: Values) -> Iterator[Field]:
    for name, field_ in fields.items():
        beside, value = field_.traits.needed_with, values.get(name, GONE)
        is_needed = beside is None or values.get(beside) is not None
        if field_.traits.needed_to_create and is_needed and value is GONE:
            yield field_
        elif field_.parts and isinstance(value, Mapping):
            yield from _needed(field_.parts, value)


def _update(item: Item, live: LiveObject, kept: Kept | None, context: _Context) -> Action:
    problems = context.problems
    kind, ledger = item.kind, context.ledger
    entry = ledger.of(item.address, live.id)
    secrets = _secrets_of(item, live, context)
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
        _refuse(kept, "renamed or replaced", item, problems)
    if immutable or is_asked_for or (changes and kind.endpoints.update is None):
        if kind.replace == "by_hand" and not is_asked_for:
            _refuse_replacement(item, _why_replaced(changes, immutable), problems)
        _check_needed(item, "replaced", problems)
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
            "--replace" if is_asked_for else _why_replaced(changes, immutable),
            found.notes,
            old if renames else None,
            context.rules.delete_first or (kind.unique_key and not renames),
            edges=tuple(edges(item, None, context.ids, context.keys)),
        )
    if changes:
        _check_resent(item, live, changes, problems)
    _check_signed(item, live, changes, problems)
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


def _secrets_of(item: Item, live: LiveObject, context: _Context) -> Mapping[Path, bool]:
    """Of what no read shows, as far as that can be told, whether it is another than was sent.

    What is recorded of the object without it has been declared since.
    """
    if item.address in context.rules.resend:
        return {leaf.path: True for leaf in item.kind.leaves if leaf.traits.write_only}
    entry = context.ledger.of(item.address, live.id)
    if entry is None:
        return {}
    found: dict[Path, bool] = {}
    for leaf, value in item.declared():
        now = context.prints.get((item.address, leaf.path))
        if leaf.traits.sensitive and (leaf.is_unread or leaf.path in live.unreachable):
            prints = leaf_prints(leaf, value, leaf.path, context.ledger)
            found[leaf.path] = prints != entry.prints_at(leaf.path)
        elif leaf.is_unread and value_at(entry.values, leaf.path) is GONE:
            found[leaf.path] = True
        elif now:
            found[leaf.path] = entry.prints.get(pointer(leaf.path)) != now
    return found


def _refuse_replacement(item: Item, why: str, problems: Problems) -> None:
    """Of a kind that is never replaced by itself."""
    lost = f": {item.kind.lost_by_delete}" if item.kind.lost_by_delete else ""
    problems.error(
        "replace-by-hand",
        f"{item.address} would be made anew, as {why}{lost}",
        item.span,
        hint=f"if that is what you want: --replace {item.address.word}",
    )


def _why_replaced(changes: Sequence[Change], immutable: Sequence[Change]) -> str:
    names = ", ".join(dict.fromkeys(change.field for change in immutable or changes))
    return f"{names} cannot be changed"


def _check_resent(
    item: Item, live: LiveObject, changes: Sequence[Change], problems: Problems
) -> None:
    """An update that sends everything, or a whole part, needs what of it was never read back."""
    whole: list[Path] = [()] if item.kind.update_sends == "all" else []
    whole += [above.path for change in changes for above in item.kind.replaced_with(change.path)]
    for leaf in item.kind.leaves:
        is_sent = any(leaf.path[: len(path)] == path for path in whole)
        is_set = leaf.presence is not None and value_at(live.values, leaf.presence) is True
        if is_sent and is_set and value_at(item.values, leaf.path) is GONE:
            problems.error(
                f"{leaf.name.replace('_', '-')}-needed",
                f"{item.address} has a `{leaf}` that Clerk never returns, and an update sends"
                " every field, so it cannot be changed without declaring it",
                item.at(*leaf.path[:-1]) if leaf.path[1:] else item.span,
                hint=f"add `{leaf.name}: {{from_env: NAME}}`"
                + (f", or `{leaf.name}: null` to give it up" if leaf.nullable else ""),
            )


def _check_signed(
    item: Item, live: LiveObject, changes: Sequence[Change], problems: Problems
) -> None:
    """An algorithm changes with a key of the object's own, or not at all."""
    changed = {change.path for change in changes}
    for leaf in item.kind.leaves:
        algorithm = leaf.sibling(leaf.traits.signs_with or "")
        if algorithm not in changed or leaf.presence is None:
            continue
        declared = value_at(item.values, leaf.path)
        is_sent = declared not in (GONE, None) and not is_within(leaf.path, ignored_paths(item))
        if value_at(live.values, leaf.presence) is False and not is_sent:
            problems.error(
                f"{leaf.name.replace('_', '-')}-needed",
                f"{item.address} has no `{leaf}`, and without one of its own Clerk does not change"
                f" its `{leaf.traits.signs_with}`",
                item.at(*algorithm),
                hint=f"declare `{leaf.name}: {{from_env: NAME}}`, and not under `ignore_changes`, or"
                f" leave `{leaf.traits.signs_with}` out",
            )


def _refuse(kept: Kept, what: str, item: Item, problems: Problems) -> None:
    problems.error(
        kept.code,
        f"{item.address} is, or is declared as, {kept.what}, which is never {what}",
        item.span,
        hint="change it in Clerk's dashboard, and then here",
    )
