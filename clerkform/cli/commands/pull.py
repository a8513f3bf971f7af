from __future__ import annotations

import click

from clerkform.cli import options
from clerkform.cli.choices import Reach
from clerkform.cli.invocation import Invocation


@click.command()
@options.reach
@options.target
@options.option(
    "--with",
    "also",
    metavar="WORDS",
    multiple=True,
    help="Pull these as well: organizations, organization_memberships, api_keys, metadata,"
    " defaults; repeatable, or with commas.",
)
@options.option(
    "-o",
    "--output",
    metavar="DIR",
    help="Folder to write one file per kind into, by default the project's first one for"
    " manifests; - prints them instead.",
)
@options.output
@click.pass_obj
def command(
    invocation: Invocation,
    where: Reach,
    target: tuple[str, ...],
    also: tuple[str, ...],
    output: str | None,
) -> None:
    """Write what is live as manifests. Touches no file that exists.

    Left out unless asked for: organizations, their memberships and API keys, which applications make
    too, and metadata, which is the application's data, and settings that are as Clerk sets them by
    itself. Secrets are in no manifest.
    """
    from clerkform.cli import connect, local, pulling
    from clerkform.kinds import KINDS
    from clerkform.plan.limits import Guards
    from clerkform.workflows.plan import checked_instance
    from clerkform.workflows.pull import pull

    words = pulling.words(also, KINDS)
    environment = local.environment(where.environment)
    guards = Guards(pinned_instance=environment.instance, environment=environment.name)
    with connect.session(invocation, environment, where) as session:
        if guards.pinned_instance:
            session.run(checked_instance(session.ends, guards))
        pulled = session.run(pull(KINDS, session.ends, words, target, environment.name))
    pulling.hand_over(pulled, output or pulling.home(environment), environment, invocation)
