"""The state of a stopped or running sandbox as API-shaped JSON, and back to a new one."""

from pathlib import Path
from typing import Any

from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.routes import api_keys, kinds
from clerkform.sandbox.store import Store


def dump_store(store: Store) -> dict[str, Any]:
    """The instance and each collection, oldest first, without a secret."""
    with store.transaction(write=False):
        now = store.now()
        dumped: dict[str, Any] = {kind: store.select(kind, descending=False) for kind in kinds()}
    dumped["api_keys"] = [api_keys.shown(key, now) for key in dumped["api_keys"]]
    dumped["instance"] = next(iter(dumped["instance"]), None)
    return dumped


def dump(path: Path) -> dict[str, Any]:
    """Raises a SandboxError when ``path`` is not there or holds something else."""
    store = existing(path)
    try:
        return dump_store(store)
    finally:
        store.close()


def reset(path: Path) -> None:
    """Leave only the instance and its primary domain, as they are. A running sandbox sees it."""
    store = existing(path)
    try:
        with store.transaction(write=True):
            store.clear(keep=("instance", "domains"))
            for domain in store.select("domains"):
                if domain["is_satellite"]:
                    store.delete("domains", domain["id"])
    finally:
        store.close()


def existing(path: Path) -> Store:
    if not path.is_file():
        raise SandboxError(f"There is no sandbox state at {path}; `sandbox serve` would make it.")
    return Store(path)
