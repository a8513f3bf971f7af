from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="CLERKFORM_OUTPUT",
    help="Write to FILE instead of standard output.",
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of manifests and of the project file.

    Editors complete and explain every key with it. Put this line at the top of a manifest:
    "# yaml-language-server: $schema=schema.json"
    """
    from clerkform.kinds import KINDS
    from clerkform.schema import render_schema

    text = render_schema(KINDS)
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
