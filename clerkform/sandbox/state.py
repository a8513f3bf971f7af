"""The state of a stopped or running sandbox as API-shaped JSON; ``seed`` has the way back."""

from pathlib import Path
from typing import Any

from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.instances import environment_of, stores
from clerkform.sandbox.routes import api_keys, instance_settings, kinds
from clerkform.sandbox.routes.organization_settings import organization_settings
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Store


def dump_store(store: Store, settings: Settings | None = None) -> dict[str, Any]:
    """One instance and each of its collections, oldest first, without a secret.

    ``settings`` are those that the sandbox runs with: the organization settings depend on them.
    """
    with store.transaction(write=False):
        now = store.now()
        dumped: dict[str, Any] = {kind: store.select(kind, descending=False) for kind in kinds()}
        if dumped["instance"]:
            dumped |= instance_settings.all_shown(store)
            settings = settings or Settings()
            dumped["organization_settings"] = organization_settings(store, settings)
    dumped["api_keys"] = [api_keys.shown(key, now) for key in dumped["api_keys"]]
    dumped["instance"] = next(iter(dumped["instance"]), None)
    return dumped


def dump(path: Path, *, instance: str | None = None) -> dict[str, Any]:
    """One instance of a file, named by its id where there are several.

    Raises:
        SandboxError: ``path`` is not there or holds something else, or which of its instances is
            meant is not clear.
    """
    store = existing(path)
    try:
        return dump_store(chosen(store, path, instance))
    finally:
        store.close()


def chosen(store: Store, path: Path, id: str | None) -> Store:
    found = {one.select("instance")[0]["id"]: one for one in stores(store)}
    if id is None and len(found) < 2:
        return next(iter(found.values()), store)
    if id in found:
        return found[id]
    known = ", ".join(f"{key} ({environment_of(one)})" for key, one in found.items())
    raise SandboxError(f"{path} holds {known or 'no instance'}: name one of them by its id.")


def reset(path: Path) -> None:
    """Leave only the instances and their primary domains. A running sandbox sees it."""
    store = existing(path)
    try:
        with store.transaction(write=True):
            for one in stores(store):
                one.clear(keep=("instance", "domains"))
                for domain in one.select("domains"):
                    if domain["is_satellite"]:
                        one.delete("domains", domain["id"])
    finally:
        store.close()


def existing(path: Path) -> Store:
    if not path.is_file():
        raise SandboxError(f"There is no sandbox state at {path}; `sandbox serve` would make it.")
    return Store(path)
