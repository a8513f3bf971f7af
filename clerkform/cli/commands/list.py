from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.choices import Online, Selection
from clerkform.cli.invocation import Invocation


@click.command()
@options.online
@options.selection
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, selection: Selection) -> None:
    """List every address, declared or live.

    Shows whether the two agree. Of a kind that no manifest has a section of nothing is read.
    """
    from clerkform.cli import looking
    from clerkform.report.inventory import inventory

    invocation.view.table(inventory(looking.compare(invocation, where, selection, everything=True)))
