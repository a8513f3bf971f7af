"""Where sandboxes keep what is live: in a folder of the user's own, and never in a checkout.

SQLite believes what lies beside a database: a journal there is rolled back, and the file that it
names as its super-journal deleted; a write-ahead log is taken for what was committed last. All of
that may come with a checkout. So the database is where no checkout puts a file, and what is in the
project, or is named by ``--state FILE``, is a mark: a line of text that says which one is meant.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from clerkform.cli.placing import checkout_of
from clerkform.errors import UsageError
from clerkform.private_files import make_folder

ELSEWHERE: Final = "name another folder in XDG_STATE_HOME, one that is yours and in no checkout"
_MARK: Final = re.compile(rb"clerkform sandbox state ([0-9a-f]{32})\n")
_LONGEST: Final = 100
"""Bytes; a mark has 57."""


def existing_database(mark: Path, root: Path) -> Path | None:
    """The database that a mark stands for; None where there is none.

    Raises:
        UsageError: the mark is something else, or there is no place for databases.
    """
    path = _database(mark, root, make=False)
    return path if path and path.exists() else None


def made_database(mark: Path, root: Path) -> Path:
    """The database that a mark stands for. A mark that is not there yet is made.

    Raises:
        UsageError: the mark is something else or cannot be made, or there is no place for databases.
    """
    path = _database(mark, root, make=True)
    assert path
    return path


def _database(mark: Path, root: Path, *, make: bool) -> Path | None:
    """``root`` is the project's folder, or the one that the command works in.

    The mark's own path takes part in the name, so that a copy of a project, or a mark that somebody
    else wrote, shares its state with nobody.
    """
    shown = os.path.relpath(mark, root) if mark.is_relative_to(root) else str(mark)
    try:
        word = _word(mark, make=make)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not make:
            return None
        raise UsageError(f"`{shown}` cannot be used: {error.strerror}") from None
    if word is None:
        raise UsageError(
            f"`{shown}` is no state that a sandbox made; it was not opened",
            hint="remove it to start with a new instance, or name another file",
        )
    real = os.fsencode(os.path.realpath(mark))
    name = hashlib.sha256(word + real).hexdigest()[:32]
    return _home((root, mark.parent)) / f"{name}.sqlite"


def _word(mark: Path, *, make: bool) -> bytes | None:
    """What tells this mark from others, made up where the file is new; None if it is no mark."""
    flags = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a named pipe would block for ever
    handle = os.open(mark, flags | (os.O_RDWR | os.O_CREAT if make else os.O_RDONLY), 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        fcntl.flock(handle, fcntl.LOCK_EX)  # two may start at the same time
        text = os.read(handle, _LONGEST)
        if make and not text:
            text = f"clerkform sandbox state {secrets.token_hex(16)}\n".encode()
            os.write(handle, text)
    finally:
        os.close(handle)
    found = _MARK.fullmatch(text)
    return found and found[1]


def _home(projects: Iterable[Path]) -> Path:
    """The folder of all databases, which nobody else can write to and no checkout has brought."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = given if os.path.isabs(given) else os.path.expanduser("~/.local/state")
    home = Path(base, "clerkform", "sandboxes")
    if not home.is_absolute():
        raise UsageError("there is no home folder to keep the sandbox's state in", hint=ELSEWHERE)
    _refuse_inside(home, projects)
    try:
        make_folder(home)
        found = [folder.stat() for folder in (home, home.parent)]
    except OSError as error:
        message = f"the sandbox's state cannot be kept in {home}: {error.strerror}"
        raise UsageError(message, hint=ELSEWHERE) from None
    own, others = os.geteuid(), stat.S_IWGRP | stat.S_IWOTH
    if any(one.st_uid != own or one.st_mode & others for one in found):
        raise UsageError(
            f"{home} is another user's, or others may write to it: no sandbox's state is kept there",
            hint=ELSEWHERE,
        )
    return home


def _refuse_inside(home: Path, projects: Iterable[Path]) -> None:
    real = home.resolve()
    tops = {top for folder in projects for top in (folder.resolve(), checkout_of(folder))}
    for top in sorted(tops):
        # All that there is lies below the root, where some containers have their working folder.
        if top != top.parent and real.is_relative_to(top):
            raise UsageError(
                f"the sandbox's state would be kept in {home}, inside {top}: there it could have come"
                " with a checkout",
                hint=ELSEWHERE,
            )
