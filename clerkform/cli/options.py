"""Options that commands share. Each can also be given as ``CLERKFORM_`` and its long name."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from clerkform.cli.choices import Approval, Online, Reach, Selection, Wanted, Where
from clerkform.cli.invocation import Invocation
from clerkform.report.view import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """A click option that the process environment can give as well."""
    long = next(name for name in names if name.startswith("--"))
    variable = "CLERKFORM_" + long.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **settings)


class Number(click.FloatRange):
    """A number in a range. ``nan`` is in none, though no comparison says so."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number.", param, ctx)
        return number


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        setattr(context.find_object(Invocation), name, value)

    return callback


def _no_color(context: click.Context, _: click.Parameter, value: bool) -> None:
    invocation = context.find_object(Invocation)
    assert invocation is not None
    # https://no-color.org: any value but the empty one.
    invocation.screen.colored = not (value or os.environ.get("NO_COLOR"))


_QUIET = {"expose_value": False, "is_eager": True}


def output(function: F) -> F:
    """How a command prints; what it prints goes through ``Invocation.view``."""
    for add in (
        option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            default="text",
            callback=_set("log_format"),
            help="How -v logs.",
            **_QUIET,
        ),
        option(
            "-v",
            "--verbose",
            count=True,
            callback=_set("verbosity"),
            help="Log each request to standard error; twice: each step that begins as well.",
            **_QUIET,
        ),
        option(
            "--no-color",
            is_flag=True,
            callback=_no_color,
            help="No colours, as with NO_COLOR.",
            **_QUIET,
        ),
        option(
            "--format",
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            callback=_set("format"),
            help="Text for people, json for machines, markdown for a pull request.",
            **_QUIET,
        ),
    ):
        function = add(function)
    return function


def _gathered(name: str, made: type, *adds: Callable[[F], F]) -> Callable[[F], F]:
    """Add options, and hand their values to the command as one ``made``."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def command(*args: Any, **values: Any) -> Any:
            names = [one.name for one in fields(made) if one.name in values]
            own = {name: values.pop(name) for name in names}
            return function(*args, **{name: made(**own)}, **values)

        decorated: Any = command
        for add in reversed(adds):
            decorated = add(decorated)
        return decorated  # type: ignore[no-any-return]

    return decorate


environment = option("-e", "--environment", metavar="NAME", help="The environment to work in.")
_var = option(
    "--var",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set a variable that manifests use as ${var.NAME}; repeatable.",
)
target = option(
    "-t",
    "--target",
    metavar="ADDRESS",
    multiple=True,
    help="Only this address, or what this pattern matches; repeatable.",
)
_exclude = option(
    "--exclude",
    metavar="ADDRESS",
    multiple=True,
    help="Not this address, or what this pattern matches; repeatable.",
)

_max_quota = option(
    "--max-quota",
    metavar="SHARE",
    type=Number(0, 1, min_open=True),
    help="Share of the instance's rate limit to use: 0.2 on production, else 1.",
)
_allow_api_host = option(
    "--allow-api-host",
    metavar="HOST",
    multiple=True,
    help="Trust HOST, HOST:PORT (https) or a whole address as an `api_url`; repeatable.",
)
_bounds = (
    option(
        "--max-answer-mb",
        metavar="N",
        type=Number(0, 10_000, min_open=True),
        help="Megabytes that answers of the API may have: 50 if left out.",
    ),
    option(
        "--max-answer-seconds",
        metavar="N",
        type=Number(0, 3600, min_open=True),
        help="Seconds that one answer may take: 30 if left out.",
    ),
    option(
        "--max-pages",
        metavar="N",
        type=click.IntRange(1),
        help="Pages that lists which are read together may have: 400 if left out.",
    ),
)
where = _gathered("where", Where, environment, _var)
_way = (_max_quota, _allow_api_host, *_bounds)
reach = _gathered("where", Reach, environment, *_way)
online = _gathered("where", Online, environment, _var, *_way)
selection = _gathered("selection", Selection, target, _exclude)
_overrides = (
    option(
        "--max-deletes",
        metavar="N",
        type=click.IntRange(0),
        help="Let a plan delete up to N objects.",
    ),
    option(
        "--max-delete-percent",
        metavar="N",
        type=Number(0, 100),
        help="Let a plan delete up to N percent of a kind's live objects.",
    ),
    option(
        "--allow-delete",
        metavar="ADDRESS",
        multiple=True,
        help="Let this object be deleted or replaced though a guard keeps it; repeatable.",
    ),
    option(
        "--allow-weakening",
        metavar="ADDRESS",
        multiple=True,
        help="Let exactly this resource loosen a rule on a production instance; repeatable.",
    ),
    option(
        "--allow-lockout",
        metavar="ADDRESS",
        multiple=True,
        help="Let exactly this resource lock somebody out of a production instance; repeatable.",
    ),
    option(
        "--allow-production",
        is_flag=True,
        help="Write to a production instance that the project file does not call one.",
    ),
    option(
        "--no-impact",
        is_flag=True,
        help="Do not count what goes along with what is deleted.",
    ),
)
_again = (
    option(
        "--replace",
        metavar="ADDRESS",
        multiple=True,
        help="Make this object anew though nothing of it changed; repeatable.",
    ),
    option(
        "--resend",
        metavar="ADDRESS",
        multiple=True,
        help="Send the secrets of this object, which Clerk never returns, once more; repeatable.",
    ),
    option(
        "--deliver",
        metavar="ADDRESS",
        multiple=True,
        help="Deliver the secret of this live API key once more; repeatable.",
    ),
)
wanted = _gathered("wanted", Wanted, target, _exclude, *_again, *_overrides)
destroyed = _gathered("wanted", Wanted, target, _exclude, *_overrides)
approval = _gathered(
    "approval",
    Approval,
    option("--auto-approve", is_flag=True, help="Write without asking."),
    option("--approve", metavar="ENVIRONMENT", help="Name a protected environment, as if typed."),
)
