"""Standard output and error, as views write to them."""

from __future__ import annotations

import io
import os
import re
import select
from typing import TYPE_CHECKING, Final, TextIO

from clerkform.manifest.runners import unobeyed
from clerkform.secrets.redaction import redacted

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

REMEMBERED: Final = 100
"""Characters of an unfinished line that are kept in mind; no command of a runner is longer."""


class Outlet(io.RawIOBase):
    """Where bytes leave clerkform: it waits while a pipe is full, and outlives its reader.

    An apply must not break off because of ``| head`` or a full disk: what cannot be written is
    lost, and so is all that comes after it. ``failure`` says why.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self.failure: OSError | None = None

    def write(self, data: ReadableBuffer) -> int:
        if self.failure is None:
            try:
                return self._some(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes

    def _some(self, data: ReadableBuffer) -> int:
        while True:
            try:
                return os.write(self._number, data)
            except BlockingIOError:  # whoever shares the pipe has made it non-blocking
                select.select([], [self._number], [])

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return os.isatty(self._number)


class Outgoing(io.TextIOWrapper):
    """Text on its way to an ``Outlet``; to write to it never fails."""

    def __init__(self, file: TextIO) -> None:
        self.outlet = Outlet(file.fileno())
        super().__init__(
            io.BufferedWriter(self.outlet),
            encoding=file.encoding,
            # A lone surrogate, or an arrow where the locale knows only ASCII, is no reason to fail.
            errors="backslashreplace",
            line_buffering=_is_seen_at_once(file),
        )


def _is_seen_at_once(file: TextIO) -> bool:
    """As standard error is, a terminal, and with PYTHONUNBUFFERED everything."""
    if not isinstance(file, io.TextIOWrapper):
        return False
    return bool(file.line_buffering or file.write_through)


def outgoing(file: TextIO) -> TextIO:
    """The same file of the system, so that to write to it never fails; any other as it is."""
    if isinstance(file, Outgoing):
        return file
    try:
        return Outgoing(file)
    except OSError:  # it has no number: it is in memory
        return file


class Stream:
    """A text stream of a run.

    Everything that clerkform says goes through one: no secret of the run gets past it, and nothing
    that the runner of a CI would obey.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = outgoing(file)
        self._line = ""
        """What was written of a line that has not ended yet."""
        self.encoding = getattr(file, "encoding", None) or "utf-8"

    @property
    def failure(self) -> OSError | None:
        """Why something of what was flushed did not get out, if that is so."""
        return self._file.outlet.failure if isinstance(self._file, Outgoing) else None

    def write(self, text: str) -> int:
        self._file.write(self._safe(text))
        return len(text)

    def _safe(self, text: str) -> str:
        begun, line = len(self._line), unobeyed(self._line + redacted(text))
        safe = line[begun:]  # what was written before is broken already, so it has not changed
        line = re.split(r"[\r\n]", line)[-1]
        if len(line) > REMEMBERED:
            line = ("" if line.isspace() else "…") + line[-REMEMBERED:]
        self._line = line
        return safe

    def flush(self) -> None:
        self._file.flush()

    def isatty(self) -> bool:
        return self._file.isatty()

    def fileno(self) -> int:
        return self._file.fileno()
