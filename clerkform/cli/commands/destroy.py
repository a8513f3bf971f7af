from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.choices import Approval, Online, Wanted
from clerkform.cli.invocation import Invocation


@click.command()
@options.online
@options.destroyed
@options.approval
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Online, wanted: Wanted, approval: Approval) -> None:
    """Delete what the manifests declare, and nothing else.

    Shows the plan and asks first, as apply does, and is refused by the same guards. What is declared
    external stays, and so does the primary domain.
    """
    from clerkform.cli import applying

    code = applying.plan_and_apply(invocation, where, wanted, approval, destroys=True)
    raise click.exceptions.Exit(code)
