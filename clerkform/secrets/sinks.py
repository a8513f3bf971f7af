"""Where secrets go that the server makes: files, lines of env files, and programs."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from clerkform.model.sink import Sink
from clerkform.private_files import try_to_write, write_privately
from clerkform.secrets.env_file import MAX_ENV_FILE, UnfitFile, check_line, with_line
from clerkform.secrets.places import Places
from clerkform.secrets.programs import Programs
from clerkform.secrets.refusals import Absent, Refused, refused_by_system

_UNFIT: Final = "deliver it to a `file`, or correct what is there"


class Sinks:
    """What the sinks of manifests stand for. Calls may come from several threads.

    Each may raise ``Refused``; paths and programs are looked up from ``base``.
    """

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places, self._programs = places, programs
        self._writing = threading.Lock()

    def look_at(self, sink: Sink, base: Path) -> Path | None:
        """The file that a delivery would write, if it would; nothing is made or run."""
        if sink.form == "command":
            self._programs.find(sink.command, base)
        if sink.path is None:
            return None
        path = self._places.find(sink.path, base)
        with _written(sink):
            _check_file(path, sink)
        return path

    def prepare(self, sink: Sink, base: Path) -> None:
        """Make the folder, and try to write there."""
        path = self.look_at(sink, base)
        if path:
            with _written(sink):
                try_to_write(path)

    def deliver(self, sink: Sink, base: Path, secret: str) -> None:
        path = self.look_at(sink, base)
        if path is None:
            if sink.form == "command":
                argv = self._programs.find(sink.command, base)
                self._programs.run(argv, base, secret.encode())
            return
        # Two secrets for one env file: neither may overwrite the other's line.
        with self._writing, _written(sink):
            is_whole = sink.form == "file"
            content = secret.encode() if is_whole else _with_secret(path, sink, secret)
            write_privately(path, content)


def _check_file(path: Path, sink: Sink) -> None:
    if path.exists() and not path.is_file():
        raise Refused("sink-unwritable", f"{sink.path} is not a regular file")
    folder = next(parent for parent in path.parents if parent.exists())
    if not folder.is_dir():
        why = f"{sink.path} cannot be written: {folder.name} is no folder"
        raise Refused("sink-unwritable", why)
    if not os.access(folder, os.W_OK | os.X_OK):
        why = f"{sink.path} cannot be written: no file can be made in {folder.name}"
        raise Absent("sink-unwritable", why)
    if sink.form != "env_file":
        return
    if path.exists() and not os.access(path, os.R_OK):
        why = f"{sink.path} cannot be read, so its other lines could not be kept"
        raise Absent("sink-unwritable", why)
    with _fitting(sink):
        check_line(_content(path, sink), str(sink.name))


def _with_secret(path: Path, sink: Sink, secret: str) -> bytes:
    before = _content(path, sink)
    with _fitting(sink):
        return with_line(before, str(sink.name), secret).encode(errors="surrogateescape")


def _content(path: Path, sink: Sink) -> str:
    """Of an env file. Any bytes survive: a line that is not UTF-8 stays as it is, too."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        content = file.read(MAX_ENV_FILE + 1)
    if len(content) > MAX_ENV_FILE:
        why = f"{sink.path} cannot be written: it is larger than {MAX_ENV_FILE:,} bytes"
        raise Refused("sink-unfit", why, _UNFIT)
    return content.decode(errors="surrogateescape")


@contextmanager
def _fitting(sink: Sink) -> Iterator[None]:
    try:
        yield
    except UnfitFile as unfit:
        raise Refused("sink-unfit", f"{sink.path} cannot be written: {unfit}", _UNFIT) from None


def _written(sink: Sink) -> AbstractContextManager[None]:
    return refused_by_system("sink-unwritable", f"{sink.path} cannot be written")
