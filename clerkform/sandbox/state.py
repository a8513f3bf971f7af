"""The state of a stopped or running sandbox as API-shaped JSON; ``seed`` has the way back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.groups import Group, Groups, catch_up, id_of, is_setting
from clerkform.sandbox.instances import environment_of
from clerkform.sandbox.routes import with_own
from clerkform.sandbox.seed import freshen, restore
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store


def dump_store(
    store: Store, settings: Settings | None = None, *, groups: Iterable[Group] = ()
) -> dict[str, Any]:
    """One instance and each of its collections, oldest first, without a secret.

    ``settings`` are those that the sandbox runs with: the organization settings depend on them.
    ``groups`` are those that it has besides the API's own.
    """
    settings, known = settings or Settings(), with_own(groups)
    catch_up(store, known)
    with store.transaction(write=False):
        made = bool(store.count("instance"))
        return {
            kept.kind: kept.dumped(store, settings)
            for kept in known.kept
            if made or not is_setting(kept)
        }


def dump(
    path: Path, *, instance: str | None = None, groups: Iterable[Group] = ()
) -> dict[str, Any]:
    """One instance of a file, named by its id where there are several.

    Raises:
        SandboxError: ``path`` is not there or holds something else, or which of its instances is
            meant is not clear.
    """
    store = existing(path)
    try:
        return dump_store(chosen(store, path, instance), groups=groups)
    finally:
        store.close()


def chosen(store: Store, path: Path, id: str | None) -> Store:
    found = {one.select("instance")[0]["id"]: one for one in store.instances()}
    if id is None and len(found) < 2:
        return next(iter(found.values()), store)
    if id in found:
        return found[id]
    known = ", ".join(f"{key} ({environment_of(one)})" for key, one in found.items())
    raise SandboxError(f"{path} holds {known or 'no instance'}: name one of them by its id.")


def reset(path: Path, *, fresh_defaults: bool = False, groups: Iterable[Group] = ()) -> None:
    """Leave only the instances and what each has from its start, such as its primary domain. A
    running sandbox sees it. For ``fresh_defaults`` see ``Settings``."""
    known = with_own(groups)
    store = existing(path)
    try:
        with store.transaction(write=True):
            for one in store.instances():
                clear(one, known)
                if fresh_defaults:
                    freshen(one, known)
    finally:
        store.close()


def clear(store: Store, groups: Groups) -> None:
    store.clear(keep=[kept.kind for kept in groups.kept if kept.first])
    for singleton in groups.singletons:
        for body in store.select(singleton.kind):
            left = {name: body[name] for name in body if name not in singleton.defaults}
            store.replace(singleton.kind, left)
    for collection in groups.collections:
        if collection.is_restored:
            restore(store, collection, environment_of(store))
            continue
        for body in store.select(collection.kind):
            if not collection.is_first(body):
                store.delete(collection.kind, id_of(collection, body))


def existing(path: Path) -> Store:
    if not path.is_file():
        raise SandboxError(f"There is no sandbox state at {path}; `sandbox serve` would make it.")
    return Store(path)
