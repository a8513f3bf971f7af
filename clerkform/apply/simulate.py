"""What live becomes if every step of a plan succeeds. Pure, for tests and for thinking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerkform.diff.creation import wire_of
from clerkform.diff.sets import with_anyway
from clerkform.diff.values import merged
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Field, Kind, Registry, Values
from clerkform.model.fields import over
from clerkform.model.paths import GONE, Path, nested, value_at
from clerkform.model.step import Step
from clerkform.plan.build import Plan


def simulate(plan: Plan, live: Live, registry: Registry) -> Live:
    """The live state after ``plan``. A new object's id is its address in angle brackets."""
    objects = {name: dict(by_id) for name, by_id in live.objects.items()}
    ids = {a.address: a.live.id for a in plan.actions if a.item and a.live}
    for step in plan.steps:
        kind = registry[step.address.kind]
        of_kind = objects.setdefault(kind.name, {})
        if step.id.verb == "delete":
            assert step.object_id is not None
            del of_kind[step.object_id]
            continue
        if step.id.verb == "create":
            ids[step.address] = f"<{step.address}>"
        object_id = step.object_id or ids[step.address]
        before = of_kind[object_id].values if object_id in of_kind else {}
        of_kind[object_id] = LiveObject(kind.name, object_id, _after(kind, before, step, ids))
    return Live(objects, live.whole)


def _after(kind: Kind, before: Values, step: Step, ids: Mapping[Address, str]) -> dict[str, Any]:
    written: list[tuple[Path, Any]] = []
    for field, value in kind.declared(step.values):
        if field.presence:
            written.append((field.presence, value is not None))
        elif field.traits.ref:
            written.append((field.path, _referred(field, value, before, step, ids)))
        elif field.traits.merged:
            there = value_at(before, field.path)
            written.append((field.path, merged(None if there is GONE else there, value)))
        elif not field.traits.write_only or field.traits.read_from:
            stored = with_anyway(field, field.normalized(value), [*field.traits.anyway])
            written.append((field.path, stored))
    after = over(kind.fields, before, nested(written))
    if kind.variant and kind.variant.name not in after:
        after[kind.variant.name] = kind.variant.traits.variant
    return after


def _referred(
    field: Field, value: Any, before: Values, step: Step, ids: Mapping[Address, str]
) -> Any:
    """What live has of references: ids, or the keys where the API has those."""
    if not isinstance(value, list):
        return wire_of(field, value, ids)
    wired = [wire_of(field, one, ids) for one in value]
    there = value_at(before, field.path)
    there = there if isinstance(there, list) else []
    if step.edge == "add":
        return there + wired
    return [one for one in there if one not in wired] if step.edge == "remove" else wired
