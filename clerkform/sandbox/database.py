"""The one connection to the state, in memory or in an SQLite file, and its transactions.

A file is in WAL mode: a commit has reached the operating system before its request is answered,
so that nothing answered is lost when the process is killed, and a reader in another process
(``sandbox dump``) waits for nobody. Only a power cut may take the last commits, never a part of
one: ``synchronous`` is NORMAL, because an fsync for every request would make tests crawl.
"""

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clerkform.sandbox.errors import SandboxError

_APPLICATION_ID = 0x436C6B66
_FORMAT = 3
_SCHEMA = """
CREATE TABLE instances (
    number INTEGER PRIMARY KEY,
    key_hash TEXT UNIQUE
);
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    instance INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    secret TEXT,
    UNIQUE (instance, kind, id)
);
CREATE INDEX objects_newest ON objects (instance, kind, created_at);
CREATE INDEX objects_secret ON objects (secret) WHERE secret IS NOT NULL;
"""
# What an object was before its latest changes. In TEMP tables, which are this connection's alone
# and in no file: a restart has no past, so its reads start from what is stored.
_PAST = """
CREATE TEMP TABLE past (
    n INTEGER PRIMARY KEY AUTOINCREMENT, changed_at INTEGER, seq INTEGER, instance INTEGER,
    kind TEXT, id TEXT, created_at INTEGER, body TEXT, secret TEXT
);
CREATE INDEX temp.past_of ON past (instance, kind, id);
CREATE TEMP TRIGGER past_insert AFTER INSERT ON main.objects BEGIN
    INSERT INTO past (changed_at, seq, instance, kind, id)
    VALUES (sandbox_now(), NEW.seq, NEW.instance, NEW.kind, NEW.id);
END;
CREATE TEMP TRIGGER past_update AFTER UPDATE ON main.objects BEGIN
    INSERT INTO past (changed_at, seq, instance, kind, id, created_at, body, secret)
    VALUES (sandbox_now(), OLD.seq, OLD.instance, OLD.kind, OLD.id, OLD.created_at, OLD.body,
            OLD.secret);
END;
CREATE TEMP TRIGGER past_delete AFTER DELETE ON main.objects BEGIN
    INSERT INTO past (changed_at, seq, instance, kind, id, created_at, body, secret)
    VALUES (sandbox_now(), OLD.seq, OLD.instance, OLD.kind, OLD.id, OLD.created_at, OLD.body,
            OLD.secret);
END;
CREATE TEMP VIEW lagging AS
    SELECT seq, instance, kind, id, created_at, body, secret FROM objects AS o
    WHERE NOT EXISTS (
        SELECT 1 FROM past AS p
        WHERE p.instance = o.instance AND p.kind = o.kind AND p.id = o.id
          AND p.changed_at > sandbox_moment()
    )
    UNION ALL
    SELECT seq, instance, kind, id, created_at, body, secret FROM past AS p
    WHERE body IS NOT NULL AND n = (
        SELECT min(n) FROM past AS q
        WHERE q.instance = p.instance AND q.kind = p.kind AND q.id = p.id
          AND q.changed_at > sandbox_moment()
    );
"""


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


class Database:
    """Raises a SandboxError when ``path`` holds something else, or cannot be opened."""

    def __init__(self, path: Path | None, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._offset = 0
        self._latest = 0
        self._pretended: int | None = None
        self._rollbacks = 0
        self._lock = threading.RLock()
        self._longest = 0
        self._moment = 0
        try:
            if path and not path.exists():
                path.touch(mode=0o600)  # signing keys are in it
            # Autocommit, so that BEGIN and COMMIT below are the only ones; the lock makes it
            # safe to be called from several threads, each with an event loop of its own.
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10
            )
            weakref.finalize(self, self._db.close)
            own = weakref.ref(self)  # or the two would keep each other alive
            self._db.create_function("sandbox_now", 0, lambda: own().now())  # type: ignore[union-attr]
            self._db.create_function("sandbox_moment", 0, lambda: own()._moment)  # type: ignore[union-attr]
            self._prepare(path)
        except (OSError, sqlite3.Error) as exc:
            raise SandboxError(f"{path} cannot be used as the sandbox's state: {exc}") from exc

    def _prepare(self, path: Path | None) -> None:
        with self.transaction(write=True):
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            empty = not self._db.execute("SELECT 1 FROM sqlite_master").fetchone()
            if not empty and application != _APPLICATION_ID:
                raise SandboxError(f"{path} is a database of something else; choose another file.")
            if not empty and version != _FORMAT:
                raise SandboxError(
                    f"{path} was written by another version of clerkform. Delete it to start anew,"
                    " or choose another file."
                )
            if empty:
                self._create()
        self._db.execute("PRAGMA journal_mode = WAL")  # only now that the file is known to be ours
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA temp_store = MEMORY")

    def _create(self) -> None:
        self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)

    def index(self, names: Iterable[str]) -> None:
        """Have objects found and ordered by these fields without walking all of a kind."""
        with self.transaction(write=True):
            for name in names:
                # With the order at its end, or SQLite would walk the newest first instead.
                columns = f"instance, kind, json_extract(body, '$.{name}'), created_at"
                self._db.execute(
                    f"CREATE INDEX IF NOT EXISTS objects_{name} ON objects ({columns})"
                )

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
                self._rollbacks += 1
                raise
            self._db.execute("COMMIT")

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, values)

    def generation(self) -> tuple[int, int, int]:
        """The same as before only when nothing has been written since, here or elsewhere."""
        (elsewhere,) = self._db.execute("PRAGMA data_version").fetchone()
        return self._db.total_changes, self._rollbacks, int(elsewhere)

    def now(self) -> int:
        """Milliseconds since 1970, never less than an answer before."""
        if self._pretended is not None:
            return self._pretended
        self._latest = max(self._latest, self._clock() + self._offset)
        return self._latest

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """For what was due then, and is done only now."""
        self._pretended = moment
        try:
            yield
        finally:
            self._pretended = None

    def advance(self, milliseconds: int) -> None:
        """Move the sandbox's clock forward, and with it lag, expiry and rate limits."""
        if milliseconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset += milliseconds

    @property
    def offset(self) -> int:
        """Milliseconds that the clock was moved by so far."""
        return self._offset

    def remember_past(self, longest: int) -> None:
        """For how many milliseconds what changes from now on can be read as it was before; 0 is
        for not at all."""
        with self._lock:
            if longest and not self._longest:
                self._db.executescript(_PAST)
            elif self._longest and not longest:
                names = ("TRIGGER past_insert", "TRIGGER past_update", "TRIGGER past_delete")
                for name in (*names, "VIEW lagging", "TABLE past"):
                    self._db.execute(f"DROP {name}")
            self._longest = longest

    def look_back(self, milliseconds: int) -> None:
        """Have the view ``lagging`` show, for the rest of a transaction, what was stored so long
        ago or, if that is longer than is remembered, as long ago as can be."""
        now = self.now()
        self._moment = now - milliseconds
        self._db.execute("DELETE FROM past WHERE changed_at <= ?", (now - self._longest,))

    def forget(self, instance: int) -> None:
        """Show this instance as it is now, as if it had never been otherwise."""
        if self._longest:
            self._db.execute("DELETE FROM past WHERE instance = ?", (instance,))

    def close(self) -> None:
        self._db.close()
