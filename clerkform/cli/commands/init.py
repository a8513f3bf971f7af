from __future__ import annotations

import click
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
@options.output
@click.pass_obj
def command(invocation: Invocation, preset: tuple[str, ...], ci: str | None) -> None:
    """Start a project in this folder, or add a JWT template to it.

    Writes a project file, a first manifest, and what git should ignore. With `jwt NAME`, writes
    the template that an integration such as convex asks for, with a test, and nothing else. Files
    that exist are left as they are.
    """
    from clerkform.cli import local, starting

    if preset and ci:
        raise click.UsageError("--ci starts a project; leave it out with `jwt NAME`")
    if preset:
        written, kept = starting.add_template(local.working_folder(), preset)
        next_steps = starting.TEMPLATE_STEPS
    else:
        written, kept = starting.start(local.working_folder(), ci)
        next_steps = starting.NEXT_STEPS
    lines = [*(f"wrote {path}" for path in written), *(f"kept {path}" for path in kept)]
    invocation.view.say("\n".join(lines), written=written, kept=kept)
    invocation.note(next_steps)
