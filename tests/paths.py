"""Paths of the API, and which kind one is about."""

import re

from clerkform.kinds import KINDS


def kind_of(path: str) -> str | None:
    """The kind that a path of the API is about, if any, whatever its parameters are called."""
    about = [k for k in KINDS.values() if unnamed(path).startswith(unnamed(k.reads.path))]
    return max(about, key=lambda kind: len(kind.reads.path)).name if about else None


def unnamed(path: str) -> str:
    return re.sub(r"{\w*}", "{}", path) + "/"
