"""Files that a command writes: where they may be, and whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from clerkform.errors import UsageError
from clerkform.manifest.files import is_own
from clerkform.private_files import write_privately
from clerkform.secrets.redaction import holds_secret


def checkout_of(folder: Path) -> Path:
    """The top of the git checkout that ``folder`` is in; where there is none, ``folder``.

    Only refusals follow from it, and nothing here is run or read, so the largest that it may be is
    meant: another user's ``.git`` counts, as where a container runs in a checkout that it was
    given, but keeps nobody from looking for this user's own further up.
    """
    real = folder.resolve()
    found = real
    for each in (real, *real.parents):
        git = each / ".git"
        if git.exists():
            found = each
            # A file is a submodule's: what is around it came along.
            if git.is_dir() and git.stat().st_uid == os.geteuid():
                break
    return found


def place(output: Path, root: Path, undone: str) -> Path:
    """Where ``output`` is, seen from the working folder.

    It may be anywhere, as whoever runs clerkform likes; but the checkout of the project ``root``
    may hold links to any file. ``undone`` says what did not happen.

    Raises:
        UsageError: a link of the checkout is on the way, or something that is no file is there.
    """
    path = Path(os.path.normpath(Path.cwd() / output))
    checkout = checkout_of(root)
    for above in reversed(path.parents):
        real = Path(os.path.realpath(above))
        if real.is_relative_to(checkout):
            if not is_own(real, os.path.relpath(path, above)):
                raise UsageError(
                    f"`{output}` is a link or is reached by one; {undone}",
                    hint="put a plain file or folder in the link's place, or name another",
                )
            break
    if path.exists() and not path.is_file():
        raise UsageError(f"`{output}` is no regular file; {undone}", hint="name another one")
    return Path(os.path.realpath(path))


def refuse_secrets(text: str, shown: str) -> None:
    """A file outlives the run that knows what is secret in it, so it is written as it is or not.

    Raises:
        UsageError: a secret of this run is in what would be written.
    """
    if holds_secret(text):
        raise UsageError(
            f"what would be written to {shown} holds a secret that this run knows; nothing was"
            " written",
            hint="a manifest or a variable may hold it, or the instance's answers",
        )


def write_new(texts: Mapping[Path, str]) -> None:
    """Write files that are not there yet, in folders that are: all of them or none.

    Raises:
        UsageError: a secret of this run is in one; so it is with each of these functions.
    """
    for path, text in texts.items():
        refuse_secrets(text, str(path))
    made = []
    try:
        for path, text in texts.items():
            with _named(path), path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(text)
    except BaseException:
        for path in made:
            path.unlink()
        raise


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. One that is there already keeps its mode."""
    if not path.exists():
        write_new({path: text})
        return
    refuse_secrets(text, str(path))
    with _named(path):
        write_privately(path, text.encode(), stat.S_IMODE(path.stat().st_mode))


def write_plan(path: Path, text: str) -> None:
    """As ``write_text``, for its owner's eyes alone."""
    refuse_secrets(text, str(path))
    with _named(path):
        write_privately(path, text.encode())


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """An error of the system says which file it is about: that of a full disk does not."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
