"""Saved plans, as use cases: one is written, shown, or applied if it is still what would be done."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from clerkform import __version__
from clerkform.asked import Asked
from clerkform.desired import Desired
from clerkform.diagnostics import Diagnostic
from clerkform.diff.match import Matched
from clerkform.errors import PlanError
from clerkform.live import Live
from clerkform.manifests import Loaded
from clerkform.model import Registry
from clerkform.pipeline import Planned
from clerkform.plan.guard import Instance
from clerkform.plan.saved.document import FORMAT_VERSION
from clerkform.plan.saved.dump import Basis, Data, checksum, dump, findings
from clerkform.plan.saved.load import Saved, diagnostic, plan_of, refuse
from clerkform.plan.saved.moved import moved
from clerkform.project import Environment

SHAPELESS: Final = frozenset({"guards", "everything", "looks_at", "exact"})
"""What of ``Asked`` leaves the steps as they are: it lets them pass, or looks at more."""


def save(planned: Planned, digest: str, allowed: int, salt: bytes, created_at: str) -> Data:
    """The document of a plan.

    Args:
        digest: of the manifests that it was made from, before targets thinned them.
        allowed: requests that may be used in one window.
        created_at: now, in UTC, to the second.
    """
    told = planned.loaded.findings
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "created_at": created_at,
        "salt": salt.hex(),
        "plan": _dump(planned, digest, salt),
        "review": {
            "reads": planned.reads,
            "reads_again": planned.reads_again,
            "allowed": allowed,
            "undeclared": [str(address) for address in planned.plan.undeclared],
            "warnings": findings((*told, *planned.warnings)),
            "notes": findings(found for found in planned.findings if found not in told),
            "writing": findings(planned.writing),
        },
    }
    return {**document, "checksum": checksum(document)}


def _dump(planned: Planned, digest: str, salt: bytes) -> Data:
    name, instance = planned.loaded.environment.name, planned.instance
    return dump(planned.plan, Basis(name, instance, digest, shape(planned.asked)), salt)


def shape(asked: Asked) -> Data:
    """What of a question shapes the plan, as plain data; what was not asked is left out."""
    given = {f.name: getattr(asked, f.name) for f in fields(Asked) if f.name not in SHAPELESS}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value
    }


def asked_again(saved: Saved, asked: Asked) -> Asked:
    """The question of a saved plan, under the guards of ``asked``, which asks nothing itself.

    Raises:
        PlanError: it was asked for what this clerkform does not know.
    """
    known = {f.name: f.default for f in fields(Asked) if f.name not in SHAPELESS}
    given: dict[str, Any] = {}
    for name, value in saved.document.plan.asked.items():
        if name not in known or isinstance(value, list) is not isinstance(known[name], tuple):
            refuse(
                "not-a-plan", f"{saved.shown} asks for {name}, which this clerkform does not know"
            )
        given[name] = tuple(value) if isinstance(value, list) else value
    guards = replace(asked.guards, reviewed_instance=saved.document.plan.instance.id)
    return replace(asked, guards=guards, **given)


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
    now = _dump(planned, digest, saved.salt)
    if found := moved(saved.plan, now, planned.plan):
        name = planned.loaded.environment.name
        made = saved.document
        by = "" if made.tool_version == __version__ else f" by clerkform {made.tool_version}"
        refusal = Diagnostic(
            "plan-moved",
            f"{saved.shown} was saved{by} at {made.created_at} and no longer says what an apply"
            " would do; nothing was written",
            hint=f"review a new one: clerkform plan -e {name}{_options(planned.asked)}"
            f" -o {saved.shown}"
            if planned.plan.steps
            else "nothing is left to do: it may have been applied already",
        )
        raise PlanError([*found, refusal])


def _options(asked: Asked) -> str:
    """What was asked, as the command line says it."""
    named = {
        "-t": asked.targets,
        "--exclude": asked.excludes,
        "--replace": asked.replace,
        "--resend": asked.resend,
        "--deliver": asked.deliver,
    }
    return "".join(f" {n} {shlex.quote(text)}" for n, texts in named.items() for text in texts)


def reviewed(saved: Saved, registry: Registry) -> Planned:
    """What a review of a saved plan needs; nothing else of it is there.

    Raises:
        PlanError: it is about something that this clerkform does not know.
    """
    told, aside = saved.document.plan, saved.document.review
    warnings = tuple(map(diagnostic, aside.warnings))
    environment = Environment(told.environment, Path())
    return Planned(
        Loaded(environment, Desired(), warnings),
        asked_again(saved, Asked()),
        plan_of(saved, registry),
        Live(),
        Matched((), {}),
        Instance(told.instance.id, told.instance.environment_type),
        writing=tuple(map(diagnostic, aside.writing)),
        findings=(*warnings, *map(diagnostic, aside.notes)),
        reads=aside.reads,
        reads_again=aside.reads_again,
    )
