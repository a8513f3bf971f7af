"""/organization_roles: a list of the two that every instance starts with, and no way to make more."""

from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import counted, order, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Environment
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import matches, path_of

KIND = "organization_roles"
_PERMISSIONS = "organization_permissions"
SYSTEM = {
    "org:sys_profile:manage": "Manage organization",
    "org:sys_profile:delete": "Delete organization",
    "org:sys_memberships:read": "Read members",
    "org:sys_memberships:manage": "Manage members",
    "org:sys_domains:read": "Read domains",
    "org:sys_domains:manage": "Manage domains",
    "org:sys_billing:read": "Read billing",
    "org:sys_billing:manage": "Manage billing",
    "org:sys_entconns:manage": "Manage enterprise connections",
}
"""The permissions that Clerk itself checks, and what it calls them."""
_OF_A_CREATOR = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")
_OF_A_MEMBER = ("org:sys_memberships:read", "org:sys_billing:read")


def list_all(call: Call) -> Object:
    where = [matches(call.query["query"], "name", "key")] if call.query.get("query") else []
    limit, offset = window(call.query)
    columns = {"created_at": "created_at", "name": path_of("name"), "key": path_of("key")}
    page = call.store.select(KIND, *where, **order(call.query, columns), limit=limit, offset=offset)
    roles = [with_permissions(call.store, role) for role in page]
    return counted(roles, call.store.count(KIND, *where))


def with_permissions(store: Store, role: Object) -> Object:
    """As it is answered: a role is stored with the keys of its permissions."""
    found = {permission["key"]: permission for permission in store.select(_PERMISSIONS)}
    return {
        **role,
        "is_creator_eligible": not lacking_of_a_creator(role),
        "permissions": [found[key] for key in role["permissions"] if key in found],
    }


def with_keys(store: Store, role: Object) -> Object:
    """As it is stored: ``with_permissions`` the other way round."""
    keys = [one["key"] if isinstance(one, dict) else one for one in role["permissions"]]
    named = {name: value for name, value in role.items() if name != "is_creator_eligible"}
    return {**named, "object": "role", "permissions": keys}


def lacking_of_a_creator(role: Object) -> list[str]:
    """What the role of whoever makes an organization must be allowed, and this one is not."""
    return [key for key in _OF_A_CREATOR if key not in role["permissions"]]


def system_permissions(number: int, environment: Environment) -> list[Object]:
    head = {"object": "permission", "description": "", "type": "system"}
    return [
        {**head, "id": new_id("perm"), "key": key, "name": name} for key, name in SYSTEM.items()
    ]


def system_roles(number: int, environment: Environment) -> list[Object]:
    admin = {"name": "Admin", "key": "org:admin", "permissions": list(SYSTEM)}
    member = {"name": "Member", "key": "org:member", "permissions": list(_OF_A_MEMBER)}
    described = {"org:admin": "May do everything", "org:member": "May see the other members"}
    return [
        {"object": "role", "id": new_id("role"), **role, "description": described[str(role["key"])]}
        for role in (member, admin)
    ]


def is_system(body: Object) -> bool:
    return body["key"] in (*SYSTEM, "org:admin", "org:member")


def as_permission(store: Store, permission: Object) -> Object:
    return {**permission, "object": "permission"}


PERMISSIONS = Collection(
    _PERMISSIONS,
    "perm",
    required={"name": str, "key": str},
    defaults={"description": "", "type": "user"},
    unique="key",
    complete=as_permission,
    first=system_permissions,
    is_first=is_system,
    first_by="key",
)
ROLES = Collection(
    KIND,
    "role",
    required={"name": str, "key": str},
    defaults={"description": None, "permissions": []},
    others=frozenset({"is_creator_eligible"}),
    unique="key",
    after=(_PERMISSIONS,),
    complete=with_keys,
    shown=with_permissions,
    first=system_roles,
    is_first=is_system,
    first_by="key",
)
ROUTES = (Operation("GET", "/organization_roles", list_all),)
GROUP = Group(ROUTES, (PERMISSIONS, ROLES))
