"""What has to hold of the members of organizations after any request, as the server sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MANAGE = "org:sys_memberships:manage"


class Members:
    """Nobody is without a role, and no organization is without a manager that had one."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._managed: set[str] = set()

    def faults(self) -> Iterator[str]:
        store = self._store
        with store.transaction(write=False):
            roles = {one["key"]: one["permissions"] for one in store.select("organization_roles")}
            members = list(store.select("organization_memberships"))
            there = {one["id"] for one in store.select("organizations")}
        yield from (f"{one['user_id']} has no role" for one in members if one["role"] not in roles)
        managed = {
            one["organization_id"] for one in members if MANAGE in roles.get(one["role"], ())
        }
        yield from (f"{one} has no manager" for one in (self._managed & there) - managed)
        self._managed |= managed
