"""What a module of ``routes`` says of itself, as one value: ``GROUP``.

Whatever serves all groups asks these values and knows no kind by name: making an instance, seeds,
dumps, resets, the database's indexes, what of a request is hidden. So a new group is one module,
and a test may bring groups of its own: ``create_app(groups=[Group(...)])``.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Operation
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.singletons import Singleton
from clerkform.sandbox.store import Object, Store

CLERK_ID = re.compile(r"[a-z_]+_\w{27}", re.ASCII)
Follow = Callable[[Store, Object], Object]
"""An object and what follows from it and from what is stored. It writes nothing."""


def as_it_is(store: Store, body: Object) -> Object:
    return body


def never(body: Object) -> bool:
    return False


@dataclass(frozen=True)
class Collection:
    """The objects of one kind, which are stored one by one, listed in a seed and in a dump."""

    kind: str
    """As the store, a seed and a dump call it."""
    prefix: str
    """Of the ids."""
    _: KW_ONLY
    required: Mapping[str, type] = field(default_factory=dict)
    """What an object of a seed cannot do without."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What it may leave out. A default other than None gives the field its type as well."""
    others: frozenset[str] = frozenset()
    """What an answer may have besides. In a seed null is as good as leaving it out."""
    timed: bool = True
    """Whether the objects say when they were made and changed."""
    id_field: str = "id"
    """Where it is another, ``Store.insert`` and ``replace`` have to be told the id."""
    make_id: Callable[[str], str] = new_id
    id_format: re.Pattern[str] = CLERK_ID
    unique: str | None = None
    """A field of which no two objects have the same value."""
    looked_up_by: tuple[str, ...] = ()
    """Further fields that objects are found or ordered by: they get an index."""
    secrets: Mapping[str, Callable[[], str] | None] = field(default_factory=dict)
    """What is stored apart and never dumped, by its dotted path in a request and in a seed, and
    what makes one for an object of a seed that has none."""
    after: tuple[str, ...] = ()
    """Kinds that a seed's objects may belong to, so that they are there first."""
    complete: Follow = as_it_is
    """An object of a seed with what follows from its other fields."""
    shown: Follow = as_it_is
    """As a dump has it, which is as the API answers it."""
    first: Callable[[int, Environment], Iterable[Object]] | None = None
    """What the instance with this number has from its start. They have none of ``secrets``."""
    is_first: Callable[[Object], bool] = never
    """Whether an object is such a one: a reset leaves it, and a seed's own takes its place."""
    first_by: str | None = None
    """Where there are several: the field that says whose place a seed's own takes."""
    is_restored: bool = False
    """Whether a reset takes back what was changed of them. They are told apart by ``unique``."""
    adapt: Callable[[Object, Environment, int], Object] | None = None
    """An object as it is in an instance of this environment and with this number."""

    @property
    def indexed(self) -> tuple[str, ...]:
        return (*([self.unique] if self.unique else []), *self.looked_up_by)

    def sealed(self, secrets: Mapping[str, str | None]) -> str | None:
        """As the store keeps them: a single one as it is, to be found by, several as JSON."""
        if len(self.secrets) > 1:
            return json.dumps(dict(secrets))
        return next(iter(secrets.values()), None)

    def opened(self, sealed: str | None) -> dict[str, str | None]:
        """What was ``sealed``, by its path."""
        if len(self.secrets) > 1 and sealed is not None:
            found: dict[str, str | None] = json.loads(sealed)
            return found
        return dict.fromkeys(self.secrets, sealed)

    def dumped(self, store: Store, settings: Settings) -> list[Object]:
        """Oldest first."""
        return [self.shown(store, body) for body in store.select(self.kind, descending=False)]


Kept = Collection | Singleton
Due = Callable[[Store], Iterable[tuple[int, Callable[[], None]]]]
"""What calls have begun and time has ended: when each was over, and what has it be so."""


@dataclass(frozen=True)
class Group:
    """The calls of one module of ``routes``, and what an instance keeps for them."""

    routes: tuple[Operation, ...]
    kept: tuple[Kept, ...] = ()
    hidden: tuple[str, ...] = ()
    """Dotted paths in requests that nobody is shown, besides the secrets of collections."""
    due: Due | None = None


@dataclass(frozen=True)
class Groups:
    """All groups of a sandbox.

    Raises:
        ValueError: two of them answer one call or keep one kind, or a kind comes after one that
            is not there, or after itself.
    """

    every: tuple[Group, ...]

    def __post_init__(self) -> None:
        calls = [f"{o.method} {re.sub('{.*?}', '{}', o.path)}" for o in self.routes]
        twice = [name for name, count in Counter([*calls, *self.kinds]).items() if count > 1]
        if twice:
            raise ValueError(f"two groups of the sandbox have {twice[0]}")
        for collection in self.collections:
            if odd := set(collection.after) - set(self.kinds):
                raise ValueError(f"{collection.kind} come after {min(odd)}, which no group keeps")

    @cached_property
    def routes(self) -> tuple[Operation, ...]:
        return tuple(operation for group in self.every for operation in group.routes)

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """Objects first, then settings that are none until they are changed."""
        found = (kept for group in self.every for kept in group.kept)
        return tuple(sorted(found, key=is_setting))

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kept.kind for kept in self.kept)

    @cached_property
    def singletons(self) -> tuple[Singleton, ...]:
        return tuple(kept for kept in self.kept if isinstance(kept, Singleton))

    @cached_property
    def collections(self) -> tuple[Collection, ...]:
        """In an order in which each finds what it belongs to."""
        by_kind = {kept.kind: kept for kept in self.kept if isinstance(kept, Collection)}
        order = TopologicalSorter({kind: one.after for kind, one in by_kind.items()}).static_order()
        return tuple(by_kind[kind] for kind in order if kind in by_kind)

    @property
    def indexed(self) -> Iterable[str]:
        """The fields of objects that need an index, each once."""
        return dict.fromkeys(name for one in self.collections for name in one.indexed)

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        secrets = (name for collection in self.collections for name in collection.secrets)
        return (*secrets, *(name for group in self.every for name in group.hidden))


def catch_up(store: Store, groups: Groups) -> None:
    """Have what is due by now be done, as of when it was."""
    all_due = [group.due for group in groups.every if group.due]
    with store.transaction(write=False):
        is_behind = any(list(due(store)) for due in all_due)
    if is_behind:
        with store.transaction(write=True):
            for moment, finish in (one for due in all_due for one in due(store)):
                with store.database.at(moment):
                    finish()


def first_objects(kept: Kept, number: int, environment: Environment) -> Iterable[Object]:
    """What the instance with this number has of it from its start."""
    if kept.first is None:
        return ()
    made = kept.first(number, environment)
    return (made,) if isinstance(made, dict) else made


def id_of(kept: Kept, body: Object) -> str:
    id: str = body[kept.id_field if isinstance(kept, Collection) else "id"]
    return id


def is_setting(kept: Kept) -> bool:
    return isinstance(kept, Singleton) and kept.first is None
