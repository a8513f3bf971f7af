from __future__ import annotations

import click

from clerkform.cli import exits, options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online, Selection


@click.command()
@options.online
@options.selection
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, selection: Selection) -> None:
    """Show where the instance differs from its manifests. Exits 2 if it does.

    Without a record of what was last applied every difference counts: one that a person made in
    the dashboard, and an edit of a manifest that nobody has applied yet.
    """
    from clerkform.cli import looking
    from clerkform.report.drift import drift_table

    planned = looking.compare(invocation, where, selection)
    table = drift_table(planned)
    invocation.view.table(table)
    if table.rows:
        raise click.exceptions.Exit(exits.PENDING)
