"""What Clerk would refuse of an object because of what else there is, and what has to go before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action, Actions
from clerkform.live.state import Live
from clerkform.model import Address, Among, Kind, Reference, Unfit, Values
from clerkform.plan.after import Ids, left_of, stays

WRITES = ("create", "update", "replace")


def settings_asked(found: Actions) -> frozenset[str]:
    """The settings kinds that have to be known to say what Clerk would refuse."""
    writes = (action for action in found.actions if action.verb in WRITES)
    return frozenset(action.kind.among.settings for action in writes if action.kind.among)


def check_among(found: Actions, live: Live, ids: Ids, problems: Problems) -> Actions:
    """The actions, each after those that make room for it: what is there until they are done, and
    not after the plan, may be what Clerk refuses it for. What it would refuse after the plan as
    well is told to ``problems``.

    Args:
        ids: of everything that is declared and live.
    """
    first, told = dict(found.first), dict[Address, Action]()
    for kind in {action.kind.name: action.kind for action in found.actions}.values():
        if kind.among is None:
            continue
        settings = _settings(kind.among.settings, found, live)
        crowd = Crowd(kind.among, settings, [*_seats(kind, found, live, ids)])
        for seat in crowd.seats:
            action = seat.action
            if action is None or action.verb not in WRITES:
                continue
            if unfit := crowd.after(seat):
                _tell(action, unfit, problems)
            elif waits := crowd.waits(seat):
                first[action.address] = first.get(action.address, frozenset()) | waits
            if action.verb == "replace" and not unfit and crowd.is_in_its_own_way(seat):
                told[action.address] = replace(action, delete_first=True)
    actions = tuple(told.get(action.address, action) for action in found.actions)
    return replace(found, actions=actions, first=first)


def _settings(name: str, found: Actions, live: Live) -> Values:
    """As they are after the plan; nothing where they could not be read."""
    declared = (left_of(action) for action in found.actions if action.kind.name == name)
    there = (one.values for one in live.of(name))
    return next(declared, None) or next(there, {})


@dataclass(frozen=True)
class Seat:
    """One object of a kind, before the plan and after it."""

    before: Values | None
    after: Values | None
    by: Address | None = None
    """What takes it away or changes it."""
    action: Action | None = None
    """What is to happen to it; nothing where it goes with what owns it."""

    @property
    def gives_way(self) -> bool:
        return self.by is not None and self.before is not None


@dataclass(frozen=True)
class Crowd:
    """All objects of a kind, before the plan and after it."""

    among: Among
    settings: Values
    seats: Sequence[Seat]

    @cached_property
    def _at(self) -> Mapping[tuple[str, Any], Sequence[int]]:
        """Who has a value of a shared field, before or after: their places among the seats."""
        found: dict[tuple[str, Any], list[int]] = {}
        for place, seat in enumerate(self.seats):
            shared = {one for values in (seat.before, seat.after) for one in self._shared(values)}
            for one in shared:
                found.setdefault(one, []).append(place)
        return found

    def _shared(self, values: Values | None) -> list[tuple[str, Any]]:
        return [(name, (values or {}).get(name)) for name in self.among.shares if values]

    def after(self, seat: Seat) -> list[Unfit]:
        """What Clerk would refuse once all else is as it is to be."""
        return self._unfit(seat, [one.after for one in self._others(seat)])

    def waits(self, seat: Seat) -> frozenset[Address]:
        """What has to be done first, as Clerk would refuse the object before that."""
        others = self._others(seat)
        if not self._unfit(seat, [one.before or one.after for one in others]):
            return frozenset()
        giving = [one for one in others if one.gives_way and not _is_heir(seat, one)]
        alone = [one for one in giving if self._unfit(seat, [one.before])]
        going = [one for one in giving if one.after is None]
        return frozenset(one.by for one in alone or going if one.by)

    def is_in_its_own_way(self, seat: Seat) -> bool:
        """Whether Clerk would refuse what is new for what it replaces."""
        others = [one.after for one in self._others(seat)]
        return bool(self._unfit(seat, [*others, seat.before]))

    def _others(self, seat: Seat) -> list[Seat]:
        places = {place for one in self._shared(seat.after) for place in self._at.get(one, ())}
        return [one for place in sorted(places) if (one := self.seats[place]) is not seat]

    def _unfit(self, seat: Seat, others: Sequence[Values | None]) -> list[Unfit]:
        """Of an update only what it sends can be refused."""
        assert seat.action is not None
        assert seat.after is not None
        sent = {change.field for change in seat.action.changes}
        found = self.among.refuses(seat.after, [one for one in others if one], self.settings)
        return [one for one in found if seat.action.verb != "update" or one.field in sent]


def _is_heir(seat: Seat, other: Seat) -> bool:
    """Whether the other goes only once this one is there."""
    after = other.action.after if other.action else None
    return after is not None and seat.action is not None and after is seat.action.item


def _seats(kind: Kind, found: Actions, live: Live, ids: Ids) -> Iterator[Seat]:
    own = [action for action in found.actions if action.kind is kind]
    of_live = {action.live.id: action for action in own if action.live}
    going = {a.live.id: a.address for a in found.actions if a.live and a.verb == "delete"}
    for one in live.of(kind.name):
        action = of_live.get(one.id)
        before = _normalized(kind, one.values)
        if owner := _owner_going(kind, one.values, going):
            yield Seat(before, None, owner)
        elif action is None:
            yield Seat(before, before)
        else:
            by = action.address if action.is_pending else None
            after = _after(action, ids) if stays(action) else None
            yield Seat(before, after, by, action)
    for action in own:
        if action.live is None and stays(action):
            yield Seat(None, _after(action, ids), action.address, action)


def _owner_going(kind: Kind, values: Values, going: Mapping[str, Address]) -> Address | None:
    """What owns the object and takes it along."""
    if not kind.goes_with_owner:
        return None
    ids = (str(values.get(name)) for name in kind.owners)
    return next((going[one] for one in ids if one in going), None)


def _after(action: Action, ids: Ids) -> Values:
    """The fields of an object that stays or is made. A replaced one keeps none of its own."""
    assert action.item is not None
    kept = action.live.values if action.live and action.verb != "replace" else {}
    declared = {
        name: ids.get(value.to, value.to.key) if isinstance(value, Reference) else value
        for name, value in action.item.values.items()
    }
    return _normalized(action.kind, {**kept, **declared})


def _normalized(kind: Kind, values: Values) -> Values:
    fields = kind.fields
    return {n: fields[n].normalized(v) if n in fields else v for n, v in values.items()}


def _tell(action: Action, unfit: Sequence[Unfit], problems: Problems) -> None:
    assert action.item is not None
    for one in unfit:
        text = f"`{one.field}` of {action.address} {one.says}"
        if one.is_sure:
            problems.error("clerk-refuses", text, action.item.at(one.field))
        else:
            problems.warn("clerk-may-refuse", text, action.item.at(one.field))
