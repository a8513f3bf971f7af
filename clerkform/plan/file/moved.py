"""What differs between a saved plan and the one that is computed now, each with a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from clerkform.diagnostics import Diagnostic
from clerkform.model.canonical import canonical
from clerkform.model.paths import dotted
from clerkform.plan.build import Plan

LONGEST: Final = 72
"""Characters of a value that are quoted."""

Data = Mapping[str, Any]


def moved(saved: Data, now: Data, plan: Plan) -> tuple[Diagnostic, ...]:
    """What moved between two dumps made with the same salt; ``plan`` is the one of ``now``.

    Empty exactly where they are equal.
    """
    if canonical(saved) == canonical(now):
        return ()
    return tuple(_Moved(saved, now, plan).found())


class _Moved:
    def __init__(self, before: Data, after: Data, plan: Plan) -> None:
        self._before, self._after = before, after
        self._actions = {str(action.address): action for action in plan.actions}
        self._explained: set[str] = set()
        """Addresses of which something was said already."""

    def found(self) -> Iterator[Diagnostic]:
        said = [*self._manifests(), *self._live(), *self._steps(), *self._shown()]
        yield from said
        if not said:
            names = ", ".join(_differing(self._before, self._after))
            yield Diagnostic("plan-differs", f"the file has other {names} than a plan made now")

    def _say(self, code: str, address: str, text: str, field: str = "") -> Diagnostic:
        self._explained.add(address)
        found = Diagnostic(code, f"{address}: {text}")
        action = self._actions.get(address)
        if action is None or action.item is None:
            return found
        span = action.item.at(*field.split(".")) if field else action.item.span
        return replace(found, span=span, quotes_line=action.item.may_be_quoted(span))

    def _manifests(self) -> Iterator[Diagnostic]:
        if self._before["digest"] != self._after["digest"]:
            yield Diagnostic("manifests-edited", "the manifests or their variables were edited")

    def _live(self) -> Iterator[Diagnostic]:
        sides = [
            {a["address"]: a["live"] for a in dump["actions"] if "live" in a}
            for dump in (self._before, self._after)
        ]
        for address, before, after in _both(*sides):
            if after is None:
                yield self._say("live-moved", address, f"{before['id']} is not there any more")
            elif before is None:
                yield self._say("live-moved", address, f"{after['id']} is there now")
            elif before["id"] != after["id"]:
                text = f"is another object, {after['id']} instead of {before['id']}"
                yield self._say("live-moved", address, text)
            else:
                fields = (before.get("fields", {}), after.get("fields", {}))
                for name, was, now in _both(*fields):
                    if canonical(was) != canonical(now):
                        yield self._say("live-moved", address, f"{name} {_values(was, now)}", name)

    def _steps(self) -> Iterator[Diagnostic]:
        sides = [
            {(s["address"], s["verb"], s.get("part", "")): s for s in dump["steps"]}
            for dump in (self._before, self._after)
        ]
        for (address, verb, part), before, after in _both(*sides):
            name = f"the {verb}" + (f" ({part})" if part else "")
            if after is None:
                yield self._say("step-moved", address, f"{name} is not needed any more")
            elif before is None:
                yield self._say("step-moved", address, f"{name} is new")
            elif canonical(before) != canonical(after):
                parts = _differing(before, after)
                fields = _differing(before.get("values", {}), after.get("values", {}))
                named = [*(p for p in parts if p != "values"), *fields]
                text = f"{name} would differ in {', '.join(named)}"
                yield self._say("step-moved", address, text, *fields[:1])

    def _shown(self) -> Iterator[Diagnostic]:
        """What a reviewer saw otherwise, where nothing above says why."""
        sides = [
            {a["address"]: {n: v for n, v in a.items() if n != "live"} for a in dump["actions"]}
            for dump in (self._before, self._after)
        ]
        lines: list[Diagnostic] = []
        was_edited = self._before["digest"] != self._after["digest"]
        for address, before, after in _both(*sides):
            if canonical(before) == canonical(after) or address in self._explained:
                continue
            if before is None or after is None:
                text = "is new in the plan" if after else "is in the plan no more"
                yield self._say("action-moved", address, text)
                continue
            differing = _differing(before, after)
            if differing == ["changes"] and (text := _changes(before, after)):
                yield self._say("action-moved", address, text)
            elif differing != ["place"]:
                text = f"{', '.join(differing)} would be shown otherwise"
                yield self._say("action-moved", address, text)
            elif not was_edited:
                text = f"stands at {_line(after)}, and stood at {_line(before)}"
                lines.append(self._say("place-moved", address, text))
        yield from lines[:1]  # one line more at the top of a file moves all of it


def _both(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    for key in sorted({*before, *after}):
        yield key, before.get(key), after.get(key)


def _differing(before: Data, after: Data) -> list[str]:
    return [
        name for name, *sides in _both(before, after) if canonical(sides[0]) != canonical(sides[1])
    ]


def _changes(before: Data, after: Data) -> str:
    """What would become of fields otherwise, of those that would change either way."""
    sides = [{dotted(tuple(c["path"])): c for c in one["changes"]} for one in (before, after)]
    moved = [
        f"{name} {_values(was.get('after'), now.get('after'))}"
        for name, was, now in _both(*sides)
        if was and now and canonical(was) != canonical(now)
    ]
    return ", ".join(moved)


def _line(action: Data) -> str:
    return (
        f"{action['place']['path']}:{action['place']['line']}" if "place" in action else "nowhere"
    )


def _values(before: Data | None, after: Data | None) -> str:
    hidden = any(side and "fingerprint" in side for side in (before, after))
    if hidden:
        return "is another value now (sensitive)"
    return f"was {_text(before)} and is {_text(after)} now"


def _text(cell: Data | None) -> str:
    if not cell:
        return "not there"
    text = json.dumps(cell if len(cell) > 1 else next(iter(cell.values())), ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
