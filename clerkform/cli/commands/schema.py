from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    envvar="CLERKFORM_OUTPUT",
    help="Write to FILE instead of standard output, which - stands for.",
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of manifests and of the project file.

    Editors complete and explain every key with it. Put this line at the top of a manifest:
    "# yaml-language-server: $schema=schema.json"
    """
    from clerkform.cli import local
    from clerkform.cli.placing import place, write_text
    from clerkform.cli.standard import DASH
    from clerkform.kinds import KINDS
    from clerkform.schema.json_schema import render_schema

    text = render_schema(KINDS)
    if output and str(output) != DASH:
        write_text(place(output, local.working_folder(), "nothing was written"), text)
    else:
        click.echo(text, nl=False)
