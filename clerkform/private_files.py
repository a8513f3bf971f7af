"""Files that their owner alone can read, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

OWN_FOLDER: Final = ".clerkform"
"""Where clerkform keeps what is no part of a project: git is told to leave it alone."""


def write_privately(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace ``path`` in one move by a file of this mode that is on the disk already."""
    make_folder(path.parent)
    # mkstemp makes files of mode 0600.
    handle, name = tempfile.mkstemp(prefix=".clerkform-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode != 0o600:
                os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    _sync_folder(path.parent)


def try_to_write(path: Path) -> None:
    """Make the folder, and a file in it that is gone again at once; ``path`` is not touched.

    Raises:
        OSError: what ``write_privately`` would meet.
    """
    make_folder(path.parent)
    with tempfile.NamedTemporaryFile(prefix=".clerkform-", dir=path.parent):
        pass


def make_folder(folder: Path) -> None:
    """Every missing folder on the way gets mode 0700, which ``parents=True`` would not do."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_own_folder(folder: Path) -> None:
    """As ``make_folder``; where it is clerkform's own, git would offer it for the next commit."""
    is_new = folder.name == OWN_FOLDER and not folder.exists()
    make_folder(folder)
    if is_new:
        (folder / ".gitignore").write_text("*\n")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some file systems refuse to sync a folder; the file in it is on the disk either way.
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
