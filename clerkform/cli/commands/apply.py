from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import options
from clerkform.cli.choices import Approval, Online, Wanted
from clerkform.cli.invocation import Invocation


@click.command()
@click.argument(
    "plan_file", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path)
)
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
    plan_file: Path | None,
    where: Online,
    wanted: Wanted,
    approval: Approval,
    revoke_first: bool,
) -> None:
    """Bring the instance to its manifests.

    Shows the plan and asks first. Without a terminal nothing is written unless --auto-approve is given.
    With a FILE that `plan -o` saved nobody is asked, and nothing is written if anything has moved since,
    or if the plan was asked with other options (-t, --exclude, --replace, --resend, --deliver).
    """
    from clerkform.cli import applying
    from clerkform.errors import UsageError

    if revoke_first and not wanted.replace:
        raise UsageError("--revoke-first says how to replace, so it needs --replace ADDRESS")
    code = applying.plan_and_apply(
        invocation, where, wanted, approval, delete_first=revoke_first, plan_file=plan_file
    )
    raise click.exceptions.Exit(code)
