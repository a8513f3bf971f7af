from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online, Wanted


@click.command()
@click.argument(
    "plan_file", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path)
)
@options.online
@options.wanted
@options.option("--auto-approve", is_flag=True, help="Apply without asking.")
@options.option(
    "--approve", metavar="ENVIRONMENT", help="Name a protected environment, as if typed."
)
@options.option(
    "--revoke-first",
    is_flag=True,
    help="With --replace: remove the old object before the new one is made.",
)
@options.output
@click.pass_obj
def command(
    invocation: Invocation,
    plan_file: Path | None,
    where: Online,
    wanted: Wanted,
    auto_approve: bool,
    approve: str | None,
    revoke_first: bool,
) -> None:
    """Bring the instance to its manifests.

    Shows the plan and asks first. Without a terminal nothing is written unless --auto-approve is given.
    With a FILE that `plan -o` saved nobody is asked, and nothing is written if anything has moved since.
    """
    from clerkform import manifests, pipeline, saving
    from clerkform.cli import applying, asking, connect, local, planfile
    from clerkform.errors import PlanError, UsageError
    from clerkform.kinds import KINDS

    if revoke_first and not wanted.replace:
        raise UsageError("--revoke-first says how to replace, so it needs --replace ADDRESS")
    saved = planfile.read(plan_file) if plan_file else None
    if saved:
        saving.check_environment(saved, local.environment(where.environment))
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    environment = loaded.environment
    if approve not in (None, environment.name):
        raise UsageError(f"--approve names `{approve}`, but this is `{environment.name}`")
    # Only text shows the plan before the question.
    asks = local.is_terminal() and not auto_approve and invocation.format == "text"
    asked = asking.writing(
        environment,
        wanted,
        interactive=asks or saved is not None,  # a saved plan stands for having been seen
        approved=asks or approve is not None or saved is not None,
        delete_first=revoke_first,
    )
    if saved:
        asked = planfile.question(saved, asked)
    with connect.session(invocation, environment, where) as session:
        planned = session.run(pipeline.make_plan(loaded, KINDS, session.ends, asked))
        if saved:
            saving.confirm(planned, saved, manifests.digest(loaded))
        invocation.view.plan(planned, session.allowed)
        if refused := [*planned.refusals, *planned.writing]:
            raise PlanError(refused)
        if not planned.plan.steps:
            invocation.view.say("Nothing to do.")
            return
        if not saved:
            named = approve is not None
            applying.ask(planned, asks=asks, auto_approve=auto_approve, is_named=named)
        code = applying.carry_out(planned, session, invocation)
    raise click.exceptions.Exit(code)
