"""What a new instance starts with: JSON in the shape of the API's answers and of ``sandbox dump``.

Each collection is a list of objects, each setting an object. Ids, times and whatever else has a
default may be left out. A dump holds no secrets; a seed may: ``signing_key`` of a JWT template and
``secret`` of an API key. What each kind takes is said in its module of ``routes``.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clerkform.sandbox import singletons
from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.faults import without
from clerkform.sandbox.fields import Field
from clerkform.sandbox.files import read_json
from clerkform.sandbox.groups import Collection, Group, Groups, Kept, first_objects, id_of
from clerkform.sandbox.routes import with_own
from clerkform.sandbox.seed_checks import check_fields, check_object
from clerkform.sandbox.settings import Environment
from clerkform.sandbox.store import Object, Store


def read_seed(path: Path, *, groups: Iterable[Group] = ()) -> dict[str, Any]:
    """``groups`` are those of the sandbox besides the API's own.

    Raises:
        SandboxError: the file cannot be read, or is no seed as far as its looks go.
    """
    seed = read_json(path, "seed")
    if not isinstance(seed, dict):
        raise SandboxError(f"{path} is no seed: it has to hold one JSON object.")
    try_out(seed, with_own(groups))
    return seed


def try_out(seed: dict[str, Any], groups: Groups) -> None:
    """Raises a SandboxError unless ``seed`` can be sown."""
    store = Store()
    try:
        with store.transaction(write=True):
            settle(store, "development", groups)
            sow(store, seed, "development", groups)
    finally:
        store.close()


def settle(store: Store, environment: Environment, groups: Groups) -> None:
    """Give an instance what each has from its start and this one lacks, inside a transaction."""
    for kept in groups.kept:
        if kept.first and not store.count(kept.kind):
            for made in first_objects(kept, store.number, environment):
                body = {**made, **_times(store, kept)}
                store.insert(kept.kind, body, created_at=store.now(), id=id_of(kept, body))


def restore(store: Store, collection: Collection, environment: Environment) -> None:
    """Leave an instance what it had of these from its start, by the ids that they still have."""
    name = collection.unique or collection.id_field
    made = {one[name]: one for one in first_objects(collection, store.number, environment)}
    for live in store.select(collection.kind):
        id, times = id_of(collection, live), _times(store, collection)
        if live[name] in made:
            same = {n: live[n] for n in (collection.id_field, *times)}
            store.replace(collection.kind, {**made.pop(live[name]), **same}, id=id)
        else:
            store.delete(collection.kind, id)
    for lost in made.values():
        body = {**lost, **_times(store, collection)}
        store.insert(collection.kind, body, created_at=store.now(), id=id_of(collection, body))


def freshen(store: Store, groups: Groups) -> None:
    """Give an instance that has just been made or reset the settings that Clerk gives a new one,
    inside a transaction."""
    for singleton in groups.singletons:
        if singleton.fresh:
            singletons.keep(store, singleton.kind, singleton.fresh)


def sow(store: Store, seed: dict[str, Any], environment: Environment, groups: Groups) -> None:
    """Into an instance that has just been made, inside a transaction.

    Raises:
        SandboxError: something in ``seed`` is not what the API would answer.
    """
    if odd := seed.keys() - set(groups.kinds):
        known = ", ".join(sorted(groups.kinds))
        raise SandboxError(f"The seed has `{min(odd)}`; it takes {known}.")
    seed = {name: value for name, value in seed.items() if value is not None}
    for singleton in groups.singletons:
        if changed := _settings(singleton, seed.get(singleton.kind, {})):
            singletons.keep(store, singleton.kind, changed)
    for collection in groups.collections:
        items = seed.get(collection.kind, [])
        if not isinstance(items, list):
            raise SandboxError(f"The seed's `{collection.kind}` is a list of objects.")
        _make_way(store, collection, items)
        for index, item in enumerate(items):
            where = f"{collection.kind}[{index}]"
            _sow_object(store, collection, item, where, environment)


def _settings(singleton: singletons.Singleton, given: Object) -> dict[str, Any]:
    check_object(given, singleton.kind)
    changed = {}
    for name, value in given.items():
        if name in singleton.defaults or name in singleton.extras:
            if value is None and name not in singleton.nullable:
                continue
            wanted = _type_of(singleton, name)
            if Field(wanted, nullable=True).problem(name, value):
                what = "is a list of texts" if wanted is list else "is none of its settings"
                raise SandboxError(f"The seed's `{singleton.kind}.{name}` {what}.")
            changed[name] = value
        elif name not in singleton.others | {"object"}:
            raise SandboxError(f"The seed's `{singleton.kind}.{name}` is none of its settings.")
    return changed


def _type_of(singleton: singletons.Singleton, name: str) -> type:
    field = singleton.fields.get(name)
    return field.type if field else type(singleton.defaults[name])


def _make_way(store: Store, collection: Collection, items: list[Any]) -> None:
    """Take away what the instance has from its start and these take the place of.

    Raises:
        SandboxError: an object is none, or two take one place.
    """
    taken = set()
    for index, item in enumerate(items):
        where = f"{collection.kind}[{index}]"
        check_object(item, where)
        for name in collection.secrets:
            item = without(item, name)
        check_fields(item, collection, where)
        body = {**collection.defaults, **item}
        if collection.is_first(body):
            place = body[collection.first_by] if collection.first_by else None
            if place in taken and collection.first_by is None:
                raise SandboxError(f"The seed's `{where}` is a second one where there can be one.")
            taken.add(place)
    for other in filter(collection.is_first, store.select(collection.kind)):
        if (other[collection.first_by] if collection.first_by else None) in taken:
            store.delete(collection.kind, id_of(collection, other))


def _sow_object(
    store: Store, collection: Collection, item: Any, where: str, environment: Environment
) -> None:
    secrets = {name: _secret(collection, item, name, where) for name in collection.secrets}
    for name in secrets:
        item = without(item, name)
    body = _built(store, collection, item, environment)
    id = id_of(collection, body)
    unique = collection.unique
    if unique and store.find(collection.kind, unique, body[unique]):
        raise SandboxError(f"The seed's `{where}.{unique}` is there already.")
    if store.get(collection.kind, id):
        raise SandboxError(f"The seed's `{where}.{collection.id_field}` is there already.")
    created_at = body.get("created_at", store.now())
    secret = collection.sealed(secrets)
    store.insert(collection.kind, body, id=id, created_at=created_at, secret=secret)


def _built(store: Store, collection: Collection, item: Object, environment: Environment) -> Object:
    """The object with its defaults and with what follows from it."""
    dropped = {name for name in collection.others if item.get(name) is None}
    body = {
        "object": collection.kind.removesuffix("s"),
        collection.id_field: collection.make_id(collection.prefix),
        **collection.defaults,
        **_times(store, collection),
        **{name: value for name, value in item.items() if name not in dropped},
    }
    body = collection.complete(store, body)
    return collection.adapt(body, environment, store.number) if collection.adapt else body


def _times(store: Store, kept: Kept) -> Object:
    is_timed = isinstance(kept, Collection) and kept.timed
    return dict.fromkeys(("created_at", "updated_at"), store.now()) if is_timed else {}


def _secret(collection: Collection, item: Object, path: str, where: str) -> str | None:
    found: Any = item
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        make = collection.secrets[path]
        return make() if make else None
    if not isinstance(found, str):
        raise SandboxError(f"The seed's `{where}.{path}` is of another type.")
    return found
