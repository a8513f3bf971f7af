from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.choices import Where
from clerkform.cli.invocation import Invocation


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

    from clerkform.cli import local
    from clerkform.client.api_url import refused_url
    from clerkform.errors import ManifestError
    from clerkform.kinds import KINDS
    from clerkform.report.counts import counted
    from clerkform.workflows import load

    valid = load.validate(
        local.working_folder(),
        where.environment,
        KINDS,
        os.environ,
        where.var,
        lambda environment: local.vault(environment, invocation.net),
    )
    found = dict.fromkeys(one for loaded in valid for one in loaded.findings)
    each = {loaded.environment.name: loaded.environment for loaded in valid}.values()
    urls = (refused_url(e.api_url, e.name, e.api_url_span) for e in each if e.api_url)
    refused = [one for one in urls if one]
    if any(one.code != "foreign-api-host" for one in refused):
        raise ManifestError(refused)
    warned = [replace(one, severity="warning") for one in refused]
    invocation.view.findings([*found, *warned])
    counts = {loaded.environment.name: len(loaded.desired.items) for loaded in valid}
    invocation.view.say(
        "Valid: " + ", ".join(f"{n} ({counted(c, 'resource')})" for n, c in counts.items()) + ".",
        environments=[{"name": name, "resources": count} for name, count in counts.items()],
    )
