"""/organization_roles: what the members of organizations may do. Permissions go in by their ids and
come out whole."""

import re
from functools import partial
from typing import Any

from clerkform.sandbox import errors, keyed, migrations, role_sets, role_uses, roles
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.roles import PERMISSIONS as _PERMISSIONS
from clerkform.sandbox.roles import with_permissions
from clerkform.sandbox.routes import organization_settings
from clerkform.sandbox.settings import Environment
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import equals

KIND = roles.KIND
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
_OF_A_MEMBER = ("org:sys_memberships:read", "org:sys_billing:read")
_KEY = re.compile("org:[a-z0-9_]+")
_TEXT = Field(str, nullable=True)
_PERMISSION_IDS = Field(list, nullable=True)
CREATE = {
    "name": Field(str, required=True),
    "key": Field(str, required=True, pattern=_KEY),
    "description": _TEXT,
    "permissions": _PERMISSION_IDS,
    "include_in_initial_role_set": Field(bool, nullable=True),
}
UPDATE = {
    "name": _TEXT,
    "key": Field(str, nullable=True, pattern=_KEY),
    "description": _TEXT,
    "permissions": _PERMISSION_IDS,
}


def list_all(call: Call) -> Object:
    return keyed.listed(call, KIND, with_permissions)


def get(call: Call) -> Object:
    return with_permissions(call.store, find(call))


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=True)
    store, now = call.store, call.store.now()
    keyed.check_key(store, KIND, sent["key"])
    check_number(call)
    body = {
        "object": "role",
        "id": new_id("role"),
        "name": sent["name"],
        "key": sent["key"],
        "description": sent.get("description"),
        "permissions": keys_of(store, sent.get("permissions") or []),
        "created_at": now,
        "updated_at": now,
    }
    made = store.insert(KIND, body, created_at=now)
    if sent.get("include_in_initial_role_set"):
        initial = role_sets.initial(store)
        migrations.refuse_while_under_way(store, initial)
        role_sets.check_size("include_in_initial_role_set", [*initial["roles"], made["key"]])
        role_sets.keep(store, {**initial, "roles": [*initial["roles"], made["key"]]})
    return with_permissions(store, made)


def update(call: Call) -> Object:
    live, store = find(call), call.store
    given = read(call.body, UPDATE, strict=False)
    sent = {name: value for name, value in given.items() if value is not None}
    if "key" in sent:
        keyed.check_key(store, KIND, sent["key"], id=live["id"])
    if "permissions" in sent:
        sent["permissions"] = keys_of(store, sent["permissions"])
    changed = keep(store, live, sent)
    if changed["key"] != live["key"]:
        role_uses.rename(call, live["key"], changed["key"])
    return with_permissions(store, changed)


def assign(call: Call) -> Object:
    live = find(call)
    (key,) = keys_of(call.store, [call.params["permission_id"]])
    if key in live["permissions"]:
        code = "organization_role_permission_association_exists"
        raise Refusal(409, Problem(code, "already exists", f"{live['key']} has {key} already."))
    changed = keep(call.store, live, {"permissions": [*live["permissions"], key]})
    return with_permissions(call.store, changed)


def take(call: Call) -> Object:
    live = find(call)
    (key,) = keys_of(call.store, [call.params["permission_id"]])
    if key not in live["permissions"]:
        code = "organization_role_permission_association_not_found"
        raise Refusal(404, Problem(code, "not found", f"{live['key']} does not have {key}."))
    left = [one for one in live["permissions"] if one != key]
    return with_permissions(call.store, keep(call.store, live, {"permissions": left}))


def delete(call: Call) -> Object:
    live = find(call)
    for code, use in role_uses.reasons(call, live["key"]):
        text = f"The role {live['key']} cannot be deleted: {use}."
        raise Refusal(422, Problem(code, "cannot be deleted", text))
    call.store.delete(KIND, live["id"])
    return {"object": "role", "id": live["id"], "deleted": True}


def find(call: Call) -> Object:
    found = call.store.get(KIND, call.params["id"])
    if found is None:
        raise errors.not_found(f"No organization role was found with id {call.params['id']}")
    return found


def keep(store: Store, live: Object, changed: dict[str, Any]) -> Object:
    """The role with what is ``changed``; a Refusal (422) where creators could no longer have it."""
    role = {**live, **changed, "updated_at": store.now()}
    if "permissions" in changed and store.count(
        role_sets.KIND, equals("creator_role_key", live["key"])
    ):
        roles.check_creator(role["permissions"])
    return store.replace(KIND, role)


def keys_of(store: Store, ids: list[str]) -> list[str]:
    """Of these permissions, each once; a Refusal (404) where one is not there."""
    keys = []
    for id in ids:
        permission = store.get(_PERMISSIONS, id)
        if permission is None:
            raise errors.not_found(f"No organization permission was found with id {id}")
        keys.append(permission["key"])
    return list(dict.fromkeys(keys))


def check_number(call: Call) -> None:
    settings = organization_settings.organization_settings(call.store, call.settings)
    most = settings["max_allowed_roles"]
    if sum(not is_system(role) for role in call.store.select(KIND)) >= most:
        text = f"You have reached your limit of {most} custom organization roles."
        code = "organization_instance_roles_quota_exceeded"
        raise Refusal(403, Problem(code, "roles quota exceeded", text))


def with_keys(store: Store, role: Object) -> Object:
    """As it is stored: ``with_permissions`` the other way round."""
    keys = [one["key"] if isinstance(one, dict) else one for one in role["permissions"]]
    named = {name: value for name, value in role.items() if name != "is_creator_eligible"}
    return {**named, "object": "role", "permissions": keys}


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
    is_restored=True,
)
writing = partial(Operation, gate=organization_settings.require_organizations)
_ASSOCIATION = "/organization_roles/{id}/permissions/{permission_id}"
ROUTES = (
    Operation("GET", "/organization_roles", list_all),
    writing("POST", "/organization_roles", create, plan="custom_roles"),
    Operation("GET", "/organization_roles/{id}", get),
    writing("PATCH", "/organization_roles/{id}", update),
    writing("DELETE", "/organization_roles/{id}", delete),
    writing("POST", _ASSOCIATION, assign, body_optional=True),
    writing("DELETE", _ASSOCIATION, take),
)
GROUP = Group(ROUTES, (PERMISSIONS, ROLES))
