"""What goes into a secret's file, and whether git would commit it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
"""What a shell and every reader of env files take as it is."""

LINE = re.compile(r"[^\n]*\n|[^\n]+")


def with_line(content: str, name: str, value: str) -> str:
    """The text of an env file in which ``name`` is set to ``value``, once.

    Other lines stay as they are. A line that sets the name is replaced where it stands, and
    keeps its ``export``; others that set it as well are dropped, for the last would win.

    Raises:
        ValueError: the value has a line break, and no line can hold that.
    """
    assigns = re.compile(rf"(\s*(?:export\s+)?){re.escape(name)}\s*=")
    lines: list[str] = []
    is_set = False
    for line in LINE.findall(content):
        match = assigns.match(line)
        if not match:
            lines.append(line)
        elif not is_set:
            lines.append(f"{match[1]}{name}={quoted(value)}\n")
            is_set = True
    if not is_set:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines.append(f"{name}={quoted(value)}\n")
    return "".join(lines)


def quoted(value: str) -> str:
    """``value`` as a shell and the usual readers of env files understand it."""
    if "\n" in value or "\r" in value:
        raise ValueError("a line break does not fit into a line")
    if PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def is_unignored(path: Path) -> bool:
    """The file is in a git work tree and git would offer to commit it.

    git is told which repository it is, and looks for none itself: a folder of the checkout can
    pass for a bare repository, whose configuration may name programs to run. It gets none of
    the environment but its path, for the same reason.
    """
    tree = next((parent for parent in path.parents if (parent / ".git").exists()), None)
    if tree is None:
        return False
    told = [f"--git-dir={tree / '.git'}", f"--work-tree={tree}", "-c", "core.fsmonitor=false"]
    try:
        answer = subprocess.run(
            ["git", *told, "check-ignore", "--quiet", "--", str(path)],
            cwd=tree,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False  # without git there is nothing to be committed to
    return answer.returncode == 1  # 0: ignored, 128: not in a work tree
