from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clerkform.cli import options
from clerkform.cli.invocation import Invocation

_STATE = options.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that stands for what is live; the database itself is in a folder of the user's.",
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
@options.option(
    "--seed",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON as `sandbox dump` prints it, which every new instance starts with.",
)
@options.option("--secret-key", metavar="KEY", help="The only key to accept, instead of any.")
@options.option(
    "--instance",
    type=click.Choice(["development", "production"]),
    help="What kind of instance to be; by default the key says it, sk_test_ or sk_live_.",
)
@options.option(
    "--rate-limit",
    metavar="N/SECONDSs",
    default="real",
    show_default=True,
    help="Requests and the time they may be made in, like 100/10s; real for Clerk's own; or off.",
)
@options.option("--latency", metavar="TIME", help="How much longer each answer takes, like 50ms.")
@options.option(
    "--read-lag", metavar="TIME", help="Reads answer the state of so long ago, like 2s."
)
@options.option(
    "--frontend-lag",
    metavar="TIME",
    help="The Frontend API's environment is of so long ago, like 5s.",
)
@options.option(
    "--migration-time",
    metavar="TIME",
    help="How long members keep a role that leaves their role set, like 5s.",
)
@options.option("--max-roles", type=int, help="Custom roles of organizations; 10 by default.")
@options.option("--max-role-sets", type=int, help="Role sets; 10 by default.")
@options.option(
    "--fresh-defaults",
    is_flag=True,
    help="New instances are as Clerk makes them: organizations off, most countries blocked.",
)
@options.option(
    "--sign-up-mode",
    type=click.Choice(["public", "restricted", "waitlist"]),
    help="Who may sign up; but for public, the allowlist cannot be switched on.",
)
@options.option(
    "--without",
    type=click.Choice(["organizations", "slugs", "api_keys"]),
    multiple=True,
    help="A feature that is switched off; repeatable.",
)
@options.option(
    "--unentitled",
    metavar="FEATURE",
    multiple=True,
    help="A feature that the plan lacks (402), like allowlist or satellites; repeatable.",
)
@options.option(
    "--contradiction",
    metavar="NAME=VALUE",
    multiple=True,
    help="Which of two observed behaviours to show, like jwt_template_patch=keeps; repeatable.",
)
@options.option(
    "--faults",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON list of rules for what goes wrong.",
)
@options.option("--fault-seed", type=int, help="What rules with a chance draw from.")
def serve(
    host: str,
    port: int,
    state: Path | None,
    seed: Path | None,
    secret_key: str | None,
    **knobs: Any,
) -> None:
    """Serve it over HTTP until Ctrl-C. Without --state, what is stored is lost then.

    Each secret key is an instance of its own. POST /_sandbox/config changes the settings while it
    runs, and GET /_sandbox/requests lists what was received.
    """
    from clerkform.cli import embedded
    from clerkform.sandbox import Settings
    from clerkform.sandbox.serve import serve as serve_sandbox

    settings = embedded.with_knobs(
        Settings(instance=None, secret_key=secret_key),
        embedded.served_knobs(knobs),
        "sandbox serve",
    )
    database = embedded.named_state(state) if state else None
    with embedded.reported():
        serve_sandbox(host, port, settings, database, seed=seed)


@command.command()
@options.environment
@_STATE
@options.option(
    "--fresh-defaults",
    is_flag=True,
    help="Leave it as Clerk makes an instance: organizations off, most countries blocked.",
)
@options.output
@click.pass_obj
def reset(
    invocation: Invocation, environment: str | None, state: Path | None, fresh_defaults: bool
) -> None:
    """Empty the embedded sandbox of an environment; its instance stays."""
    from clerkform.cli import embedded
    from clerkform.sandbox import reset as reset_sandbox

    database, shown = embedded.chosen_state(environment, state)
    fresh_defaults = fresh_defaults or embedded.is_made_fresh(environment, state)
    with embedded.reported():
        reset_sandbox(database, fresh_defaults=fresh_defaults)
    invocation.view.say("Reset.", reset=shown)


@command.command()
@options.environment
@_STATE
@options.option(
    "--instance-id", metavar="ID", help="Which one, where the state holds several instances."
)
@click.pass_obj
def dump(
    invocation: Invocation, environment: str | None, state: Path | None, instance_id: str | None
) -> None:
    """Print what the embedded sandbox of an environment holds, as the API would answer it."""
    import json

    from clerkform.cli import embedded
    from clerkform.sandbox import dump as dump_sandbox

    database, _ = embedded.chosen_state(environment, state)
    with embedded.reported():
        document = json.dumps(dump_sandbox(database, instance=instance_id), indent=2)
    invocation.screen.out.write(f"{document}\n")
    invocation.screen.out.flush()
