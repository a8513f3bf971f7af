"""The instances of one state: each secret key opens its own, made when the key is first used.

A key is stored as its SHA-256 only. The first instance has no key until one is used.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.groups import Groups, Kept, id_of
from clerkform.sandbox.limits import Limiter, limit_of
from clerkform.sandbox.operation import Operation
from clerkform.sandbox.seed import freshen, settle, sow
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.store import Store


class Instance:
    """One of them, while the sandbox runs."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self.store = store
        self._requests = Limiter(clock)
        self._objects = Limiter(clock)

    def wait(
        self, settings: Settings, operation: Operation | None, params: Mapping[str, str]
    ) -> int | None:
        """Seconds until there is room for this request, or None when it may pass."""
        if settings.rate_limit is None or (operation and operation.unlimited):
            return None
        environment = settings.instance or environment_of(self.store)
        limit = limit_of(settings, environment)
        wait = self._requests.take(limit) if limit else None
        if wait is None and operation and operation.bucket:
            name, limit, per = operation.bucket
            wait = self._objects.take(limit, "/".join((name, *(params[one] for one in per))))
        return wait


class Instances:
    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        seed: dict[str, Any] | None,
        groups: Groups,
    ) -> None:
        self._store = store
        self._groups = groups
        self._clock = clock
        self._seed = seed
        self._open: dict[bytes, Instance] = {}

    def of(self, key: str, settings: Settings) -> Instance:
        digest = hashlib.sha256(key.encode()).digest()
        if digest not in self._open:
            environment: Environment = "production" if key.startswith("sk_live_") else "development"
            store = self._opened(digest.hex(), settings.instance or environment, settings)
            self._open[digest] = Instance(store, self._clock)
        return self._open[digest]

    def _opened(self, key_hash: str, environment: Environment, settings: Settings) -> Store:
        execute = self._store.database.execute
        with self._store.transaction(write=True):
            known = "SELECT number FROM instances WHERE key_hash = ?"
            row = execute(known, (key_hash,)).fetchone()
            if row is None:
                row = self._keyless(environment)
                query = "UPDATE instances SET key_hash = ? WHERE number = ?"
                execute(query, (key_hash, row[0]))
            store = self._store.of(row[0])
            self._settle(store, environment, settings)
        return store

    def _keyless(self, environment: Environment) -> tuple[int]:
        """The number of the first instance, if it is of this kind, or of a new one."""
        execute = self._store.database.execute
        row = execute("SELECT number FROM instances WHERE key_hash IS NULL").fetchone()
        if row and environment_of(self._store.of(row[0])) == environment:
            return (row[0],)
        return (execute("INSERT INTO instances DEFAULT VALUES").lastrowid or 0,)

    def open_first(self, environment: Environment, settings: Settings) -> None:
        """Have the first instance ready for the first key."""
        with self._store.transaction(write=True):
            self._store.database.execute("INSERT OR IGNORE INTO instances (number) VALUES (1)")
            self._settle(self._store.of(1), environment, settings)

    def _settle(self, store: Store, environment: Environment, settings: Settings) -> None:
        """A new instance gets what each has from the start, and what the seed says; an older one
        what it was made without."""
        is_new = not store.count("instance")
        settle(store, environment, self._groups)
        if is_new:
            if settings.fresh_defaults:
                freshen(store, self._groups)
            if self._seed:
                sow(store, self._seed, environment, self._groups)
            store.database.forget(store.number)

    def check(self, environment: Environment) -> None:
        """Raises a SandboxError when one of them is of the other environment."""
        for store in self._store.instances():
            if (found := environment_of(store)) != environment:
                raise SandboxError(
                    f"The state is that of a {found} instance. Start the sandbox as one, or choose"
                    f" another file for a {environment} instance."
                )

    def become(self, environment: Environment) -> None:
        """Make all of them instances of this environment."""
        with self._store.transaction(write=True):
            for store in self._store.instances():
                for kept in self._groups.kept:
                    adapt(store, kept, environment)


def adapt(store: Store, kept: Kept, environment: Environment) -> None:
    if kept.adapt:
        for body in store.select(kept.kind):
            adapted = kept.adapt(body, environment, store.number)
            store.replace(kept.kind, adapted, id=id_of(kept, body))


def environment_of(store: Store) -> Environment:
    (body,) = store.select("instance")
    environment: Environment = body["environment_type"]
    return environment
