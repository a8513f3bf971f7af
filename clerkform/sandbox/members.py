"""Who belongs to an organization, for all routes that have to know."""

from clerkform.sandbox import roles
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, among, equals, path_of

KIND = "organization_memberships"
PREFIX = "orgmem"
MANAGE = "org:sys_memberships:manage"
"""What one member of an organization has to be allowed."""


def of(organization_id: str) -> Where:
    return equals("organization_id", organization_id)


def find(store: Store, organization_id: str, user_id: str) -> Object | None:
    """The membership of a user, if it is one."""
    return next(iter(store.select(KIND, of(organization_id), equals("user_id", user_id))), None)


def add(
    store: Store, organization_id: str, user_id: str, role: str, metadata: Object | None = None
) -> Object:
    """``role`` is a key, ``metadata`` has both kinds of it or none."""
    now = store.now()
    body = {
        "object": "organization_membership",
        "id": new_id(PREFIX),
        "organization_id": organization_id,
        "user_id": user_id,
        "role": role,
        **(metadata or {"public_metadata": {}, "private_metadata": {}}),
        "created_at": now,
        "updated_at": now,
    }
    return store.insert(KIND, body, created_at=now)


def remove(store: Store, membership: Object) -> None:
    store.delete(KIND, membership["id"])
    user, organization_id = equals("user_id", membership["user_id"]), membership["organization_id"]
    leave_sessions(store, organization_id, user)


def leave_sessions(store: Store, organization_id: str, *where: Where) -> None:
    """Have the organization active in none of these sessions."""
    active = equals("last_active_organization_id", organization_id)
    for session in store.select("sessions", active, *where):
        store.replace("sessions", {**session, "last_active_organization_id": None})


def role_of(store: Store, held: Object) -> Object:
    """That of a membership or an invitation, as it is stored: with the keys of its permissions."""
    (role,) = store.select(roles.KIND, equals("key", held["role"]))
    return role


def may_manage(store: Store) -> Where:
    """Memberships whose role lets them manage the others."""
    keys = [role["key"] for role in store.select(roles.KIND) if MANAGE in role["permissions"]]
    return among(path_of("role"), keys)


def has_manager(store: Store, organization_id: str, *where: Where) -> bool:
    """Whether one of these members may manage the others."""
    return bool(store.count(KIND, of(organization_id), may_manage(store), *where))
