from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Online


@click.command()
@click.argument("address")
@options.online
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, address: str) -> None:
    """Show one resource, declared and live, side by side."""
    from clerkform.cli import looking
    from clerkform.cli.options import Selection
    from clerkform.kinds import KINDS
    from clerkform.model import Address
    from clerkform.report.resource import describe

    kind, _, key = address.partition("/")
    asked_for = (Address(kind, key),)
    planned = looking.compare(invocation, where, Selection((), ()), looks_at=asked_for)
    resource = describe(address, planned, KINDS)
    invocation.view.say(f"{resource}\n", **resource.data)
    invocation.view.table(resource.table())
