from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import options
from clerkform.cli.choices import Online
from clerkform.cli.invocation import Invocation


@click.command()
@click.argument("address", required=False)
@options.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Show a plan that `plan -o` saved, offline.",
)
@options.online
@options.output
@click.pass_obj
def command(
    invocation: Invocation, where: Online, address: str | None, plan_file: Path | None
) -> None:
    """Show one resource, declared, live and recorded, or a plan."""
    from clerkform.errors import UsageError

    if address and not plan_file:
        _resource(invocation, where, address)
    elif plan_file and not address:
        _plan(invocation, plan_file)
    else:
        raise UsageError("show takes either an ADDRESS or --plan FILE")


def _resource(invocation: Invocation, where: Online, address: str) -> None:
    from clerkform.cli import looking
    from clerkform.cli.choices import Selection
    from clerkform.kinds import KINDS
    from clerkform.model import Address
    from clerkform.report.resource import describe

    asked_for = (Address.parse(address),)
    planned = looking.compare(invocation, where, Selection((), ()), looks_at=asked_for)
    resource = describe(address, planned, KINDS)
    invocation.view.say(f"{resource}\n", **resource.data)
    invocation.view.table(resource.table())


def _plan(invocation: Invocation, path: Path) -> None:
    from clerkform.cli import planfile
    from clerkform.kinds import KINDS
    from clerkform.workflows import saved_plan

    saved = planfile.read(path)
    review = saved_plan.reviewed(saved, KINDS)
    created_at = saved.document.created_at
    invocation.view.say(f"Saved at {created_at}.\n", saved={"created_at": created_at})
    invocation.view.plan(review, None)
