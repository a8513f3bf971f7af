"""Conditions on stored objects."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Where(NamedTuple):
    """A condition on a kind's objects: SQL, and the values for its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


def path_of(name: str) -> str:
    return f"json_extract(body, '$.{name}')"


def equals(name: str, value: object) -> Where:
    return Where(f"{path_of(name)} = ?", (value,))


def among(column: str, values: Iterable[str], *, inverted: bool = False) -> Where:
    values = tuple(values)
    marks = ", ".join("?" * len(values))
    return Where(f"{column} {'NOT IN' if inverted else 'IN'} ({marks})", values)


def any_of(*where: Where) -> Where:
    sql = " OR ".join(f"({one.sql})" for one in where)
    return Where(sql, tuple(value for one in where for value in one.values))


def contains(text: str, *columns: str) -> Where:
    """One of the columns contains ``text``, in whatever case."""
    parts = [f"instr(lower({column}), lower(?))" for column in columns]
    return Where(" OR ".join(parts), (text,) * len(columns))


def matches(text: str, *partly: str) -> Where:
    """The id is ``text``, or one of the named fields contains it, in whatever case."""
    found = contains(text, *map(path_of, partly))
    return Where(f"id = ? OR {found.sql}", (text, *found.values))
