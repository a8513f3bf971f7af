from __future__ import annotations

import click

from clerkform.cli import exits, options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online, Wanted


@click.command()
@options.online
@options.wanted
@options.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, wanted: Wanted, detailed_exitcode: bool) -> None:
    """Show what an apply would do. Changes nothing."""
    from clerkform import pipeline
    from clerkform.cli import asking, connect, local
    from clerkform.errors import PlanError
    from clerkform.kinds import KINDS

    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.writing(loaded.environment, wanted, interactive=local.is_terminal())
        planned = session.run(pipeline.make_plan(loaded, KINDS, session.ends, asked))
        invocation.view.plan(planned, session.allowed)
    if planned.refusals:
        raise PlanError(planned.refusals)
    if detailed_exitcode and planned.plan.pending:
        raise click.exceptions.Exit(exits.PENDING)
