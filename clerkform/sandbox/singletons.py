"""Objects of which an instance has one: settings that are there from the start.

Only what was changed is stored, over defaults; a PATCH ignores what it does not know, and a null
is as good as a field left out. So an empty PATCH answers what is set, which for some is the only
way to read it.
"""

from typing import Any, NamedTuple

from clerkform.sandbox.fields import Fields, read
from clerkform.sandbox.operation import Call
from clerkform.sandbox.store import Object, Store


class Singleton(NamedTuple):
    kind: str
    object: str
    fields: Fields
    defaults: Object


def stored(store: Store, kind: str) -> Object:
    found = store.get(kind, kind) or {}
    return {name: value for name, value in found.items() if name != "id"}


def keep(store: Store, kind: str, changed: Object) -> None:
    before = store.get(kind, kind)
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
