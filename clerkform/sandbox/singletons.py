"""Objects of which an instance has one: settings that are there from the start.

Only what was changed is stored, over defaults; a PATCH ignores what it does not know, and a null
is as good as a field left out. So an empty PATCH answers what is set, which for some is the only
way to read it.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from clerkform.sandbox.fields import Fields, read
from clerkform.sandbox.operation import Call
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.store import Object, Store


@dataclass(frozen=True)
class Singleton:
    kind: str
    """As the store, a seed and a dump call it."""
    object: str
    fields: Fields
    """What a PATCH may send."""
    defaults: Object
    """What a seed may say, and until anybody does, what is answered."""
    _: KW_ONLY
    others: frozenset[str] = frozenset()
    """What answers have besides, and a seed may hold to no effect, as a dump does."""
    extras: frozenset[str] = frozenset()
    """Of ``fields``, what no document of Clerk's has: answered once it was sent or seeded."""
    nullable: frozenset[str] = frozenset()
    """Those of which null is a value, in answers and in a seed."""
    fresh: Object = field(default_factory=dict)
    """What differs from ``defaults`` in an instance that Clerk has just made; see
    ``Settings.fresh_defaults``."""
    answer: Callable[[Store, Settings], Object | None] | None = None
    """What a read answers, where that is more than the changes over the defaults."""
    first: Callable[[int, Environment], Object] | None = None
    """The object that the instance with this number has from its start, and for good: a reset
    leaves it. Without, there is none until something is changed."""
    adapt: Callable[[Object, Environment, int], Object] | None = None
    """The object as it is in an instance of this environment and with this number."""

    def dumped(self, store: Store, settings: Settings) -> Object | None:
        return self.answer(store, settings) if self.answer else shown(store, self)


def stored(store: Store, kind: str) -> Object:
    found = next(iter(store.select(kind)), {})
    return {name: value for name, value in found.items() if name != "id"}


def keep(store: Store, kind: str, changed: Object) -> None:
    before = next(iter(store.select(kind)), None)
    body = {**(before or {"id": kind}), **changed}
    if before:
        store.replace(kind, body)
    else:
        store.insert(kind, body, created_at=store.now())


def shown(store: Store, singleton: Singleton) -> Object:
    values = {**singleton.defaults, **stored(store, singleton.kind)}
    return {"object": singleton.object, **values}


def read_changes(call: Call, singleton: Singleton) -> dict[str, Any]:
    sent = read(call.body, singleton.fields, strict=False)
    return {name: value for name, value in sent.items() if value is not None}


def change(call: Call, singleton: Singleton, changed: Object | None = None) -> Object:
    changed = read_changes(call, singleton) if changed is None else changed
    if changed:
        keep(call.store, singleton.kind, changed)
    return shown(call.store, singleton)


def read_one(singleton: Singleton, call: Call) -> Object | None:
    """With ``partial``, what a GET does."""
    return singleton.dumped(call.store, call.settings)


def change_one(singleton: Singleton, call: Call) -> Object:
    """With ``partial``, what a PATCH does."""
    return change(call, singleton)
