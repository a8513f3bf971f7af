"""What Clerk would refuse of a plan's values, as far as the instance and what is live tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action
from clerkform.diff.fields import sent_value
from clerkform.diff.values import merged
from clerkform.live.state import LiveObject
from clerkform.model.canonical import json_bytes
from clerkform.plan.limits import Instance


def foreseen(actions: Iterable[Action], instance: Instance) -> tuple[Diagnostic, ...]:
    """Errors of what Clerk refuses, warnings of what it may. What is not sent is not looked at."""
    found: list[Diagnostic] = []
    for action in actions:
        if action.verb in ("create", "update", "replace") and action.item:
            found += _unfit(action, is_production=instance.environment_type != "development")
        if action.verb == "update" and action.item and action.live:
            found += _too_large(action, action.item, action.live)
            found += _half(action, action.item, action.live)
    return tuple(found)


def _sent(action: Action) -> frozenset[str]:
    """The declared fields that a request would hold."""
    assert action.item is not None
    if action.verb == "update":
        return frozenset(change.field for change in action.changes)
    return frozenset(n for n in action.item.values if not action.kind.fields[n].traits.local)


def _unfit(action: Action, *, is_production: bool) -> Iterator[Diagnostic]:
    assert action.item is not None
    sent = {name: action.item.values[name] for name in sorted(_sent(action))}
    for unfit in action.kind.refuses(sent, is_production):
        found = Diagnostic(
            "clerk-refuses",
            f"`{unfit.field}` of {action.address} {unfit.says}",
            action.item.at(unfit.field),
        )
        unsure = replace(found, code="clerk-may-refuse", severity="warning")
        yield found if unfit.is_sure else unsure


def _too_large(action: Action, item: Item, live: LiveObject) -> Iterator[Diagnostic]:
    """What is merged counts as it will be, not as it is declared."""
    for name in sorted(_sent(action)):
        most = action.kind.fields[name].traits.most_bytes
        if most is None:
            continue
        size = json_bytes(
            merged(live.values.get(name), sent_value(item, action.kind.fields[name], live))
        )
        if size > most:
            yield Diagnostic(
                "clerk-refuses",
                f"`{name}` of {action.address} would be {size} bytes of JSON with what is live,"
                f" and Clerk takes {most}",
                item.at(name),
                hint="declare less, or remove a live key: declare it as null",
            )


def _half(action: Action, item: Item, live: LiveObject) -> Iterator[Diagnostic]:
    """A field that another one needs beside it, where that is new: live has none to go with it."""
    for name, field in action.kind.fields.items():
        beside = field.traits.needed_with
        if not beside or beside not in _sent(action) or item.values.get(beside) is None:
            continue
        is_new = live.values.get(action.kind.fields[beside].traits.presence or "") is not True
        if is_new and name not in item.values:
            yield Diagnostic(
                "needed-with",
                f"{action.address} would get a `{beside}`, and that needs `{name}`",
                item.at(beside),
                hint=f"add `{name}:` to this item",
            )
