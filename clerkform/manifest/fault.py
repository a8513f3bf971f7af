"""What pydantic found wrong, with its place."""

from __future__ import annotations

from typing import Final, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """One of pydantic's errors, with what its place means."""

    path: Path
    """Its place without the names of union members, which pydantic puts among the fields'."""
    union: tuple[Path, str] | None
    """The place of the outermost union it came through, and the member it is about."""
    siblings: tuple[str, ...]
    """The fields that the models at its place have."""
    field: FieldInfo | None
    error: ErrorDetails
    about_key: bool = False

    @property
    def kind(self) -> str:
        return self.error["type"]


LONGEST_PART: Final = 200
"""Characters of a key in a message; thousands of findings may be below one key."""


def label(path: Path) -> str:
    """A path as a message names it."""
    if not path:
        return "this"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {label(path[:-1])}"
    return "`" + ".".join(str(part)[:LONGEST_PART] for part in path) + "`"
