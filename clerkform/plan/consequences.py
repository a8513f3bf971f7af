"""What a plan means for who can get in, as findings: refused on production until it is named."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action
from clerkform.model.meaning import Consequence, Sort
from clerkform.model.paths import dotted
from clerkform.plan.build import Plan
from clerkform.plan.limits import Guards, Instance, is_guarded

REFUSED: Final[dict[Sort, tuple[str, str]]] = {
    "weakens": ("weakens-security", "--allow-weakening"),
    "locks_out": ("locks-out", "--allow-lockout"),
}
"""Sorts of consequences that somebody has to mean: the code, and the option that names an address."""


def check_meaning(plan: Plan, instance: Instance, guards: Guards) -> tuple[Diagnostic, ...]:
    """What loosens a rule or locks somebody out: an error on production until its address is
    allowed, elsewhere a note."""
    if not is_guarded(instance, guards):
        return tuple(_notes(plan.actions))
    allowed = {"weakens": guards.allow_weakening, "locks_out": guards.allow_lockout}
    return tuple(
        _refusal(action, one)
        for action in plan.actions
        for one in action.means
        if one.sort in REFUSED and str(action.address) not in allowed[one.sort]
    )


def _refusal(action: Action, one: Consequence) -> Diagnostic:
    code, _ = REFUSED[one.sort]
    place = action.item.at(*one.path) if action.item else None
    return Diagnostic(
        code,
        f"{action.address}: {one.says} (`{dotted(one.path)}`)",
        place,
        hint=f"if that is what you want: {_naming(action, one.sort)}",
        quotes_line=not (action.item and place) or action.item.may_be_quoted(place),
    )


def _notes(actions: Iterable[Action]) -> Iterator[Diagnostic]:
    """One for each sort: the plan says at each change what it means."""
    for sort, (code, _) in REFUSED.items():
        meant = [(a, one) for a in actions for one in a.means if one.sort == sort]
        named = {action.address: action for action, _ in meant}
        if meant:
            told = "; ".join(f"{action.address}: {one.says}" for action, one in meant)
            options = " ".join(_naming(action, sort) for action in named.values())
            hint = f"on a production instance this wants {options}"
            yield Diagnostic(code, told, hint=hint, severity="note")


def _naming(action: Action, sort: Sort) -> str:
    return f"{REFUSED[sort][1]} {shlex.quote(str(action.address))}"
