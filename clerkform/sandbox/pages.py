"""Pages of a list, each found from where the one before it ended instead of counted off anew.

Clients page with ``offset``. While nothing is written in between, page after page costs no more
than its own objects, so that walking a list takes time in proportion to its length.
"""

from typing import Any, NamedTuple

from clerkform.sandbox.database import Database

_REMEMBERED = 1000


class _End(NamedTuple):
    """The last object of a page."""

    created_at: int
    seq: int


class Pages:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation = (-1, -1, -1)
        self._ends: dict[tuple[Any, ...], _End] = {}
        self._counts: dict[tuple[Any, ...], int] = {}

    def page(
        self, clause: str, values: tuple[Any, ...], descending: bool, limit: int, offset: int
    ) -> list[str]:
        self._expire()
        end = self._ends.get((clause, values, descending, offset)) if offset else None
        if end:
            rows = self._after(end, clause, values, descending, limit)
        else:
            way = "DESC" if descending else "ASC"
            rows = self._rows(
                f"{clause} ORDER BY created_at {way}, seq {way} LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
        if rows and len(rows) == limit:
            next_offset = offset + limit
            self._ends[clause, values, descending, next_offset] = _End(*rows[-1][1:])
        return [body for body, _, _ in rows]

    def _after(
        self, end: _End, clause: str, values: tuple[Any, ...], descending: bool, limit: int
    ) -> list[Any]:
        """In two queries, as SQLite would walk all of one ``created_at`` for a pair of columns."""
        way, side = ("DESC", "<") if descending else ("ASC", ">")
        order = f"ORDER BY created_at {way}, seq {way} LIMIT ?"
        rows = self._rows(
            f"{clause} AND created_at = ? AND seq {side} ? {order}",
            (*values, end.created_at, end.seq, limit),
        )
        if len(rows) < limit:
            rows += self._rows(
                f"{clause} AND created_at {side} ? {order}",
                (*values, end.created_at, limit - len(rows)),
            )
        return rows

    def _rows(self, rest: str, values: tuple[Any, ...]) -> list[Any]:
        query = f"SELECT body, created_at, seq FROM objects {rest}"
        return self._database.execute(query, values).fetchall()

    def count(self, clause: str, values: tuple[Any, ...]) -> int:
        self._expire()
        if (clause, values) not in self._counts:
            query = f"SELECT count(*) FROM objects {clause}"
            (self._counts[clause, values],) = self._database.execute(query, values).fetchone()
        return self._counts[clause, values]

    def _expire(self) -> None:
        generation = self._database.generation()
        full = len(self._ends) + len(self._counts) > _REMEMBERED
        if full or generation != self._generation:
            self._ends.clear()
            self._counts.clear()
            self._generation = generation
