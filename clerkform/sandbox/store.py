"""The objects of one instance by (kind, id) as JSON, kept in a ``Database`` with those of others.

What the server never answers (a signing key, an API key's secret) has a column of its own, so
that a listing or a dump cannot show it by mistake. ``seq`` is the order of creation: it breaks
the ties between objects made in the same millisecond.
"""

import copy
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from clerkform.sandbox.database import Database, wall_clock
from clerkform.sandbox.pages import Pages
from clerkform.sandbox.where import Where, among, equals, path_of

Object = dict[str, Any]


def to_text(body: Object) -> str:
    """As answers are written, so that a list can be put together from what is stored."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


class Store:
    """Shared by all requests; each works inside one ``transaction``.

    What ``Store(path)`` shows is the first instance; ``of`` shows another in the same file.

    Raises:
        SandboxError: ``path`` holds something else, or cannot be opened.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], int] = wall_clock) -> None:
        self.database = Database(path, clock)
        self.number = 1
        self._pages = Pages(self.database)
        self._table = "objects"

    def of(self, number: int) -> "Store":
        other = copy.copy(self)
        other.number = number
        return other

    def instances(self) -> "list[Store]":
        """Each instance of the state, in the order of their making."""
        rows = self.database.execute("SELECT number FROM instances ORDER BY number").fetchall()
        found = [self.of(number) for (number,) in rows]
        return [store for store in found if store.count("instance")]

    def as_of(self, milliseconds_ago: int) -> "Store":
        """For reading only, inside a transaction: what was stored then."""
        if not milliseconds_ago:
            return self
        self.database.look_back(milliseconds_ago)
        other = copy.copy(self)
        other._table = "lagging"
        return other

    def transaction(self, *, write: bool) -> AbstractContextManager[None]:
        return self.database.transaction(write=write)

    def now(self) -> int:
        return self.database.now()

    def advance(self, milliseconds: int) -> None:
        self.database.advance(milliseconds)

    def insert(
        self,
        kind: str,
        body: Object,
        *,
        created_at: int,
        secret: str | None = None,
        id: str | None = None,
    ) -> Object:
        """``id`` is told where it is not the body's ``id``."""
        self.database.execute(
            "INSERT INTO objects (instance, kind, id, created_at, body, secret)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self.number, kind, id or body["id"], created_at, to_text(body), secret),
        )
        return body

    def replace(self, kind: str, body: Object, *, id: str | None = None) -> Object:
        """Store ``body`` in place of the object with its id; its secret stays."""
        created = body.get("created_at")
        self.database.execute(
            "UPDATE objects SET body = ?, created_at = coalesce(?, created_at)"
            " WHERE instance = ? AND kind = ? AND id = ?",
            (to_text(body), created, self.number, kind, id or body["id"]),
        )
        return body

    def delete(self, kind: str, id: str) -> None:
        self.delete_all(kind, Where("id = ?", (id,)))

    def delete_all(self, kind: str, *where: Where) -> None:
        clause, values = self._conditions(kind, where)
        self.database.execute(f"DELETE FROM objects {clause}", values)

    def clear(self, *, keep: Iterable[str]) -> None:
        unwanted = among("kind", keep, inverted=True)
        self.database.execute(
            f"DELETE FROM objects WHERE instance = ? AND {unwanted.sql}",
            (self.number, *unwanted.values),
        )

    def get(self, kind: str, id: str) -> Object | None:
        return next(iter(self.select(kind, Where("id = ?", (id,)))), None)

    def find(self, kind: str, name: str, value: str) -> Object | None:
        """The newest object whose field ``name`` is exactly ``value``."""
        return next(iter(self.select(kind, equals(name, value), limit=1)), None)

    def find_by_secret(self, kind: str, secret: str) -> Object | None:
        return next(iter(self.select(kind, Where("secret = ?", (secret,)))), None)

    def position(self, kind: str, id: str) -> tuple[int, int] | None:
        """``created_at`` and ``seq``, by which the objects of a kind are in order."""
        query = (
            f"SELECT created_at, seq FROM {self._table} WHERE instance = ? AND kind = ? AND id = ?"
        )
        row: tuple[int, int] | None
        row = self.database.execute(query, (self.number, kind, id)).fetchone()
        return row

    def secret(self, kind: str, id: str) -> str | None:
        query = f"SELECT secret FROM {self._table} WHERE instance = ? AND kind = ? AND id = ?"
        row = self.database.execute(query, (self.number, kind, id)).fetchone()
        return row[0] if row else None

    def set_secret(self, kind: str, id: str, secret: str | None) -> None:
        query = "UPDATE objects SET secret = ? WHERE instance = ? AND kind = ? AND id = ?"
        self.database.execute(query, (secret, self.number, kind, id))

    def select(
        self,
        kind: str,
        *where: Where,
        by: str = "created_at",
        descending: bool = True,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Object]:
        """Objects in the order of ``by``, a column or ``path_of`` a field; -1 is no limit."""
        texts = self.texts(kind, *where, by=by, descending=descending, limit=limit, offset=offset)
        return [json.loads(text) for text in texts]

    def texts(
        self,
        kind: str,
        *where: Where,
        by: str = "created_at",
        descending: bool = True,
        limit: int = -1,
        offset: int = 0,
    ) -> list[str]:
        """As ``select``, but the JSON as it is stored."""
        clause, values = self._conditions(kind, where)
        if self._table == "objects" and by == "created_at" and limit > 1:
            return self._pages.page(clause, values, descending, limit, offset)
        way = "DESC" if descending else "ASC"
        # Exactly the columns of an index, each once: anything else is sorted again for every page.
        columns = dict.fromkeys((by, "created_at", "seq"))
        order = ", ".join(f"{column} {way}" for column in columns)
        rows = self.database.execute(
            f"SELECT body FROM {self._table} {clause} ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [body for (body,) in rows]

    def count(self, kind: str, *where: Where) -> int:
        clause, values = self._conditions(kind, where)
        if self._table == "objects":
            return self._pages.count(clause, values)
        query = f"SELECT count(*) FROM {self._table} {clause}"
        (total,) = self.database.execute(query, values).fetchone()
        return int(total)

    def related(
        self, column: str, kind: str, wanted: str, *where: Where, inverted: bool = False
    ) -> Where:
        """``column`` is the column ``wanted`` of one of these objects of ``kind``, or of none."""
        clause, values = self._conditions(kind, where)
        way = "NOT IN" if inverted else "IN"
        return Where(f"{column} {way} (SELECT {wanted} FROM {self._table} {clause})", values)

    def field_of(self, kind: str, column: str, link: str) -> str:
        """A column to order by: ``column`` of the object of ``kind`` whose id the field ``link``
        holds."""
        held = f"json_extract({self._table}.body, '$.{link}')"
        return self._subquery(column, kind, f"other.id = {held}")

    def number_of(self, kind: str, link: str) -> str:
        """A column to order by: how many objects of ``kind`` hold the id in their field ``link``."""
        return self._subquery("count(*)", kind, f"{path_of(link)} = {self._table}.id")

    def _subquery(self, column: str, kind: str, condition: str) -> str:
        return (
            f"(SELECT {column} FROM {self._table} AS other"
            f" WHERE instance = {self.number} AND kind = '{kind}' AND {condition})"
        )

    def _conditions(self, kind: str, where: Iterable[Where]) -> tuple[str, tuple[Any, ...]]:
        parts = [Where("instance = ?", (self.number,)), Where("kind = ?", (kind,)), *where]
        clause = " AND ".join(f"({part.sql})" for part in parts)
        return f"WHERE {clause}", tuple(value for part in parts for value in part.values)

    def close(self) -> None:
        self.database.close()
