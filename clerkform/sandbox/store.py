"""Objects by (kind, id) as JSON, in memory or in one SQLite file.

What the server never answers (a signing key, an API key's secret) has a column of its own, so
that a listing or a dump cannot show it by mistake. ``seq`` is the order of creation: it breaks
the ties between objects made in the same millisecond.
"""

import json
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from clerkform.sandbox.errors import SandboxError

Object = dict[str, Any]

_APPLICATION_ID = 0x436C6B66
_FORMAT = 1
_LOOKED_UP_BY = ("name", "slug", "url", "identifier", "subject")
_SCHEMA = """
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    secret TEXT,
    UNIQUE (kind, id)
);
CREATE INDEX objects_newest ON objects (kind, created_at);
CREATE INDEX objects_secret ON objects (secret) WHERE secret IS NOT NULL;
"""


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


def matches(text: str, *partly: str) -> Where:
    """The id is ``text``, or one of the named fields contains it, in whatever case."""
    parts = [f"instr(lower({path_of(name)}), lower(?))" for name in partly]
    return Where(" OR ".join(["id = ?", *parts]), (text,) * (1 + len(partly)))


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


class Store:
    """Shared by all requests; each works inside one ``transaction``.

    Raises:
        SandboxError: ``path`` holds something else, or cannot be opened.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], int] = wall_clock) -> None:
        self._clock = clock
        self._latest = 0
        self._lock = threading.RLock()
        try:
            if path and not path.exists():
                path.touch(mode=0o600)  # signing keys are in it
            # Autocommit, so that BEGIN and COMMIT below are the only ones; the lock makes it
            # safe to be called from several threads, each with an event loop of its own.
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10
            )
            weakref.finalize(self, self._db.close)
            self._prepare(path)
        except (OSError, sqlite3.Error) as exc:
            raise SandboxError(f"{path} cannot be used as the sandbox's state: {exc}") from exc

    def _prepare(self, path: Path | None) -> None:
        with self.transaction(write=True):
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            empty = not self._db.execute("SELECT 1 FROM sqlite_master").fetchone()
            if not empty and (application, version) != (_APPLICATION_ID, _FORMAT):
                raise SandboxError(f"{path} is a database of something else; choose another file.")
            if empty:
                self._create()

    def _create(self) -> None:
        self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        for name in _LOOKED_UP_BY:
            # With the order at its end, or SQLite would walk all of a kind, newest first, instead.
            columns = f"kind, {path_of(name)}, created_at"
            self._db.execute(f"CREATE INDEX objects_{name} ON objects ({columns})")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """All or nothing. A writer waits for other writers, so what it looked up stays true."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # not so when SQLite has rolled back by itself
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def now(self) -> int:
        """Milliseconds since 1970, never less than an answer before."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def insert(
        self, kind: str, body: Object, *, created_at: int, secret: str | None = None
    ) -> Object:
        self._db.execute(
            "INSERT INTO objects (kind, id, created_at, body, secret) VALUES (?, ?, ?, ?, ?)",
            (kind, body["id"], created_at, json.dumps(body), secret),
        )
        return body

    def replace(self, kind: str, body: Object) -> Object:
        """Store ``body`` in place of the object with its id; its secret stays."""
        created = body.get("created_at")
        self._db.execute(
            "UPDATE objects SET body = ?, created_at = coalesce(?, created_at)"
            " WHERE kind = ? AND id = ?",
            (json.dumps(body), created, kind, body["id"]),
        )
        return body

    def delete(self, kind: str, id: str) -> None:
        self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, id))

    def clear(self, *, keep: Iterable[str]) -> None:
        unwanted = among("kind", keep, inverted=True)
        self._db.execute(f"DELETE FROM objects WHERE {unwanted.sql}", unwanted.values)

    def get(self, kind: str, id: str) -> Object | None:
        return next(iter(self.select(kind, Where("id = ?", (id,)))), None)

    def find(self, kind: str, name: str, value: str) -> Object | None:
        """The newest object whose field ``name`` is exactly ``value``."""
        return next(iter(self.select(kind, equals(name, value), limit=1)), None)

    def find_by_secret(self, kind: str, secret: str) -> Object | None:
        return next(iter(self.select(kind, Where("secret = ?", (secret,)))), None)

    def secret(self, kind: str, id: str) -> str | None:
        query = "SELECT secret FROM objects WHERE kind = ? AND id = ?"
        row = self._db.execute(query, (kind, id)).fetchone()
        return row[0] if row else None

    def set_secret(self, kind: str, id: str, secret: str | None) -> None:
        query = "UPDATE objects SET secret = ? WHERE kind = ? AND id = ?"
        self._db.execute(query, (secret, kind, id))

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
        clause, values = _conditions(kind, where)
        way = "DESC" if descending else "ASC"
        # Exactly the columns of an index, each once: anything else is sorted again for every page.
        columns = dict.fromkeys((by, "created_at", "seq"))
        order = ", ".join(f"{column} {way}" for column in columns)
        rows = self._db.execute(
            f"SELECT body FROM objects {clause} ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [json.loads(body) for (body,) in rows]

    def count(self, kind: str, *where: Where) -> int:
        clause, values = _conditions(kind, where)
        (total,) = self._db.execute(f"SELECT count(*) FROM objects {clause}", values).fetchone()
        return int(total)

    def close(self) -> None:
        self._db.close()


def _conditions(kind: str, where: Iterable[Where]) -> tuple[str, tuple[Any, ...]]:
    parts = [Where("kind = ?", (kind,)), *where]
    clause = " AND ".join(f"({part.sql})" for part in parts)
    return f"WHERE {clause}", tuple(value for part in parts for value in part.values)
