"""Actions to steps, and what each step waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clerkform.desired import Item
from clerkform.diff.actions import Action, Actions
from clerkform.diff.fields import ignored_paths, sent_value
from clerkform.diff.keys import is_renamed
from clerkform.live import LiveObject
from clerkform.model import Address
from clerkform.model.canonical import without_nulls
from clerkform.model.step import Step, StepId
from clerkform.plan.order import order_steps

AFTER_CREATE = "after create"
DELIVER = "secret"
"""The part of an update that hands over what the server has made."""

_Key = tuple[str, tuple[str, ...] | None]
"""A kind's name and a key of it, as live objects have it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply would do, in order, and what it leaves alone."""

    actions: tuple[Action, ...] = ()
    """One per declared resource and one per object that goes, by address; ``none`` as well."""
    steps: tuple[Step, ...] = ()
    undeclared: tuple[Address, ...] = ()
    """Live objects of the kinds that were read which no manifest declares."""

    @property
    def pending(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.is_pending)

    def count(self, verb: str) -> int:
        return sum(action.verb == verb for action in self.actions)


def build_plan(found: Actions) -> Plan:
    """The steps of all actions, ordered."""
    writers = _Writers(found.actions)
    steps = [step for action in found.actions for step in _steps(action, writers)]
    return Plan(found.actions, order_steps(steps), found.undeclared)


class _Writers:
    """Which steps make and unmake the objects that others refer to."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.creates = {a.address for a in actions if a.verb in ("create", "replace")}
        freed = dict(_freed(action) for action in actions if _moves_away(action))
        takes = ((step, _key(a, a.item)) for a in actions if (step := _taking(a)))
        self.makes_way = {
            step: freed[key] for step, key in takes if key in freed and freed[key] != step
        }
        """What has to give up a key before a create or a rename can take it."""
        self._first_create: dict[str, StepId] = {}
        for address in sorted(self.creates):
            self._first_create.setdefault(address.kind, StepId(address, "create"))
        self._deletes_of: dict[str, list[StepId]] = {}
        for action in actions:
            if action.verb in ("delete", "replace") and action.live:
                for name, field in action.kind.fields.items():
                    if field.traits.ref:
                        held = str(action.live.values.get(name))
                        self._deletes_of.setdefault(held, []).append(_delete_id(action))

    def needed_by(self, item: Item) -> frozenset[StepId]:
        """The creates of what ``item`` refers to."""
        return frozenset(
            StepId(reference.to, "create")
            for _, reference in item.references()
            if reference.to in self.creates
        )

    def before_deleting(self, action: Action, object_id: str) -> frozenset[StepId]:
        """The deletes of what refers to the object.

        Where the last object of a kind matters, one of its creates as well, so that there is
        never none.
        """
        needs = frozenset(self._deletes_of.get(object_id, ()))
        first = self._first_create.get(action.kind.name)
        waits_for_this = first and self.makes_way.get(first) == _delete_id(action)
        if action.kind.last_one_matters and first and not waits_for_this:
            needs |= {first}
        return needs


def _moves_away(action: Action) -> bool:
    """Whether a live object gives up a key that no two objects may share."""
    if action.live is None or not action.kind.unique_key:
        return False
    return action.verb in ("delete", "replace") or is_renamed(action)


def _freed(action: Action) -> tuple[_Key, StepId]:
    step = StepId(action.address, "update") if action.verb == "update" else _delete_id(action)
    return _key(action, action.live), step


def _taking(action: Action) -> StepId | None:
    """The step that gives an object its key, if it gets another one."""
    if action.verb in ("create", "replace"):
        return StepId(action.address, "create")
    return StepId(action.address, "update") if is_renamed(action) else None


def _key(action: Action, holder: Item | LiveObject | None) -> _Key:
    assert holder is not None
    return action.kind.name, action.kind.key_parts(holder.values)


def _delete_id(action: Action) -> StepId:
    return StepId(action.replaces or action.address, "delete")


def _steps(action: Action, writers: _Writers) -> Iterator[Step]:
    if action.verb == "create":
        yield from _create(action, writers, frozenset())
    elif action.verb == "update":
        yield from _updates(action, writers)
    elif action.verb == "delete":
        yield _delete(action, writers, frozenset())
    elif action.verb == "replace":
        create, delete = StepId(action.address, "create"), _delete_id(action)
        if action.delete_first:
            yield _delete(action, writers, frozenset())
            yield from _create(action, writers, frozenset({delete}))
        else:
            yield from _create(action, writers, frozenset())
            yield _delete(action, writers, frozenset({create}))


def _create(action: Action, writers: _Writers, after: frozenset[StepId]) -> Iterator[Step]:
    item = action.item
    assert item is not None
    create = StepId(action.address, "create")
    now, later = _created(item)
    if create in writers.makes_way:
        after |= {writers.makes_way[create]}
    needs = writers.needed_by(item) | after
    yield Step(create, needs, now, sink=_sink(item), origins=_origins(item))
    if later:
        yield Step(StepId(action.address, "update", AFTER_CREATE), frozenset({create}), later)


def _created(item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a create sends, and what can only be sent once there is something to update."""
    now, later = dict[str, Any](), dict[str, Any]()
    for name, field in item.kind.fields.items():
        traits = field.traits
        if name not in item.values:
            if traits.creates_as is not None:
                now[name] = traits.creates_as
        elif traits.update_only:
            later[name] = item.values[name]
        elif not traits.local:
            value = item.values[name]
            now[name] = without_nulls(value) if traits.merged else value
    return now, later


def _sink(item: Item) -> Any:
    return item.values.get(item.kind.generates.sink) if item.kind.generates else None


def _updates(action: Action, writers: _Writers) -> Iterator[Step]:
    item, live = action.item, action.live
    assert item is not None
    assert live is not None
    parts: dict[str, dict[str, Any]] = {}
    generates = item.kind.generates
    for name in dict.fromkeys(change.field for change in action.changes):
        if generates and name == generates.sink:
            yield _delivery(action, item, live, writers)
            continue
        part = item.kind.fields[name].traits.via or ""
        parts.setdefault(part, {})[name] = sent_value(item, name, live)
    if "" in parts:
        if item.kind.update_sends == "all":
            parts[""] = {n: sent_value(item, n, live) for n in _sent_with_all(item)}
        parts[""] |= _write_only(item, live)
    for part, values in sorted(parts.items()):
        step = StepId(action.address, "update", part)
        makes_way = {writers.makes_way[step]} if step in writers.makes_way else set()
        yield Step(
            step,
            writers.needed_by(item) | makes_way,
            values,
            live.id,
            origins=_origins(item),
        )


def _delivery(action: Action, item: Item, live: LiveObject, writers: _Writers) -> Step:
    return Step(
        StepId(action.address, "update", DELIVER),
        writers.needed_by(item),
        _created(item)[0] if action.is_owed else {},
        live.id,
        sink=_sink(item),
        origins=_origins(item),
    )


def _sent_with_all(item: Item) -> list[str]:
    """The declared fields; what is ignored as a whole is left for the writer to take from live."""
    fields, ignored = item.kind.fields, ignored_paths(item)
    return [
        name
        for name in item.values
        if not (fields[name].traits.local or fields[name].traits.create_only)
        and (name,) not in ignored
    ]


def _write_only(item: Item, live: LiveObject) -> Mapping[str, Any]:
    """What is never read back goes along with every other change of its object.

    Where its changes are ignored, only if live has it: an update that sends everything would lose
    it otherwise.
    """
    sent = {}
    for name, value in item.values.items():
        traits = item.kind.fields[name].traits
        is_ours = (name,) not in ignored_paths(item)
        if traits.write_only and (is_ours or live.values.get(traits.presence or "") is True):
            sent[name] = value
    return sent


def _origins(item: Item) -> Mapping[str, str]:
    fields = item.kind.fields
    return {
        name: item.at(name).path
        for name in item.values
        if fields[name].form == "secret" or fields[name].traits.local
    }


def _delete(action: Action, writers: _Writers, after: frozenset[StepId]) -> Step:
    assert action.live is not None
    if action.after:
        heir = action.after.address
        after |= {StepId(heir, "create"), StepId(heir, "update", DELIVER)}
    return Step(
        _delete_id(action),
        writers.before_deleting(action, action.live.id) | after,
        object_id=action.live.id,
        removal=action.lifecycle("deletion") or next(iter(action.kind.endpoints.removals), None),
    )
