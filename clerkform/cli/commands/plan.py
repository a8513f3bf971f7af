from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import exits, options
from clerkform.cli.choices import Online, Wanted
from clerkform.cli.invocation import Invocation


@click.command()
@options.online
@options.wanted
@options.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
@options.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Save the plan, for `apply FILE`; it holds no secret. With - it is all of standard output,"
    " and what else is printed goes to standard error.",
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
    from clerkform.cli import asking, connect, local, planfile
    from clerkform.cli.placing import place, refuse_secrets, write_plan
    from clerkform.cli.standard import DASH
    from clerkform.diagnostics import Diagnostic
    from clerkform.errors import PlanError
    from clerkform.kinds import KINDS
    from clerkform.workflows import plan, saved_plan

    is_printed = str(output) == DASH
    if is_printed:
        invocation.set_output_apart()
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    root = loaded.environment.root
    path = None
    if output and not is_printed:
        path = place(output, root, "the plan was not saved")
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.writing(loaded.environment, wanted, interactive=local.is_terminal())
        planned = session.run(plan.make_plan(loaded, KINDS, session.ends, asked))
        invocation.view.findings(planned.remarks.warnings)
        invocation.view.plan(planned.review(), session.allowed)
    if planned.remarks.refusals:
        unsaved = f"the plan is refused, so it was not saved to {output}"
        said = [Diagnostic("not-saved", unsaved, severity="note")] if output else []
        raise PlanError([*planned.remarks.refusals, *said])
    if is_printed:
        text = planfile.text_of(planned, loaded)
        refuse_secrets(text, "standard output")
        invocation.print_apart(text)
    if path:
        write_plan(path, planfile.text_of(planned, loaded))
        typed = planfile.applying(output or path, loaded.environment)
        typed += saved_plan.options(saved_plan.shape(planned.asked))
        invocation.note(f"Saved to {output}: `{typed}` does this, and nothing else.")
    if detailed_exitcode and planned.plan.pending:
        raise click.exceptions.Exit(exits.PENDING)
    if detailed_exitcode and any(action.unreached for action in planned.plan.actions):
        raise click.exceptions.Exit(exits.NO_PLAN)
