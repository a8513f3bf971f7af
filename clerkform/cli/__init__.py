"""The command line: a group that finds its commands by name, and the one place that handles errors."""

from __future__ import annotations

import contextlib
import gc
import os
import pkgutil
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from clerkform import __version__
from clerkform.cli import commands, exits, standard
from clerkform.cli.invocation import Invocation
from clerkform.secrets.redaction import opened_net


class Commands(click.Group):
    """Each module of ``commands`` is a command; it is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(info.name for info in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{commands.__name__}.{name}").command
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        # A command lives for seconds, and most of what it makes lives until its end.
        gc.set_threshold(200_000, 50, 50)
        args = list(sys.argv[1:] if args is None else args)
        with standard.streams(), opened_net() as net:
            net.remember_keys(os.environ)
            invocation = Invocation(args, net)
            code = exits.DONE
            try:
                with _termination_interrupts():
                    extra |= {"standalone_mode": False, "obj": invocation}
                    code = super().main(args, *rest, **extra) or exits.DONE
            except (Exception, KeyboardInterrupt) as error:
                code = exits.code_of(error, has_written=invocation.has_written)
                invocation.report(error)
            code = invocation.close(code)
        sys.exit(code)


def _interrupt(*_: Any) -> None:
    """As Ctrl-C does, also where that is ignored, as in a shell's background jobs."""
    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def _termination_interrupts() -> Iterator[None]:
    """SIGTERM, which a cancelled CI job gets, is handled wherever Ctrl-C is.

    So is SIGHUP, which comes when a terminal is closed; ``nohup`` has it ignored.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    if before[signal.SIGHUP] == signal.SIG_IGN:
        del before[signal.SIGHUP]
    for number in before:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _working_in(directory: str) -> Iterator[None]:
    """As ``contextlib.chdir``, which fails where the folder that one comes from is gone."""
    try:
        before = os.getcwd()
    except FileNotFoundError:
        before = ""
    os.chdir(directory)
    try:
        yield
    finally:
        if before:
            os.chdir(before)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    envvar="CLERKFORM_DIRECTORY",
    help="Work in DIR; every other path is relative to it.",
)
@click.version_option(__version__, message="clerkform %(version)s")
@click.pass_context
def main(ctx: click.Context, directory: str | None) -> None:
    """Declarative configuration as code for Clerk: plan, apply, drift.

    Exit codes: 0 done, 1 wrong manifests or usage or refused, 2 changes pending (plan
    --detailed-exitcode) or drift found, 3 the plan could not be computed, 4 a step of an apply
    failed, 130 interrupted.
    """
    if directory:
        ctx.with_resource(_working_in(directory))
    if ctx.invoked_subcommand:
        ctx.obj.screen.command = ctx.invoked_subcommand
