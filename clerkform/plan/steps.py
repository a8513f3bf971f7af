"""One action to its steps: the requests, with what each sends and needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clerkform.desired import Item
from clerkform.diff.action import Action
from clerkform.diff.creation import created_value
from clerkform.diff.fields import sent_value
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.live.state import LiveObject
from clerkform.model import Field, Kind, Values
from clerkform.model.fields import Fields
from clerkform.model.paths import Path, nested, value_at
from clerkform.model.step import Step, StepId
from clerkform.plan.keys import delete_id
from clerkform.plan.needs import Writers
from clerkform.plan.references import edge_id, edges_between

AFTER_CREATE = "after create"
DELIVER = "secret"
"""The part of an update that hands over what the server has made."""


def _edges(action: Action, writers: Writers, after: frozenset[StepId]) -> Iterator[Step]:
    """A step for each member that comes or goes, once both objects are there. One goes after those
    that come and after the updates ``after``, by which nothing else of the object needs it; where
    they have turns, each after the one before."""
    made = frozenset({StepId(action.address, "create")} & after)
    added = {edge_id(action, edge) for edge in action.edges if edge.verb == "add"}
    before = frozenset[StepId]()
    for edge in action.edges:
        waits = made if edge.verb == "add" else after | added
        if edge.turn:
            waits = before | made | (after if edge.is_held else frozenset())
            before = frozenset({edge_id(action, edge)})
        yield Step(
            edge_id(action, edge),
            writers.needed_for(edge) | waits,
            {**nested([(edge.field.path, [edge.member])]), **edge.taken_over},
            None if made or action.live is None else action.live.id,
            edge=edge.verb,
        )


def steps_of(action: Action, writers: Writers) -> Iterator[Step]:
    if action.verb == "create":
        yield from _create(action, writers, frozenset())
    elif action.verb == "update" or action.always_sent:
        yield from _updates(action, writers)
    elif action.verb == "delete":
        yield from _delete(action, writers, frozenset())
    elif action.verb == "replace":
        create, delete = StepId(action.address, "create"), delete_id(action)
        if action.delete_first:
            yield from _delete(action, writers, frozenset())
            yield from _create(action, writers, frozenset({delete}))
        else:
            yield from _create(action, writers, frozenset())
            yield from _delete(action, writers, frozenset({create}))


def _create(action: Action, writers: Writers, after: frozenset[StepId]) -> Iterator[Step]:
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
        elif traits.edges and not traits.edges.sent_by_create:
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


def _updates(action: Action, writers: Writers) -> Iterator[Step]:
    item, live = action.item, action.live
    assert item is not None
    assert live is not None
    kind = item.kind
    if any(change.field in kind.makes for change in action.changes):
        yield _delivery(action, item, live, writers)
    before, updates = frozenset[StepId](), set[StepId]()
    named = {reference for field, reference in item.references() if not field.traits.edges}
    added = frozenset(
        edge_id(action, edge)
        for edge in action.edges
        if edge.verb == "add" and (not edge.turn or edge.member in named)
    )
    parts = _sent_by_part(action, item, live)
    values = {
        part: nested((path, sent_value(item, leaf, live)) for path, leaf in sent.items())
        for part, sent in parts.items()
    }
    for part in sorted(parts, key=lambda name: (kind.undoes(values[name]), name)):
        step = StepId(action.address, "update", part)
        updates.add(step)
        yield Step(
            step,
            writers.needed_by(item, parts[part]) | writers.before_updating(step) | before | added,
            values[part],
            live.id,
            within=_within(kind, live.values),
            origins=_origins(item),
        )
        if kind.is_always_there:  # a part may point at what has to be on: first on, last off
            before = frozenset({step})
    yield from _edges(action, writers, frozenset(updates))


def _sent_by_part(
    action: Action, item: Item, live: LiveObject
) -> Mapping[str, Mapping[Path, Field]]:
    """The leaves that each call of an update sends."""
    kind = item.kind
    parts: dict[str, dict[Path, Field]] = {}
    for change in action.changes:
        leaf = kind.field_at(change.path)
        if change.field in kind.makes or leaf.traits.edges:
            continue
        sent = parts.setdefault(kind.part_of(leaf), {})
        sent[leaf.path] = leaf
        if whole := next(kind.replaced_with(change.path), None):
            sent |= _declared_in(item, whole.path)
    for path in action.always_sent:
        leaf = kind.field_at(path)
        parts.setdefault(kind.part_of(leaf), {})[path] = leaf
    if "" in parts and kind.update_sends == "all":
        parts[""] = _declared_in(item, ())
    for leaf in _write_only(item, live):
        if (part := kind.part_of(leaf)) in parts:
            parts[part][leaf.path] = leaf
    return parts


def _delivery(action: Action, item: Item, live: LiveObject, writers: Writers) -> Step:
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


def _write_only(item: Item, live: LiveObject) -> Iterator[Field]:
    """What is never read back goes along with every other change of its object.

    Where its changes are ignored, only if live has it: an update that sends everything would lose
    it otherwise.
    """
    ignored = ignored_paths(item)
    for leaf, _ in item.declared():
        is_ours = not is_within(leaf.path, ignored)
        is_set = leaf.presence is not None and value_at(live.values, leaf.presence) is True
        is_hidden = leaf.traits.write_only and not leaf.traits.read_from
        if is_hidden and (is_ours or is_set):
            yield leaf


def _origins(item: Item) -> Mapping[str, str]:
    return {
        str(leaf): item.at(*leaf.path).path
        for leaf, _ in item.declared()
        if leaf.form == "secret" or leaf.traits.local
    }


def _delete(action: Action, writers: Writers, after: frozenset[StepId]) -> Iterator[Step]:
    assert action.live is not None
    for edge in edges_between(action, writers.going):
        member = nested([(edge.field.path, [edge.member])])
        yield Step(edge_id(action, edge), after, member, action.live.id, edge="remove")
    if action.after:
        heir = action.after.address
        after |= {StepId(heir, "create"), StepId(heir, "update", DELIVER)}
    item, said = action.item, action.kind.removal_fields
    values = {name: item.values[name] for name in said if name in item.values} if item else {}
    if item and values:
        after |= writers.needed_by(item, [(name,) for name in values])
        after |= writers.needed_by_heirs(action.kind, values)
    yield Step(
        delete_id(action),
        writers.before_deleting(action, action.live.id) | after,
        values,
        object_id=action.live.id,
        removal=action.lifecycle("deletion") or next(iter(action.kind.endpoints.removals), None),
        within=_within(action.kind, action.live.values),
    )
