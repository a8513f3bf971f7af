"""What a role may do and who speaks of it, for all routes that have to know."""

from collections.abc import Iterable

from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.store import Object, Store

KIND = "organization_roles"
PERMISSIONS = "organization_permissions"
_OF_A_CREATOR = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")


def named(store: Store, key: str) -> Object | None:
    """As it is stored: with the keys of its permissions."""
    return store.find(KIND, "key", key)


def with_permissions(store: Store, role: Object) -> Object:
    """As it is answered: a role is stored with the keys of its permissions."""
    found = {permission["key"]: permission for permission in store.select(PERMISSIONS)}
    return {
        **role,
        "is_creator_eligible": not lacking_of_a_creator(role["permissions"]),
        "permissions": [found[key] for key in role["permissions"] if key in found],
    }


def lacking_of_a_creator(permissions: Iterable[str]) -> list[str]:
    """What the role of whoever makes an organization must be allowed, and is not by these keys."""
    allowed = set(permissions)
    return [key for key in _OF_A_CREATOR if key not in allowed]


def check_creator(permissions: Iterable[str]) -> None:
    """Raises a Refusal (422) where a role with these permissions can be no creator's."""
    if lacking := lacking_of_a_creator(permissions):
        text = f"The creator role needs the permissions {', '.join(lacking)}."
        code = "organization_missing_creator_role_permissions"
        raise Refusal(422, Problem(code, "missing permissions", text, {"permissions": lacking}))
