from __future__ import annotations

from pathlib import Path

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation

_STATE = options.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file that holds what is live.",
)


@click.group()
def command() -> None:
    """A local Clerk Backend API, without an account."""


@command.command()
@options.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@options.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4010,
    show_default=True,
    help="0 for any free one.",
)
@_STATE
@options.option("--secret-key", metavar="KEY", help="The only key to accept, instead of any.")
@options.option(
    "--instance",
    type=click.Choice(["development", "production"]),
    default="development",
    show_default=True,
    help="What kind of instance to be.",
)
@options.option(
    "--rate-limit",
    metavar="N/SECONDSs",
    default="off",
    show_default=True,
    help="Requests and the time they may be made in, like 100/10s; or off.",
)
def serve(
    host: str, port: int, state: Path | None, secret_key: str | None, instance: str, rate_limit: str
) -> None:
    """Serve it over HTTP until Ctrl-C. Without --state, what is stored is lost then."""
    from clerkform.cli import embedded
    from clerkform.sandbox import Settings
    from clerkform.sandbox.serve import serve as serve_sandbox

    settings = Settings(
        instance="production" if instance == "production" else "development",
        secret_key=secret_key,
        rate_limit=embedded.rate_limit(rate_limit),
    )
    with embedded.reported():
        serve_sandbox(host, port, settings, state)


@command.command()
@options.environment
@_STATE
@options.output
@click.pass_obj
def reset(invocation: Invocation, environment: str | None, state: Path | None) -> None:
    """Empty the embedded sandbox of an environment; its instance stays."""
    from clerkform.cli import embedded
    from clerkform.sandbox import reset as reset_sandbox

    path = embedded.chosen_state(environment, state)
    with embedded.reported():
        reset_sandbox(path)
    invocation.view.say("Reset.", reset=str(path))


@command.command()
@options.environment
@_STATE
def dump(environment: str | None, state: Path | None) -> None:
    """Print what the embedded sandbox of an environment holds, as the API would answer it."""
    import json

    from clerkform.cli import embedded
    from clerkform.sandbox import dump as dump_sandbox

    path = embedded.chosen_state(environment, state)
    with embedded.reported():
        click.echo(json.dumps(dump_sandbox(path), indent=2))
