"""Actions to steps, and what each step waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from clerkform.desired import Item
from clerkform.diff.actions import Action, Actions
from clerkform.diff.edges import Edge
from clerkform.diff.fields import created_value, ignored_paths, is_within, sent_value
from clerkform.diff.keys import is_renamed
from clerkform.live import LiveObject
from clerkform.model import Address, Field, Kind, Reference, Values
from clerkform.model.fields import Fields
from clerkform.model.paths import Path, nested, value_at
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
    kinds = {action.kind.name: action.kind for action in found.actions}
    return Plan(found.actions, order_steps(in_kinds_order(steps, kinds)), found.undeclared)


def in_kinds_order(steps: Sequence[Step], kinds: Mapping[str, Kind]) -> list[Step]:
    """The steps with the needs that ``Kind.after`` adds: writes after writes, deletes before.

    Where a reference wants it the other way round, that pair of kinds gives way.
    """
    by_kind: dict[tuple[str, bool], set[StepId]] = {}
    needs: dict[tuple[str, bool], set[tuple[str, bool]]] = {}
    for step in steps:
        group = _group(step.id)
        by_kind.setdefault(group, set()).add(step.id)
        needs.setdefault(group, set()).update(map(_group, step.needs))
    added: dict[tuple[str, bool], set[StepId]] = {}
    for name in sorted(kinds):
        for other in kinds[name].after:
            for group, first in (((name, False), (other, False)), ((other, True), (name, True))):
                if first in by_kind and group in by_kind and not _reaches(first, group, needs):
                    needs[group].add(first)
                    added.setdefault(group, set()).update(by_kind[first])
    return [
        replace(step, needs=step.needs | more) if (more := added.get(_group(step.id))) else step
        for step in steps
    ]


def _group(step: StepId) -> tuple[str, bool]:
    """A kind's writes, or its deletes."""
    return step.address.kind, step.verb == "delete"


def _reaches(
    start: tuple[str, bool],
    end: tuple[str, bool],
    needs: Mapping[tuple[str, bool], Set[tuple[str, bool]]],
) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        more = needs.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return end in seen


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
        self.going = {a.live.id: a for a in actions if a.live and a.verb in ("delete", "replace")}
        """What goes, by the ids."""
        self._lets_go: dict[str, list[StepId]] = {}
        """By the id of an object: what has to be written before nothing refers to it."""
        for action in actions:
            for held, step in _letting_go(action, self.going):
                self._lets_go.setdefault(held, []).append(step)
        for held, step in _late_going(self.going):
            if held not in self._held_by(step):  # else it would close a ring
                self._lets_go.setdefault(held, []).append(step)

    def _held_by(self, step: StepId) -> set[str]:
        """The ids of what goes before ``step``, and of what goes before that."""
        ids = {_delete_id(action): object_id for object_id, action in self.going.items()}
        found: set[str] = set()
        waiting = [ids.get(step, "")]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting += (ids[one] for one in self._lets_go.get(at, ()) if one in ids)
        return found

    def needed_by(self, item: Item, *, creating: bool = False) -> frozenset[StepId]:
        """The creates of what ``item`` refers to, or of what its create has to name."""
        return frozenset(
            StepId(reference.to, "create")
            for field, reference in item.references()
            if reference.to in self.creates and not (creating and field.is_late)
        )

    def needed_for(self, member: Reference | str) -> frozenset[StepId]:
        """The create of what an edge leads to."""
        if isinstance(member, Reference) and member.to in self.creates:
            return frozenset({StepId(member.to, "create")})
        return frozenset()

    def before_deleting(self, action: Action, object_id: str) -> frozenset[StepId]:
        """The deletes of what refers to the object, and the updates that let go of it.

        Where the last object of a kind matters, one of its creates as well, so that there is
        never none.
        """
        needs = frozenset(self._lets_go.get(object_id, ()))
        first = self._first_create.get(action.kind.name)
        waits_for_this = first and self.makes_way.get(first) == _delete_id(action)
        if action.kind.last_one_matters and first and not waits_for_this:
            needs |= {first}
        return needs


def _letting_go(action: Action, going: Mapping[str, Action]) -> Iterator[tuple[str, StepId]]:
    """The ids that a live object refers to, each with the step after which it no longer does."""
    if action.live is None:
        return
    goes = action.live.id in going
    for edge in _edges_between(action, going) if goes else ():
        yield str(edge.member), _edge_id(action, edge)
    for leaf in action.kind.leaves:
        if not leaf.traits.ref or (goes and leaf.is_late):
            continue
        for one in _held(action.live, leaf):
            if goes:
                yield one, _delete_id(action)
            elif not leaf.traits.edges and any(c.path == leaf.path for c in action.changes):
                part = action.kind.fields[str(leaf.path[0])].traits.via or ""
                yield one, StepId(action.address, "update", part)
    for edge in action.edges:
        if edge.verb == "remove":
            yield str(edge.member), _edge_id(action, edge)


def _held(live: LiveObject, leaf: Field) -> Iterator[str]:
    """The ids of other objects that a field refers to."""
    held = value_at(live.values, leaf.path)
    for one in held if isinstance(held, list) else (held,):
        if str(one) != live.id:
            yield str(one)


def _late_going(going: Mapping[str, Action]) -> Iterator[tuple[str, StepId]]:
    """What is referred to late by what goes, which may be a ring, in the order of addresses."""
    for action in sorted(going.values(), key=_delete_id):
        assert action.live is not None
        for leaf in action.kind.leaves:
            if leaf.is_late and not leaf.traits.edges:
                for one in _held(action.live, leaf):
                    if one in going:
                        yield one, _delete_id(action)


def _edges_between(action: Action, going: Mapping[str, Action]) -> Iterator[Edge]:
    """The members of an object that goes which go as well: in a ring no order would do."""
    assert action.live is not None
    for leaf in action.kind.leaves:
        if leaf.traits.edges:
            for one in sorted(_held(action.live, leaf)):
                if one in going:
                    yield Edge(leaf, "remove", one, _delete_id(going[one]).address.key)


def _edge_id(action: Action, edge: Edge) -> StepId:
    sign = "+" if edge.verb == "add" else "-"
    return StepId(action.address, "update", f"{edge.field} {sign} {edge.key}")


def _edges(action: Action, writers: _Writers, after: frozenset[StepId]) -> Iterator[Step]:
    """A step for each member that comes or goes, once both objects are there."""
    made = frozenset({StepId(action.address, "create")}) if after else frozenset[StepId]()
    for edge in action.edges:
        yield Step(
            _edge_id(action, edge),
            made | writers.needed_for(edge.member),
            nested([(edge.field.path, [edge.member])]),
            None if after or action.live is None else action.live.id,
            edge=edge.verb,
        )


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
        yield from _delete(action, writers, frozenset())
    elif action.verb == "replace":
        create, delete = StepId(action.address, "create"), _delete_id(action)
        if action.delete_first:
            yield from _delete(action, writers, frozenset())
            yield from _create(action, writers, frozenset({delete}))
        else:
            yield from _create(action, writers, frozenset())
            yield from _delete(action, writers, frozenset({create}))


def _create(action: Action, writers: _Writers, after: frozenset[StepId]) -> Iterator[Step]:
    item = action.item
    assert item is not None
    create = StepId(action.address, "create")
    now, later = _created(item.kind.fields, item.values)
    if create in writers.makes_way:
        after |= {writers.makes_way[create]}
    needs = writers.needed_by(item, creating=True) | after
    within = _within(action.kind, item.values)
    sinks = item.kind.sinks(item.values)
    yield Step(create, needs, now, sinks=sinks, within=within, origins=_origins(item))
    if later:
        update = StepId(action.address, "update", AFTER_CREATE)
        yield Step(update, writers.needed_by(item) | {create}, later, within=within)
    yield from _edges(action, writers, frozenset({create}))


def _within(kind: Kind, values: Values) -> Mapping[str, Any]:
    return {name: values[name] for name in sorted(kind.endpoints.path_fields) if name in values}


def _created(fields: Fields, values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a create sends, and what can only be sent once there is something to update."""
    now, later = dict[str, Any](), dict[str, Any]()
    for name, field in fields.items():
        traits = field.traits
        if name not in values:
            if traits.creates_as is not None:
                now[name] = traits.creates_as
        elif traits.edges:
            continue
        elif traits.update_only or field.is_late:
            later[name] = values[name]
        elif field.parts and isinstance(values[name], Mapping):
            inner, inner_later = _created(field.parts, values[name])
            now |= {name: inner} if inner or not inner_later else {}
            later |= {name: inner_later} if inner_later else {}
        elif not traits.local:
            now[name] = created_value(field, values[name])
    return now, later


def _updates(action: Action, writers: _Writers) -> Iterator[Step]:
    item, live = action.item, action.live
    assert item is not None
    assert live is not None
    parts: dict[str, dict[Path, Field]] = {}
    kind = item.kind
    if any(change.field in kind.makes for change in action.changes):
        yield _delivery(action, item, live, writers)
    for change in action.changes:
        if change.field in kind.makes:
            continue
        part = kind.fields[change.field].traits.via or ""
        leaf = kind.field_at(change.path)
        if leaf.traits.edges:
            continue
        parts.setdefault(part, {})[leaf.path] = leaf
        whole = next(kind.replaced_with(change.path), None)
        if whole:
            parts[part] |= _declared_in(item, whole.path)
    if "" in parts:
        if kind.update_sends == "all":
            parts[""] = _declared_in(item, ())
        parts[""] |= _write_only(item, live)
    for part, sent in sorted(parts.items()):
        step = StepId(action.address, "update", part)
        makes_way = {writers.makes_way[step]} if step in writers.makes_way else set()
        yield Step(
            step,
            writers.needed_by(item) | makes_way,
            nested((path, sent_value(item, leaf, live)) for path, leaf in sent.items()),
            live.id,
            within=_within(kind, live.values),
            origins=_origins(item),
        )
    yield from _edges(action, writers, frozenset())


def _delivery(action: Action, item: Item, live: LiveObject, writers: _Writers) -> Step:
    return Step(
        StepId(action.address, "update", DELIVER),
        writers.needed_by(item),
        _created(item.kind.fields, item.values)[0] if action.is_owed else {},
        live.id,
        sinks=item.kind.sinks(item.values),
        within=_within(item.kind, live.values),
        origins=_origins(item),
    )


def _declared_in(item: Item, part: Path) -> dict[Path, Field]:
    """The declared leaves of a part, or of the whole item.

    What is ignored as a whole is left for the writer to take from live.
    """
    ignored = ignored_paths(item)
    return {
        leaf.path: leaf
        for leaf, _ in item.declared()
        if leaf.path[: len(part)] == part
        and not (leaf.traits.local or leaf.traits.create_only or leaf.traits.edges)
        and not is_within(leaf.path, ignored)
    }


def _write_only(item: Item, live: LiveObject) -> dict[Path, Field]:
    """What is never read back goes along with every other change of its object.

    Where its changes are ignored, only if live has it: an update that sends everything would lose
    it otherwise.
    """
    ignored, sent = ignored_paths(item), {}
    for leaf, _ in item.declared():
        is_ours = not is_within(leaf.path, ignored)
        is_set = leaf.presence is not None and value_at(live.values, leaf.presence) is True
        if leaf.traits.write_only and (is_ours or is_set):
            sent[leaf.path] = leaf
    return sent


def _origins(item: Item) -> Mapping[str, str]:
    return {
        str(leaf): item.at(*leaf.path).path
        for leaf, _ in item.declared()
        if leaf.form == "secret" or leaf.traits.local
    }


def _delete(action: Action, writers: _Writers, after: frozenset[StepId]) -> Iterator[Step]:
    assert action.live is not None
    for edge in _edges_between(action, writers.going):
        member = nested([(edge.field.path, [edge.member])])
        yield Step(_edge_id(action, edge), after, member, action.live.id, edge="remove")
    if action.after:
        heir = action.after.address
        after |= {StepId(heir, "create"), StepId(heir, "update", DELIVER)}
    yield Step(
        _delete_id(action),
        writers.before_deleting(action, action.live.id) | after,
        object_id=action.live.id,
        removal=action.lifecycle("deletion") or next(iter(action.kind.endpoints.removals), None),
        within=_within(action.kind, action.live.values),
    )
