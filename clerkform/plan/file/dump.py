"""A plan to plain data. No secret is in it, and no sensitive value but as a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clerkform.desired import Item
from clerkform.diagnostics import Span
from clerkform.diff.action import Action
from clerkform.diff.fields import declared_items
from clerkform.diff.ignored import ignored_paths, is_within, with_part
from clerkform.diff.values import Change, Known, declared_part
from clerkform.ledger.fingerprint import fingerprint
from clerkform.live.state import LiveObject
from clerkform.model import Field, Kind, Reference, SecretRef
from clerkform.model.canonical import canonical, folded
from clerkform.model.paths import GONE, dotted, value_at
from clerkform.model.step import Step, StepId
from clerkform.plan.build import Plan
from clerkform.plan.limits import Instance

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was computed from, besides what its actions hold."""

    environment: str
    instance: Instance
    digest: str
    """Of the manifests and variables."""
    asked: Mapping[str, Any]
    """What shaped the plan, as plain data."""


def dump(plan: Plan, basis: Basis, salt: bytes) -> Data:
    """What is to be the same when the plan is made again; ``salt`` is for the fingerprints.

    Not who made a change, nor what is noted beside it: that depends on a ledger, and does nothing.
    """
    kinds = {action.kind.name: action.kind for action in plan.actions}
    return {
        "environment": basis.environment,
        "instance": {
            "id": basis.instance.id,
            "environment_type": basis.instance.environment_type,
        },
        "digest": basis.digest,
        **_lean(asked=dict(basis.asked)),
        "actions": [_action(action, salt) for action in plan.actions],
        "steps": [_step(step, kinds[step.address.kind], salt) for step in plan.steps],
    }


def checksum(document: Mapping[str, Any]) -> str:
    """Of everything in a document but its checksum."""
    rest = {name: value for name, value in document.items() if name != "checksum"}
    return hashlib.sha256(canonical(rest).encode(errors="surrogatepass")).hexdigest()


def render(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def _lean(**values: Any) -> Data:
    """Without what says nothing."""
    return {name: value for name, value in values.items() if value}


def _place(span: Span | None) -> Data | None:
    return {"path": span.path, "line": span.line, "column": span.column} if span else None


def _action(action: Action, salt: bytes) -> Data:
    return {
        "address": str(action.address),
        "verb": action.verb,
        **_lean(
            place=_place(action.span),
            live=_live(action, action.live, salt) if action.live else None,
            changes=[_change(change, salt) for change in action.changes],
            reason=action.reason,
            replaces=str(action.replaces) if action.replaces else None,
            delete_first=action.delete_first,
        ),
    }


def _change(change: Change, salt: bytes) -> Data:
    sides = {"before": change.before, "after": change.after}
    return {
        "path": list(change.path),
        **{
            side: _cell(value, change.hidden, salt)
            for side, value in sides.items()
            if value is not GONE
        },
        **_lean(hidden=change.hidden),
    }


def _cell(value: Any, hidden: bool, salt: bytes) -> Data:
    if isinstance(value, Known):
        return {"shown": value.text}
    if isinstance(value, Reference):
        return {"reference": str(value.to)}
    if isinstance(value, list) and any(isinstance(one, Reference) for one in value):
        return {"references": [_referred(one) for one in value]}
    if isinstance(value, SecretRef):
        return {"secret": folded(value.model_dump(exclude_unset=True))}
    if hidden and value is not None:  # a review shows a null as well
        return {"fingerprint": fingerprint(salt, value)}
    return {"value": folded(value)}


def _referred(one: Any) -> str:
    return str(one.to) if isinstance(one, Reference) else str(one)


def _live(action: Action, live: LiveObject, salt: bytes) -> Data:
    goes = action.verb in ("delete", "replace")
    fields: Data = {}
    for field in action.kind.leaves:
        is_declared = (
            action.item is not None and value_at(action.item.values, field.path) is not GONE
        )
        # Metadata is the application's, which writes it at any time.
        if not (is_declared or (goes and not field.traits.merged)):
            continue
        stored = field.presence or field.path
        is_read = not (field.traits.local or (field.traits.write_only and stored == field.path))
        value = value_at(live.values, stored)
        if is_read and value is not GONE:
            if stored == field.path:
                value = _looked_at(value, field, action.item if is_declared else None)
            fields[dotted(stored)] = _cell(value, field.traits.sensitive, salt)
    return {"id": live.id, **_lean(fields=fields)}


def _looked_at(value: Any, field: Field, item: Item | None) -> Any:
    """The part of a live value that an item declares, in a form that only what matters changes."""
    if item:
        if field.traits.merged:
            value = declared_part(value, value_at(item.values, field.path))
        for path in ignored_paths(item):
            rest = path[len(field.path) :]
            if is_within(field.path, [path]):
                value = None
            elif is_within(path, [field.path]):
                value = with_part(value, rest, GONE)
        if field.each:
            value = declared_items(value, value_at(item.values, field.path), field)
    value = field.normalized(value)
    if field.traits.unordered and isinstance(value, list | tuple):
        value = sorted(value, key=canonical)
    return value


def _step(step: Step, kind: Kind, salt: bytes) -> Data:
    return {
        **_step_id(step.id),
        **_lean(
            needs=[_step_id(need) for need in sorted(step.needs)],
            object_id=step.object_id,
            removal=step.removal,
            edge=step.edge,
            values={
                str(leaf): _cell(value, leaf.traits.sensitive, salt)
                for leaf, value in kind.declared(step.values)
            },
            within={
                name: _cell(value, kind.fields[name].traits.sensitive, salt)
                for name, value in step.within.items()
            },
            sinks={name: folded(sink.model_dump()) for name, sink in step.sinks.items()},
            origins=dict(step.origins),
        ),
    }


def _step_id(step: StepId) -> Data:
    return {"verb": step.verb, "address": str(step.address), **_lean(part=step.part)}
