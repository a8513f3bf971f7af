from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Approval, Online, Wanted


@click.command()
@options.online
@options.wanted
@options.approval
@options.option(
    "--revoke-first",
    is_flag=True,
    help="With --replace: remove the old object before the new one is made.",
)
@options.output
@click.pass_obj
def command(
    invocation: Invocation,
    where: Online,
    wanted: Wanted,
    approval: Approval,
    revoke_first: bool,
) -> None:
    """Bring the instance to its manifests.

    Shows the plan and asks first. Without a terminal nothing is written unless --auto-approve is given.
    """
    from clerkform.cli import applying
    from clerkform.errors import UsageError

    if revoke_first and not wanted.replace:
        raise UsageError("--revoke-first says how to replace, so it needs --replace ADDRESS")
    code = applying.plan_and_apply(invocation, where, wanted, approval, delete_first=revoke_first)
    raise click.exceptions.Exit(code)
