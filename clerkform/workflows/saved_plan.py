"""Saved plans, as use cases: one is written, shown, or applied if it is still what would be done."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import MISSING

from clerkform import __version__
from clerkform.diagnostics import Diagnostic
from clerkform.errors import PlanError
from clerkform.model import Registry
from clerkform.plan.file.document import FORMAT_VERSION
from clerkform.plan.file.dump import Basis, Data, checksum, dump
from clerkform.plan.file.load import Saved, refuse, review_of
from clerkform.plan.file.moved import moved
from clerkform.plan.impact import grown
from clerkform.plan.review import Review
from clerkform.plan.wire import WireAction, action_of
from clerkform.project import Environment
from clerkform.workflows.planned import Planned
from clerkform.workflows.request import Asked

QUESTIONS: Final[Mapping[str, str]] = {
    "targets": "-t",
    "excludes": "--exclude",
    "replace": "--replace",
    "resend": "--resend",
    "deliver": "--deliver",
}
"""What ``plan`` can be asked that shapes what it plans: attribute of ``Asked`` to option."""


def save(planned: Planned, digest: str, salt: bytes, created_at: str) -> Data:
    """The document of a plan.

    Args:
        digest: of the manifests that it was made from, before targets thinned them.
        created_at: now, in UTC, to the second.
    """
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "created_at": created_at,
        "salt": salt.hex(),
        "plan": _dump(planned, digest, salt),
    }
    return {**document, "checksum": checksum(document)}


def _dump(planned: Planned, digest: str, salt: bytes) -> Data:
    name, instance = planned.loaded.environment.name, planned.instance
    return dump(planned.plan, Basis(name, instance, digest, shape(planned.asked)), salt)


def shape(asked: Asked) -> dict[str, list[str]]:
    """What of a question shapes the plan, as plain data; what was not asked is left out."""
    given = {name: sorted(set(getattr(asked, name))) for name in QUESTIONS}
    return {name: texts for name, texts in given.items() if texts}


def options(shaped: Mapping[str, Sequence[str]]) -> str:
    """The same as the command line says it, with a blank before each option."""
    return "".join(
        f" {QUESTIONS[name]} {shlex.quote(text)}"
        for name in QUESTIONS
        for text in shaped.get(name, ())
    )


def asked_again(saved: Saved, asked: Asked, command: str) -> Asked:
    """``asked``, once it is known to ask what the plan was asked, for the instance of that plan.

    The file asks for nothing itself: it may be anybody's. ``command`` is what the user typed but
    for these options, to be repeated in a hint.

    Raises:
        PlanError: the command line asks for something else.
    """
    was, now = _shape_of(saved), shape(asked)
    if was != now:
        refuse(
            "asked-otherwise",
            f"{saved.shown} was saved with{options(was) or ' no such option'}, and this apply has"
            f"{options(now) or ' none of that'}; nothing was written",
            f"give the options that the plan was reviewed with: {command}{options(was)}",
        )
    if asked.delete_first:
        refuse("asked-otherwise", "no plan can be saved with --revoke-first", "leave it out")
    guards = replace(asked.guards, reviewed_instance=saved.document.plan.instance.id)
    return replace(asked, guards=guards)


def _shape_of(saved: Saved) -> dict[str, list[str]]:
    asked = saved.document.plan.asked
    return {} if asked is MISSING else asked.model_dump(exclude_defaults=True)


def check_environment(saved: Saved, environment: Environment) -> None:
    """Before anything is sent: whether the plan was made for this environment.

    Raises:
        PlanError: it is another environment's.
    """
    name = saved.document.plan.environment
    if name != environment.name:
        refuse(
            "other-environment",
            f"{saved.shown} is a plan of `{name}`, and this is `{environment.name}`",
            f"name its environment: -e {name}",
        )


def confirm(planned: Planned, saved: Saved, digest: str) -> None:
    """Compare a plan that was made just now with the saved one.

    Raises:
        PlanError: they differ; it names everything that does.
    """
    now = _compared(_dump(planned, digest, saved.salt))
    if not saved.says_meaning:
        now["actions"] = [_without(action, "means") for action in now["actions"]]
    if found := moved(_compared(saved.plan), now, planned.plan):
        made = saved.document
        by = "" if made.tool_version == __version__ else f" by clerkform {made.tool_version}"
        refusal = Diagnostic(
            "plan-moved",
            f"{saved.shown} was saved{by} at {made.created_at} and no longer says what an apply"
            " would do; nothing was written",
            hint=_review_anew(planned, saved)
            if planned.plan.steps
            else "nothing is left to do: it may have been applied already",
        )
        raise PlanError([*found, refusal])
    _check_impact(planned, saved)


def _check_impact(planned: Planned, saved: Saved) -> None:
    """Whether no more goes along with what is deleted than a reviewer saw.

    Raises:
        PlanError: it names each count that grew.
    """
    if not saved.says_meaning:
        return
    now = (WireAction(**action_of(action)) for action in planned.plan.actions if action.impact)
    more = grown(saved.document.plan.actions, now)
    if found := [Diagnostic("impact-grew", f"{address}: {text}") for address, text in more]:
        raise PlanError([replace(one, hint=_review_anew(planned, saved)) for one in found])


def _review_anew(planned: Planned, saved: Saved) -> str:
    environment, asked = planned.loaded.environment.name, options(shape(planned.asked))
    return f"review a new one: clerkform plan -e {environment}{asked} -o {shlex.quote(saved.shown)}"


def _compared(plan: Mapping[str, Any]) -> Data:
    """What of a plan has to be the same: not how much goes along, which may change at any time."""
    return {**plan, "actions": [_without(action, "impact") for action in plan["actions"]]}


def _without(block: Mapping[str, Any], name: str) -> Data:
    return {key: value for key, value in block.items() if key != name}


def reviewed(saved: Saved, registry: Registry) -> Review:
    """What a review of a saved plan needs: all that an apply of it compares, and nothing else.

    Raises:
        PlanError: it is about something that this clerkform does not know.
    """
    shape = _shape_of(saved)
    asked = Asked(tuple(shape.get("targets", ())), tuple(shape.get("excludes", ())))
    return review_of(saved, registry, asked.wants)
