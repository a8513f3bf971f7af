from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation
from clerkform.cli.options import Where


@click.command()
@options.where
@options.output
@click.pass_obj
def command(invocation: Invocation, where: Where) -> None:
    """Check the manifests of every environment, offline.

    With -e only those of that environment. Everything that is wrong is shown at once.
    """
    import os
    from pathlib import Path

    from clerkform import manifests
    from clerkform.cli import local
    from clerkform.kinds import KINDS
    from clerkform.report.counts import counted

    valid = manifests.validate(
        Path.cwd(), where.environment, KINDS, os.environ, where.var, local.vault
    )
    found = dict.fromkeys(one for loaded in valid for one in loaded.findings)
    invocation.view.findings(list(found))
    counts = {loaded.environment.name: len(loaded.desired.items) for loaded in valid}
    invocation.view.say(
        "Valid: " + ", ".join(f"{n} ({counted(c, 'resource')})" for n, c in counts.items()) + ".",
        environments=[{"name": name, "resources": count} for name, count in counts.items()],
    )
