"""Pairs to actions: what is to happen at each address, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from clerkform.desired import Item
from clerkform.diagnostics import Problems, Span
from clerkform.diff.fields import Difference, creation, difference
from clerkform.diff.match import Matched
from clerkform.diff.values import Change, MadeBy
from clerkform.live import Live, LiveObject
from clerkform.model import Address, Kept, Kind, Registry, Values

Verb = Literal["create", "update", "replace", "delete", "none"]


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

    @property
    def span(self) -> Span | None:
        return self.item.span if self.item else None

    @property
    def is_pending(self) -> bool:
        return self.verb != "none"


@dataclass(frozen=True, slots=True)
class Actions:
    """All actions, by address, and the live objects that no manifest declares."""

    actions: tuple[Action, ...]
    undeclared: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What is pruned and what is replaced on request."""

    pruned: frozenset[str] = frozenset()
    replace: frozenset[Address] = field(default_factory=frozenset)
    delete_first: bool = False
    """What is replaced goes before its successor is made, even where both could be live."""


@dataclass(frozen=True, slots=True)
class _Context:
    ids: Mapping[Address, str]
    keys: Mapping[tuple[str, str], str]
    rules: Rules
    problems: Problems


def diff(
    matched: Matched,
    live: Live,
    registry: Registry,
    rules: Rules,
    problems: Problems,
    wanted: Callable[[Address], bool] = lambda address: True,
) -> Actions:
    """Conclude what to do about each pair whose address is wanted.

    A live object whose owner is deleted goes first: the API would leave it behind without one.
    """
    keys = keys_by_id(matched, live, registry)
    going = deleted_ids(matched, rules)
    context = _Context(matched.ids, keys, rules, problems)
    named = {pair.item.address for pair in matched.pairs if pair.item}
    actions, undeclared = [], []
    for pair in matched.pairs:
        if pair.item:
            values = pair.live.values if pair.live else pair.item.values
            owner = _going_owner(pair.item.kind, values, going, keys)
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
            address = live_address(kind, pair.live, keys)
            if address in named:  # the server lets keys of this kind repeat
                address = Address(kind.name, pair.live.id)
            named.add(address)
            owner = _going_owner(kind, pair.live.values, going, keys)
            if not (wanted(address) or (owner and wanted(owner))):
                continue
            reason = f"{owner} is deleted" if owner else "prune: all"
            if owner or (kind.name in rules.pruned and not kind.keep(pair.live.values)):
                actions.append(Action(address, kind, "delete", live=pair.live, reason=reason))
            elif not kind.keep(pair.live.values):
                undeclared.append(address)
    by_address = sorted(actions, key=lambda action: (action.address, action.verb))
    return Actions(tuple(by_address), tuple(sorted(undeclared)))


def keys_by_id(matched: Matched, live: Live, registry: Registry) -> Mapping[tuple[str, str], str]:
    """(kind, id) to key, of what may be referred to: as the manifests have it, else as live has."""
    keys: dict[tuple[str, str], str] = {}
    for kind in (registry[name] for name in registry if name in registry.referred_to):
        for one in live.of(kind.name):
            keys[kind.name, one.id] = live_address(kind, one, keys).key
        for address, object_id in matched.ids.items():
            if address.kind == kind.name:
                keys[kind.name, object_id] = address.key
    return keys


def live_address(kind: Kind, one: LiveObject, keys: Mapping[tuple[str, str], str]) -> Address:
    """The address that a live object would be declared at."""
    values = dict(one.values)
    for field_ in kind.identity:
        if field_.traits.ref:
            owner_id = str(values.get(field_.name))
            values[field_.name] = keys.get((field_.traits.ref.kind, owner_id), owner_id)
    parts = kind.key_parts(values)
    return kind.address(parts) if parts else Address(kind.name, one.id)


def deleted_ids(matched: Matched, rules: Rules) -> Mapping[str, frozenset[str]]:
    """Ids per kind of what goes on request, found without comparing any field."""
    going: dict[str, set[str]] = {}
    for pair in matched.pairs:
        is_pruned = pair.item is None and pair.live and pair.live.kind in rules.pruned
        item = pair.item
        is_asked = item and (item.absent or (item.address in rules.replace and not item.external))
        if pair.live and (is_pruned or is_asked):
            going.setdefault(pair.live.kind, set()).add(pair.live.id)
    return {kind: frozenset(ids) for kind, ids in going.items()}


def _going_owner(
    kind: Kind,
    values: Values,
    going: Mapping[str, frozenset[str]],
    keys: Mapping[tuple[str, str], str],
) -> Address | None:
    for field_ in kind.identity:
        owner = field_.traits.ref
        if owner and owner.owner:
            owner_id = str(values.get(field_.name))
            if owner_id in going.get(owner.kind, ()):
                return Address(owner.kind, keys[owner.kind, owner_id])
    return None


def _declared(item: Item, live: LiveObject | None, context: _Context) -> Action:
    kept = (item.kind.keep(live.values) if live else None) or item.kind.keep(item.values)
    if item.destroyed and (kept or item.external):
        note = f"left alone: it is {kept.what if kept else 'external'}"
        return Action(item.address, item.kind, "none", item, live, notes=(note,))
    if item.absent:
        if live is None:
            return Action(item.address, item.kind, "none", item)
        if kept:
            _refuse(kept, "deleted", item, context.problems)
        reason = "" if item.destroyed else "absent: true"
        return Action(item.address, item.kind, "delete", item, live, reason=reason)
    if item.external:
        return Action(item.address, item.kind, "none", item, live)
    if live is None:
        return _create(item, kept, context.problems)
    return _update(item, live, kept, context)


def _create(item: Item, kept: Kept | None, problems: Problems) -> Action:
    if kept:
        problems.error(
            kept.code,
            f"{item.address} is declared as {kept.what}, but it is not live, and clerkform never"
            " creates it",
            item.span,
            hint="correct the name, or leave the item out",
        )
    _check_needed(item, "created", problems)
    return Action(item.address, item.kind, "create", item, None, creation(item))


def _check_needed(item: Item, what: str, problems: Problems) -> None:
    """The fields that a create needs are declared."""
    for name, field_ in item.kind.fields.items():
        beside = field_.traits.needed_with
        is_needed = beside is None or item.values.get(beside) is not None
        if field_.traits.needed_to_create and is_needed and name not in item.values:
            problems.error(
                "needed-to-create",
                f"{item.address} would be {what}, and that needs `{name}`",
                item.span,
                hint=f"add `{name}:` to this item",
            )


def _update(item: Item, live: LiveObject, kept: Kept | None, context: _Context) -> Action:
    problems = context.problems
    found: Difference = difference(item, live, context.ids)
    kind, changes = item.kind, found.changes
    renames = [c for c in changes if kind.fields[c.field].traits.identity]
    immutable = [c for c in changes if kind.fields[c.field].traits.immutable]
    is_asked_for = item.address in context.rules.replace
    if kept and (renames or immutable or is_asked_for):
        _refuse(kept, "renamed or replaced", item, problems)
    if immutable or is_asked_for or (changes and kind.endpoints.update is None):
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
        )
    if changes and kind.update_sends == "all":
        _check_resent(item, live, problems)
    return Action(
        item.address, kind, "update" if changes else "none", item, live, changes, "", found.notes
    )


def _why_replaced(changes: Sequence[Change], immutable: Sequence[Change]) -> str:
    names = ", ".join(dict.fromkeys(change.field for change in immutable or changes))
    return f"{names} cannot be changed"


def _check_resent(item: Item, live: LiveObject, problems: Problems) -> None:
    """An update that sends everything needs what was never read back."""
    for name, field_ in item.kind.fields.items():
        presence = field_.traits.presence
        if presence and live.values.get(presence) is True and name not in item.values:
            problems.error(
                f"{name.replace('_', '-')}-needed",
                f"{item.address} has a `{name}` that Clerk never returns, and an update sends"
                " every field, so it cannot be changed without declaring it",
                item.span,
                hint=f"add `{name}: {{from_env: NAME}}`, or `{name}: null` to give it up",
            )


def _refuse(kept: Kept, what: str, item: Item, problems: Problems) -> None:
    problems.error(
        kept.code,
        f"{item.address} is, or is declared as, {kept.what}, which is never {what}",
        item.span,
        hint="change it in Clerk's dashboard, and then here",
    )
