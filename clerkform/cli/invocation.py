"""One run of the command line: where it prints, and what it says of whatever ended it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Abort, NoArgsIsHelpError

from clerkform.cli import exits
from clerkform.report.stream import Stream
from clerkform.report.view import FORMATS, Screen, View, open_view
from clerkform.secrets.redaction import Net

if TYPE_CHECKING:
    from clerkform.diagnostics import Diagnostic

DEBUG: Final = "CLERKFORM_DEBUG"


class Invocation:
    """What the options say about output, and what is known of the run so far."""

    def __init__(self, args: Sequence[str], net: Net) -> None:
        self._args = args
        self.net = net
        """The secrets of this run."""
        self.screen = Screen()
        self._out = self.screen.out
        self.format: str | None = None
        """None until the options are parsed."""
        self.verbosity = 0
        self.log_format = "text"
        self.has_written = False
        """A step of an apply was started."""
        self.option = ""
        """What names the environment in a command, where the project has several."""

    @cached_property
    def view(self) -> View:
        return open_view(self.format or self._format_in_args(), self.screen)

    def _format_in_args(self) -> str:
        """The format that was asked for on a command line that cannot be parsed."""
        joined = " ".join(["", *self._args, ""])
        asked = [f for f in FORMATS if f" --format {f} " in joined or f" --format={f} " in joined]
        named = os.environ.get("CLERKFORM_FORMAT", "")
        return asked[0] if asked else named if named in FORMATS else "text"

    def note(self, text: str) -> None:
        """Say something to a person that is no part of the document; machine formats have it as
        data, or do without."""
        if self.format == "text":
            self.screen.out.flush()
            self.screen.err.write(f"{text}\n")

    def report(self, error: BaseException) -> None:
        """Say what ended the command."""
        if isinstance(error, NoArgsIsHelpError):
            error.show()
            return
        from clerkform.report.commands import naming

        found = _diagnostics(error, self.has_written)
        self.view.errors([naming(one, self.option) for one in found])
        if os.environ.get(DEBUG) == "1" and not isinstance(error, click.ClickException):
            # The frames alone: a message or a local variable may hold what is secret.
            self.screen.err.write("".join(traceback.format_tb(error.__traceback__)))

    def set_output_apart(self) -> None:
        """From now on views print to standard error: standard output is for ``print_apart``."""
        self.screen.out = self.screen.err

    def print_apart(self, text: str) -> None:
        """Print a document that is all of standard output."""
        self._out.write(text)

    def close(self, code: int) -> int:
        """Print what is left; answers the exit code, which is no success where output was lost."""
        self.screen.err.flush()
        if self.screen.err.failure and self.has_written:
            why = f"what was said on standard error is lost in part: {_why(self.screen.err)}"
            self.view.say(why, log_lost=why)
        if "view" in self.__dict__:
            self.view.close(code)
        self._out.flush()
        if not self._out.failure:
            return code
        said = f"error[output-lost]: standard output is lost in part: {_why(self._out)}\n"
        if self.has_written:
            said += "  = hint: the apply went on; `clerkform plan` shows whether anything is left\n"
        self.screen.err.write(said)
        return exits.unwritten(code)


def _why(stream: Stream) -> str:
    return str(stream.failure and stream.failure.strerror).lower()


def _diagnostics(error: BaseException, has_written: bool) -> Sequence[Diagnostic]:
    from clerkform.diagnostics import Diagnostic
    from clerkform.errors import ApiError, ClerkformError, ManifestError, UsageError

    match error:
        case ManifestError():
            return error.diagnostics
        case UsageError():
            return [Diagnostic("usage", error.message, hint=error.hint)]
        case ApiError():
            from clerkform.client.explain import explain

            return [Diagnostic("api-error", explain(error))]
        case ClerkformError():
            return [Diagnostic("failed", str(error))]
        case click.ClickException():
            return [Diagnostic("usage", error.format_message(), hint=_help_hint(error))]
        case Abort() | KeyboardInterrupt():
            rest = "the summary says what was done" if has_written else "nothing was written"
            return [Diagnostic("interrupted", f"interrupted; {rest}")]
        case OSError(filename=str(name), strerror=str(why)):
            return [Diagnostic("file", f"{name}: {why}")]
    message = f"clerkform itself failed, with {type(error).__name__}: this is a fault of its own"
    hint = f"please report it with what {DEBUG}=1 prints to the issue tracker of clerkform"
    return [Diagnostic("crash", message, hint=hint)]


def _help_hint(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path} --help` shows what it takes" if context else None
