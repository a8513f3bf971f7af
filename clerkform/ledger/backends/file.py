"""A ledger in a file of the project folder, mode 0600, replaced in one move."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from clerkform.ledger.store import StoreFailed, StoreLocked
from clerkform.manifest.files import is_own
from clerkform.private_files import make_own_folder, write_privately

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file that is read: a hundred thousand entries have a tenth of it."""


class FileStore:
    """Every path is checked before each use: in a checkout a link may lead to any file."""

    def __init__(self, place: str, root: Path) -> None:
        self.place, self._root = place, root
        self._path = root / place

    def read(self) -> bytes | None:
        self._check()
        with self._reported("read"):
            if not self._path.exists():
                return None
            if not self._path.is_file() or self._path.stat().st_size > LARGEST:
                raise StoreFailed(f"the ledger {self.place} is no file that a ledger fits in")
            return self._path.read_bytes()

    def write(self, content: bytes) -> None:
        self._check()
        with self._reported("written"):
            make_own_folder(self._path.parent)
            write_privately(self._path, content)

    def set_aside(self) -> str:
        self._check()
        at = 1
        while (aside := self._path.with_name(f"{self._path.name}.unusable-{at}")).exists():
            at += 1
        with self._reported("set aside"):
            os.replace(self._path, aside)
        return aside.relative_to(self._root).as_posix()

    @contextmanager
    def lock(self) -> Iterator[None]:
        # Not the ledger itself: that is another file after each write.
        path = self._path.with_name(f"{self._path.name}.lock")
        self._check()
        with self._reported("locked"):
            make_own_folder(path.parent)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _text(handle)
                raise StoreLocked(
                    f"another apply has locked {self.place}"
                    + (f": process {holder} of this machine" if holder else "")
                ) from None
            with self._reported("locked"):
                os.truncate(handle, 0)
                os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(handle)

    def _check(self) -> None:
        if not is_own(self._root, self.place):
            raise StoreFailed(
                f"the ledger {self.place} is outside the project folder, or a link is on the way"
            )

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreFailed(
                f"the ledger {self.place} cannot be {what}: {error.strerror}"
            ) from None


def _text(handle: int) -> str:
    with suppress(OSError, ValueError):
        text = os.pread(handle, 20, 0).decode()
        return text if text.isdigit() else ""
    return ""


BACKEND = FileStore
