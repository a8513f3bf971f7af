"""Standard output and error, as views write to them."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from typing import Final, TextIO

from clerkform.redaction import redacted

GONE: Final = (errno.EPIPE, errno.EIO)
"""How a pipe and a terminal say that nobody is at the other end."""


class Stream:
    """A text stream whose reader may leave: an apply must not break off because of ``| head``.

    Everything that clerkform says goes through one: no secret of the run gets past it.
    """

    def __init__(self, file: TextIO) -> None:
        if isinstance(file, io.TextIOWrapper):
            # A lone surrogate, or an arrow where the locale knows only ASCII, is no reason to fail.
            file.reconfigure(errors="backslashreplace")
        self._file = file
        self._is_read = True
        self.encoding = getattr(file, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        self._attempt(lambda: self._file.write(redacted(text)))
        return len(text)

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
