from __future__ import annotations

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from clerkform.cli import options
from clerkform.cli.invocation import Invocation


def _complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from clerkform import presets

    given = context.params.get("preset") or ()
    words = presets.names() if given else ["jwt"]
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


@click.command()
@click.argument("preset", nargs=-1, metavar="[jwt NAME]", shell_complete=_complete)
@options.option(
    "--ci", type=click.Choice(["github"]), help="Write a workflow that plans, applies and watches."
)
@options.option(
    "-e", "--environment", metavar="NAME", help="With --ci: the environment to apply to."
)
@options.output
@click.pass_obj
def command(
    invocation: Invocation, preset: tuple[str, ...], ci: str | None, environment: str | None
) -> None:
    """Start a project here, or add a workflow or a JWT template.

    Writes a project file, a first manifest, and what git should ignore. With --ci, writes a
    workflow, and in a project that exists nothing else. With `jwt NAME`, writes the template that
    an integration such as convex asks for, with a test, and nothing else. Files that exist are
    left as they are.
    """
    from clerkform.cli import local, starting

    if preset and ci:
        raise click.UsageError("--ci starts a project; leave it out with `jwt NAME`")
    given = click.get_current_context().get_parameter_source("environment")
    if environment and not ci and given is ParameterSource.COMMANDLINE:
        raise click.UsageError("-e says which environment a workflow is for, so it needs --ci")
    if preset:
        done = starting.add_template(local.working_folder(), preset)
    elif ci:
        done = starting.add_workflow(local.working_folder(), ci, environment)
    else:
        done = starting.start(local.working_folder())
    lines = [*(f"wrote {path}" for path in done.written), *(f"kept {path}" for path in done.kept)]
    invocation.view.say("\n".join(lines), written=done.written, kept=done.kept)
    invocation.note(done.next_steps)
