from __future__ import annotations

import click

from clerkform.cli import exits, options
from clerkform.cli.choices import Online, Selection
from clerkform.cli.invocation import Invocation


@click.command()
@options.online
@options.selection
@options.option(
    "--fail-on",
    type=click.Choice(["edited", "drifted", "any"]),
    default="drifted",
    show_default=True,
    help="Which findings exit with 2: what was edited in git and not applied, what was changed in"
    " the instance, or both. What cannot be attributed counts either way.",
)
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, selection: Selection, fail_on: str) -> None:
    """Show where the instance differs from its manifests. Exits 2 if it has drifted.

    Lists as well what is live and not declared, of the kinds that have a section and that the
    application does not make too. That alone is no drift, unless its kind is pruned.

    The ledger, the record of the last apply, tells what a person changed in the dashboard from an
    edit of a manifest that nobody has applied yet. Without it every difference counts.
    """
    from clerkform.cli import looking
    from clerkform.kinds import KINDS
    from clerkform.report.drift import Drift

    compared = looking.compare_what_answers(invocation, where, selection)
    drift = Drift(compared.planned, KINDS, compared.unread)
    invocation.view.table(drift.table(fail_on))
    if compared.error:
        raise compared.error
    if drift.fails(fail_on):
        raise click.exceptions.Exit(exits.PENDING)
    if drift.unreached:
        raise click.exceptions.Exit(exits.NO_PLAN)
