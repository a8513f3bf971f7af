from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import exits, options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online, Wanted


@click.command()
@options.online
@options.wanted
@options.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
@options.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan, for `apply FILE`; it holds no secret.",
)
@options.output
@click.pass_obj
def command(
    invocation: Invocation,
    where: Online,
    wanted: Wanted,
    detailed_exitcode: bool,
    output: Path | None,
) -> None:
    """Show what an apply would do. Changes nothing."""
    from clerkform import pipeline, saving
    from clerkform.cli import asking, connect, local, planfile
    from clerkform.diagnostics import Diagnostic
    from clerkform.errors import PlanError
    from clerkform.kinds import KINDS

    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    path = planfile.place(output, loaded.environment.root) if output else None
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.writing(loaded.environment, wanted, interactive=local.is_terminal())
        planned = session.run(pipeline.make_plan(loaded, KINDS, session.ends, asked))
        invocation.view.findings(planned.warnings)
        invocation.view.plan(planned, session.allowed)
    if planned.refusals:
        unsaved = f"the plan is refused, so it was not saved to {output}"
        said = [Diagnostic("not-saved", unsaved, severity="note")] if output else []
        raise PlanError([*planned.refusals, *said])
    if path:
        planfile.write(path, planned, loaded)
        typed = planfile.applying(output or path, loaded.environment)
        typed += saving.options(saving.shape(planned.asked))
        invocation.note(f"Saved to {output}: `{typed}` does this, and nothing else.")
    if detailed_exitcode and planned.plan.pending:
        raise click.exceptions.Exit(exits.PENDING)
