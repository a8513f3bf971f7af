from __future__ import annotations

import os
from pathlib import Path

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def command(context: click.Context, shell: str | None) -> None:
    """Print the completion script of a shell.

    Without an argument that of the shell in $SHELL.

    For bash: eval "$(clerkform completion bash)", in ~/.bashrc.
    """
    from click.shell_completion import get_completion_class

    from clerkform.errors import UsageError

    shell = shell or Path(os.environ.get("SHELL", "")).name
    made = get_completion_class(shell)
    if made is None or shell not in SHELLS:
        raise UsageError("which shell is not known", hint=f"name one: {', '.join(SHELLS)}")
    root = context.find_root().command
    click.echo(made(root, {}, "clerkform", "_CLERKFORM_COMPLETE").source())
