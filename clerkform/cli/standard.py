"""Standard input, output and error: there whatever a shell has closed, and never in the way."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Final

from clerkform.cli.waking import drain, waking
from clerkform.report.stream import outgoing

if TYPE_CHECKING:
    from clerkform.diagnostics import Problems

SHOWN: Final = "standard input"
DASH: Final = "-"
"""What standard input and output are called where a file is wanted."""
STANDARD_ERROR: Final = 2


@contextmanager
def streams() -> Iterator[None]:
    """Let every command, and what it imports, write as a ``Stream`` does.

    A stream that was closed (``>&-``) is one that nobody reads, and its number is no other file's:
    a program that is run would take that for its standard output.
    """
    _fill_numbers()
    with ExitStack() as stack:
        if sys.stdin is None:
            stack.callback(setattr, sys, "stdin", None)
            sys.stdin = stack.enter_context(open(os.devnull, encoding="utf-8"))
        for name, redirect in (("stdout", redirect_stdout), ("stderr", redirect_stderr)):
            file = getattr(sys, name)
            if file is None:
                file = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            out = outgoing(file)
            stack.enter_context(redirect(out))
            stack.callback(out.flush)
        yield


def _fill_numbers() -> None:
    number = os.open(os.devnull, os.O_RDWR)
    while number <= STANDARD_ERROR:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)


def read_text(shown: str, problems: Problems, limit: int) -> str | None:
    """All of standard input, as a file of at most ``limit`` bytes is read."""
    from clerkform.diagnostics import Source, Span
    from clerkform.manifest.files import decoded

    data = b"".join(_chunks(limit + 1))
    if len(data) > limit:
        span = Span(Source(shown), 1, 1)
        problems.error("too-large", f"{SHOWN} is larger than {limit:,} bytes", span)
        return None
    return decoded(data, shown, problems, None)


def _chunks(most: int) -> Iterator[bytes]:
    """What comes until the end, or so many bytes."""
    while most:
        chunk = sys.stdin.buffer.read(most)
        if chunk == b"":
            return
        if chunk is None:  # nothing is there yet, and the pipe is a non-blocking one
            select.select([sys.stdin], [], [])
            continue
        yield chunk
        most -= len(chunk)


def read_line() -> str:
    """What a person types; empty at the end of the input."""
    with waking() as heard:
        while sys.stdin not in select.select([sys.stdin, heard], [], [])[0]:
            drain(heard)
    return sys.stdin.readline().strip()
