"""Standard output and error, as views write to them."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Callable
from typing import Final, TextIO

from clerkform.redaction import redacted
from clerkform.runners import unobeyed

GONE: Final = (errno.EPIPE, errno.EIO)
"""How a pipe and a terminal say that nobody is at the other end."""

REMEMBERED: Final = 100
"""Characters of an unfinished line that are kept in mind; no command of a runner is longer."""


class Stream:
    """A text stream whose reader may leave: an apply must not break off because of ``| head``.

    Everything that clerkform says goes through one: no secret of the run gets past it, and nothing
    that the runner of a CI would obey.
    """

    def __init__(self, file: TextIO) -> None:
        if isinstance(file, io.TextIOWrapper):
            # A lone surrogate, or an arrow where the locale knows only ASCII, is no reason to fail.
            file.reconfigure(errors="backslashreplace")
        self._file = file
        self._is_read = True
        self._line = ""
        """What was written of a line that has not ended yet."""
        self.encoding = getattr(file, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        safe = self._safe(text)
        self._attempt(lambda: self._file.write(safe))
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
        self._attempt(self._file.flush)

    def isatty(self) -> bool:
        return self._file.isatty()

    def fileno(self) -> int:
        return self._file.fileno()

    def _attempt(self, output: Callable[[], object]) -> None:
        if not self._is_read:
            return
        try:
            output()
        except OSError as error:
            if error.errno not in GONE:
                raise
            self._is_read = False
            # What is still buffered would raise again when the interpreter flushes at its end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._file.fileno())
            os.close(nowhere)
