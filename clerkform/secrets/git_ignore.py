"""Whether git would commit a file, asked without trusting the repository that it is in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

_POINTER: Final = "gitdir: "
_LONGEST_POINTER: Final = 10_000
"""Bytes of a path, more than any system takes."""


def is_unignored(path: Path) -> bool:
    """The file is in a git work tree of this user's, and git would offer to commit it.

    git is told which repository it is, and looks for none itself: a folder of the checkout can
    pass for a bare repository, whose configuration may name programs to run. As git then no longer
    asks whose repository it is, that is asked here; and it fetches nothing, for how it would is
    said in the configuration as well.
    """
    tree = next((parent for parent in path.parents if (parent / ".git").exists()), None)
    if tree is None or not _is_trusted(tree):
        return False  # git would refuse to work there, so nothing is committed
    env = _gits_environment()
    program = shutil.which("git", path=env["PATH"])
    if program is None:
        return False
    told = [f"--git-dir={tree / '.git'}", f"--work-tree={tree}", "-c", "core.fsmonitor=false"]
    try:
        answer = subprocess.run(
            [program, *told, "check-ignore", "--quiet", "--", str(path)],
            cwd=tree,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 1  # 0: ignored, 128: not in a work tree


def _gits_environment() -> dict[str, str]:
    """None of the environment but where programs and the user's own settings are.

    A folder of the ``PATH`` that is named from the working folder would be one of the work tree.
    """
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    home = os.environ.get("HOME")
    return {
        "PATH": os.pathsep.join(folder for folder in folders if os.path.isabs(folder)),
        **({"HOME": home} if home is not None else {}),
        # A blob that a partial clone lacks is asked for by a program that its settings name.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
    }


def _is_trusted(tree: Path) -> bool:
    """Whether the work tree, its ``.git`` and what that stands for are this user's.

    So git asks before it believes a repository (``safe.directory``). To root, what belongs to whom
    ``sudo`` was called by is root's own; a link counts and so does what it leads to.
    """
    git = tree / ".git"
    places = [tree, git]
    try:
        if git.is_file():  # of a submodule, or of one more work tree of a repository
            with git.open("rb") as file:
                said = file.read(_LONGEST_POINTER).decode(errors="surrogateescape")
            if not said.startswith(_POINTER):
                return False
            places.append(tree / said.removeprefix(_POINTER).rstrip("\r\n"))
        owners = {status.st_uid for place in places for status in (place.stat(), place.lstat())}
    except (OSError, ValueError):
        return False
    return owners <= _own_ids()


def _own_ids() -> set[int]:
    own = os.geteuid()
    by_sudo = os.environ.get("SUDO_UID", "")
    is_root_for = own == 0 and by_sudo.isascii() and by_sudo.isdigit()
    return {own, int(by_sudo)} if is_root_for else {own}
