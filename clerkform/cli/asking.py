"""Options and project file to what a plan is asked, and to the guards it has to pass."""

from __future__ import annotations

from clerkform.cli.choices import Selection, Wanted
from clerkform.plan.limits import Guards, Limits
from clerkform.project import Environment
from clerkform.workflows.request import Asked

UNGUARDED = Limits(max_deletes=1_000_000_000, max_delete_percent=100)
"""For a plan that nobody applies."""


def looking(environment: Environment, selection: Selection) -> Asked:
    """A plan that is only looked at: no guard speaks, but for the instance being another one."""
    guards = Guards(
        limits=UNGUARDED,
        pinned_instance=environment.instance,
        environment=environment.name,
        production=True,
        interactive=True,
    )
    return Asked(selection.target, selection.exclude, guards=guards, judges=False)


def writing(
    environment: Environment,
    wanted: Wanted,
    *,
    interactive: bool,
    approved: bool = False,
    delete_first: bool = False,
    destroys: bool = False,
) -> Asked:
    """A plan to be applied; the command line goes before the project file."""
    limits = environment.limits
    deletes, percent = wanted.max_deletes, wanted.max_delete_percent
    guards = Guards(
        limits=Limits(
            limits.max_deletes if deletes is None else deletes,
            limits.max_delete_percent if percent is None else percent,
        ),
        protect=environment.protect,
        pinned_instance=environment.instance,
        production=environment.production or wanted.allow_production,
        protected=environment.protected,
        approved=approved,
        environment=environment.name,
        interactive=interactive,
        allow_delete=frozenset(wanted.allow_delete),
        allow_weakening=frozenset(wanted.allow_weakening),
        allow_lockout=frozenset(wanted.allow_lockout),
    )
    return Asked(
        wanted.target,
        wanted.exclude,
        wanted.replace,
        delete_first=delete_first,
        resend=wanted.resend,
        deliver=wanted.deliver,
        destroys=destroys,
        counts=not wanted.no_impact,
        guards=guards,
    )
