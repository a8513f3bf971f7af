"""A plan to plain data. No secret is in it, and no sensitive value but as a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import MISSING

from clerkform.desired import Item
from clerkform.diff.action import Action
from clerkform.diff.fields import declared_items
from clerkform.diff.ignored import ignored_paths, is_within, with_part
from clerkform.diff.values import declared_part
from clerkform.ledger.fingerprint import fingerprint
from clerkform.live.state import LiveObject
from clerkform.model import Field
from clerkform.model.canonical import canonical
from clerkform.model.paths import GONE, dotted, value_at
from clerkform.plan.build import Plan
from clerkform.plan.file.document import (
    SavedAction,
    SavedInstance,
    SavedLive,
    SavedPlan,
    SavedQuestion,
)
from clerkform.plan.limits import Instance
from clerkform.plan.wire import (
    Seal,
    WireCell,
    WireChange,
    action_of,
    cell_of,
    change_of,
    step_of,
)

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

    def seal(value: Any) -> WireCell:
        return WireCell(fingerprint=fingerprint(salt, value))

    saved = SavedPlan(
        environment=basis.environment,
        instance=SavedInstance(
            id=basis.instance.id, environment_type=basis.instance.environment_type
        ),
        digest=basis.digest,
        asked=SavedQuestion(**basis.asked) if basis.asked else MISSING,
        actions=[_action(action, seal) for action in plan.actions],
        steps=[step_of(step, kinds[step.address.kind], seal) for step in plan.steps],
    )
    plain: Data = saved.model_dump(exclude_defaults=True)
    return plain


def checksum(document: Mapping[str, Any]) -> str:
    """Of everything in a document but its checksum."""
    rest = {name: value for name, value in document.items() if name != "checksum"}
    return hashlib.sha256(canonical(rest).encode(errors="surrogatepass")).hexdigest()


def render(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def _action(action: Action, seal: Seal) -> SavedAction:
    return SavedAction(
        **action_of(action),
        changes=tuple(WireChange(**change_of(change, seal)) for change in action.changes),
        live=_live(action, action.live, seal) if action.live else MISSING,
    )


def _live(action: Action, live: LiveObject, seal: Seal) -> SavedLive:
    goes = action.verb in ("delete", "replace")
    fields: dict[str, WireCell] = {}
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
            fields[dotted(stored)] = cell_of(value, seal if field.traits.sensitive else None)
    return SavedLive(id=live.id, fields=fields)


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
