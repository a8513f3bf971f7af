from __future__ import annotations

import click

from clerkform.cli import exits, options
from clerkform.cli.choices import Online, Where
from clerkform.cli.invocation import Invocation

FORMATS = ("text", "json", "junit")


@click.group()
@click.pass_context
def command(ctx: click.Context) -> None:
    """JWT templates without a browser: render, test, verify, lint."""
    ctx.obj.screen.command = f"jwt {ctx.invoked_subcommand}"


@command.command()
@click.argument("template")
@options.option(
    "--user",
    metavar="FILE",
    default="sample",
    show_default=True,
    help="A User as the Backend API answers it.",
)
@options.option(
    "--org",
    metavar="FILE",
    help="The active organization, as an OrganizationMembership or an Organization.",
)
@options.option("--session", metavar="FILE", help="A Session; its actor is what templates read.")
@options.option("--sign", is_flag=True, help="Print a token too, signed with the template's key.")
@options.option("--throw-away", is_flag=True, help="Sign with a key that is made for this token.")
@options.option("--issuer", metavar="URL", help="The token's `iss`: the Frontend API's URL.")
@options.where
@options.output
@click.pass_obj
def render(
    invocation: Invocation,
    where: Where,
    template: str,
    user: str,
    org: str | None,
    session: str | None,
    sign: bool,
    throw_away: bool,
    issuer: str | None,
) -> None:
    """Show what a token of TEMPLATE says of a user.

    FILE is JSON or YAML, - for JSON on standard input, or the word sample. --sign makes a key
    where the template declares none, and prints what verifies it.
    """
    from clerkform.cli import local, rendering
    from clerkform.report.rendered import show

    loaded = local.loaded(where)
    item = rendering.template_named(loaded, template)
    roles = rendering.permissions_of_roles(loaded)
    who = rendering.read_context(user, org, session, roles)
    rendered = rendering.rendered(item, who)
    show(rendered, item.at("claims"), invocation)
    if sign or throw_away:
        from clerkform.cli import signing

        key = None if throw_away else signing.own_key(item, loaded.environment, invocation)
        signing.show(signing.sign(item, rendered.claims, who, issuer, key), invocation)


def _choose_format(context: click.Context, _: click.Parameter, value: str) -> None:
    invocation = context.find_object(Invocation)
    assert invocation is not None
    invocation.format = value
    if value == "junit":
        from clerkform.report.junit import JunitView

        invocation.view = JunitView(invocation.screen)


@command.command()
@click.argument("templates", nargs=-1, metavar="[TEMPLATE]...")
@options.where
@options.option(
    "--format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    callback=_choose_format,
    expose_value=False,
    is_eager=True,
    help="Text for people, json for machines, junit for CI.",
)
@click.pass_obj
def test(invocation: Invocation, where: Where, templates: tuple[str, ...]) -> None:
    """Run the tests that stand beside JWT templates. Exits 1 if one fails.

    Offline, and in one environment: the default one unless -e names another.
    """
    from clerkform.cli import local, rendering
    from clerkform.report.tested import tested_data, tested_text

    ran = rendering.run_tests(local.loaded(where), templates)
    invocation.view.say(tested_text(ran), **tested_data(ran))
    if any(one.failed for one in ran):
        raise click.exceptions.Exit(exits.WRONG)


@command.command()
@click.argument("token", nargs=-1, metavar="[TOKEN]")
@options.option("--template", metavar="NAME", help="The template that the token should fit.")
@options.option("--key", metavar="FILE", help="A PEM, a JWK or a shared secret to verify it with.")
@options.option("--jwks", metavar="FILE|URL", help="A set of keys to verify it with.")
@options.option("--issuer", metavar="URL", help="The `iss` that it must have.")
@options.option(
    "--audience",
    metavar="AUD",
    multiple=True,
    help="An `aud` that it may have, instead of the template's; repeatable.",
)
@options.online
@options.output
@click.pass_obj
def verify(
    invocation: Invocation,
    where: Online,
    token: tuple[str, ...],
    template: str | None,
    key: str | None,
    jwks: str | None,
    issuer: str | None,
    audience: tuple[str, ...],
) -> None:
    """Check a token's signature, times, issuer, audience and claims. Exits 1 if one is wrong.

    TOKEN is read from standard input if it is left out, which keeps it out of the shell's
    history. Without --key and --jwks it is verified with the signing key that the template
    declares, or else with the keys of the environment's instance.
    """
    import time

    from clerkform.cli import local, rendering, verifying
    from clerkform.jwt.verify import verify as verified
    from clerkform.report.verified import show

    text = verifying.read_token(token)
    item = rendering.template_named(local.loaded(where), template) if template else None
    keys = verifying.keys(key, jwks, item, invocation, where)
    wanted = verifying.expected(item, issuer, audience)
    found = verified(text, keys, wanted, now=time.time())
    show(found, invocation.view)
    if not found.is_valid:
        raise click.exceptions.Exit(exits.WRONG)


@command.command()
@options.where
@options.output
@click.pass_obj
def lint(invocation: Invocation, where: Where) -> None:
    """Show what the linter has to say, warnings too. Exits 1 if it is anything.

    The same rules are part of `validate`, which fails on errors only. docs/lint.md explains each.
    """
    import os

    from clerkform.cli import local
    from clerkform.kinds import KINDS
    from clerkform.lint.run import RULES
    from clerkform.report.counts import counted
    from clerkform.workflows import load

    root = local.working_folder()
    valid = load.validate(root, where.environment, KINDS, os.environ, where.var)
    all_ = dict.fromkeys(one for loaded in valid for one in loaded.findings)
    found = [one for one in all_ if one.code in RULES]
    invocation.view.findings(found)
    names = ", ".join(loaded.environment.name for loaded in valid)
    said = f"Linted {names}: {counted(len(found), 'finding')}."
    invocation.view.say(said, environments=[loaded.environment.name for loaded in valid])
    if found:
        raise click.exceptions.Exit(exits.WRONG)
