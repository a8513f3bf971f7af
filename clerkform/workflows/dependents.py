"""What depends on the objects that a plan removes or changes, though no reference declares it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action, Actions
from clerkform.errors import NotAvailable
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import (
    Address,
    Brings,
    HeldBy,
    Kind,
    Reference,
    Registry,
)
from clerkform.model.paths import value_at
from clerkform.plan.after import (
    Ids,
    left_of,
    objects_after,
    objects_before,
    stays,
)
from clerkform.workflows.needed_ones import kept
from clerkform.workflows.observe import read_all
from clerkform.workflows.ports import Reader
from clerkform.workflows.successors import succeeded

NOT_SOLE: Final = 3
GOING: Final = ("delete", "replace")


async def check_dependents(
    found: Actions, live: Live, registry: Registry, reader: Reader, ids: Ids, problems: Problems
) -> Actions:
    """The actions, each with what loses the object that goes, and with those that have to come
    first. What Clerk would refuse is told to ``problems``.

    Args:
        ids: of everything that is declared and live, and of whom references mean.

    Raises:
        ApiError: what depends on an object could not be read.
    """
    live = await read_whole(_kinds_asked(found), live, registry, reader)
    holders = _Holders(found, live, registry)
    told = [_demoting(_told(action, holders, problems), live) for action in found.actions]
    first, spared = dict[Address, frozenset[Address]](), dict[Address, Action]()
    _check_mirrored(found, problems)
    for kind in registry.values():
        if kind.needs_one:
            told_of = kept(kind, kind.needs_one, found, live, registry, ids, problems)
            first |= told_of.first
            spared |= told_of.spared
        if kind.brings:
            _check_brought(kind, kind.brings, found, ids, problems)
        for address, heirs in succeeded(kind, found, live, problems):
            first[address] = first.get(address, frozenset()) | heirs
    actions = tuple(spared.get(action.address, action) for action in told)
    return replace(found, actions=actions, first=first)


def _check_mirrored(found: Actions, problems: Problems) -> None:
    """Settings that show what an object has say the same as that, where both are declared."""
    for item in (a.item for a in found.actions if a.item and a.kind.is_always_there):
        chosen = {reference.to for _, reference in item.references()}
        for leaf, reference in item.references():
            if not leaf.traits.mirrors:
                continue
            of = (one for one in found.actions if one.kind.name == leaf.traits.mirrors)
            there = [one for one in of if stays(one) and _rank(one, chosen) < NOT_SOLE]
            sole = min(there, key=lambda one: _rank(one, chosen), default=None)
            said = sole.item.values.get(leaf.name) if sole and sole.item else None
            if sole and sole.item and isinstance(said, Reference) and said != reference:
                problems.error(
                    "two-where-one-is",
                    f"`{leaf}` of {item.address} is that of {sole.address}, and they say"
                    f" {reference.to.key} and {said.to.key}",
                    item.at(*leaf.path),
                    related=[("and here", sole.item.at(leaf.name))],
                    hint="say it in one place",
                )


def _rank(action: Action, chosen: Collection[Address]) -> int:
    """What settings choose is what there is one of before what is declared as that, and that before
    what is it already."""
    assert action.item
    if action.address in chosen:
        return 0
    if action.kind.sole in action.item.values:
        return 1
    return 2 if action.kind.sole in left_of(action) else NOT_SOLE


def _check_brought(
    kind: Kind, brings: Brings, found: Actions, ids: Ids, problems: Problems
) -> None:
    """What Clerk makes along with an object is not made a second time."""
    created = [one.item for one in found.actions if one.verb == "create" and one.item]
    makers = {
        (item.address, item.values[brings.by]): item
        for item in created
        if item.kind is kind and brings.by in item.values
    }
    for item in (one for one in created if one.kind.name == brings.kind):
        owner, key = (item.values.get(name) for name in (brings.owner, brings.key))
        named = ids.get(key.to) if isinstance(key, Reference) else key
        maker = makers.get((owner.to, named)) if isinstance(owner, Reference) else None
        if maker:
            problems.error(
                "comes-along",
                f"{maker.address} makes {item.address} by its `{brings.by}`, and Clerk makes none"
                " twice",
                item.at(brings.key),
                related=[("it is made here", maker.at(brings.by))],
                hint=f"leave `{brings.by}` out",
            )


def _kinds_asked(found: Actions) -> Iterator[str]:
    changed = {action.kind.name for action in found.actions if action.is_pending}
    for action in found.actions:
        if action.verb in GOING and action.live:
            yield from (held.kind for held in action.kind.held_by)
        needs = action.kind.needs_one
        if needs and (action.verb in ("update", *GOING) or needs.others in changed):
            yield needs.others


async def read_whole(names: Iterable[str], live: Live, registry: Registry, reader: Reader) -> Live:
    """What is live with all that there is of these kinds. A list that the instance does not have holds nothing."""

    async def ask(read: Read) -> Live:
        try:
            return await reader.read(read)
        except NotAvailable:
            return Live()

    return await read_all(ask, [Read(name) for name in sorted(set(names) - live.whole)], live)


def _told(action: Action, holders: _Holders, problems: Problems) -> Action:
    if action.verb not in GOING or not (action.live and action.kind.held_by):
        return action
    notes = list(action.notes)
    for held in action.kind.held_by:
        holding = holders.of(action, held)
        if held.is_refused:
            if holding and action.item and action.item.destroyed:
                has_it = "has it, which stays" if len(holding) == 1 else "have it, which stay"
                note = f"left alone: {_addresses(held, holding)} {has_it}"
                return replace(action, verb="none", notes=(*action.notes, note))
            if holding:
                _refuse(action, held, holding, problems)
        elif holding:
            verb = "loses" if len(holding) == 1 else "lose"
            notes.append(f"{_addresses(held, holding)} {verb} it")
    return replace(action, notes=tuple(notes))


def _demoting(action: Action, live: Live) -> Action:
    """With what is no longer what there is one of, where the object becomes that."""
    kind, name = action.kind, action.kind.sole
    if not name or name not in {change.field for change in action.changes} or not action.item:
        return action
    own, value = action.live and action.live.id, action.item.values[name]
    former = [
        kind.address(key)
        for one in live.of(kind.name)
        if one.id != own and one.values.get(name) == value and (key := kind.key_parts(one.values))
    ]
    notes = (f"{address} is `{name}: {value}` no more" for address in former)
    return replace(action, notes=(*action.notes, *notes))


@dataclass
class _Holders:
    """What refers to what goes, found once for all of a kind."""

    found: Actions
    live: Live
    registry: Registry
    _known: dict[tuple[str, str], Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def of(self, action: Action, held: HeldBy) -> list[str]:
        """The keys of what refers to the object that goes: after the plan where Clerk refuses it for
        that, and else as it is now."""
        assert action.live is not None
        kind = action.kind
        if (kind.name, held.kind) not in self._known:
            self._known[kind.name, held.kind] = self._held(kind, held)
        key = kind.key_parts(action.live.values)
        names = {action.live.id, *([kind.address(key).key] if key else [])}
        known = self._known[kind.name, held.kind]
        return sorted({holder for name in names for holder in known.get(name, ())})

    def _held(self, kind: Kind, held: HeldBy) -> Mapping[str, Sequence[str]]:
        """The keys of what may refer to objects of the kind, by the ids and keys that it refers to."""
        holding, found = self.registry[held.kind], dict[str, list[str]]()
        if held.is_refused:
            objects = objects_after(self.found, self.live, holding)
        else:
            objects = objects_before(self.live, holding)
        for leaf in holding.leaves:
            ref = leaf.traits.ref
            if ref is None or ref.kind != kind.name or leaf.traits.local:
                continue
            if held.is_refused and self.live.of(leaf.traits.mirrors):
                continue  # it shows what another object says
            for holder, values in objects.items():
                value = value_at(values, leaf.path)
                for name in map(str, value if isinstance(value, list) else [value]):
                    found.setdefault(name, []).append(holder)
        return found


def _addresses(held: HeldBy, keys: list[str]) -> str:
    return ", ".join(str(Address(held.kind, key)) for key in sorted(keys))


def _refuse(action: Action, held: HeldBy, left: list[str], problems: Problems) -> None:
    names = _addresses(held, left)
    how = "is to go" if action.verb == "delete" else "is to go before it is made anew"
    problems.error(
        "still-held",
        f"{action.address} {how}, and {names} would still have it, which Clerk refuses",
        action.span,
        hint=f"declare {names} without it, or keep it",
    )
