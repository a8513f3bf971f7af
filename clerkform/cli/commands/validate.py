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
    from dataclasses import replace

    from clerkform import manifests
    from clerkform.cli import local
    from clerkform.client.api_url import foreign_host
    from clerkform.kinds import KINDS
    from clerkform.report.counts import counted

    valid = manifests.validate(
        local.working_folder(),
        where.environment,
        KINDS,
        os.environ,
        where.var,
        lambda environment: local.vault(environment, invocation.net),
    )
    found = dict.fromkeys(one for loaded in valid for one in loaded.findings)
    urls = {loaded.environment.name: loaded.environment.api_url for loaded in valid}
    foreign = (foreign_host(url, name) for name, url in urls.items() if url)
    warned = [replace(one, severity="warning") for one in foreign if one]
    invocation.view.findings([*found, *warned])
    counts = {loaded.environment.name: len(loaded.desired.items) for loaded in valid}
    invocation.view.say(
        "Valid: " + ", ".join(f"{n} ({counted(c, 'resource')})" for n, c in counts.items()) + ".",
        environments=[{"name": name, "resources": count} for name, count in counts.items()],
    )
