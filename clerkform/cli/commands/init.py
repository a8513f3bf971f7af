from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation


@click.command()
@options.option(
    "--ci", type=click.Choice(["github"]), help="Write a workflow that plans, applies and watches."
)
@options.output
@click.pass_obj
def command(invocation: Invocation, ci: str | None) -> None:
    """Start a project in this folder.

    Writes a project file, a first manifest, and what git should ignore. Files that exist are left as they are.
    """
    from pathlib import Path

    from clerkform.cli import starting

    written, kept = starting.start(Path.cwd(), ci)
    lines = [*(f"wrote {path}" for path in written), *(f"kept {path}" for path in kept)]
    invocation.view.say("\n".join(lines), written=written, kept=kept)
    invocation.note(starting.NEXT_STEPS)
