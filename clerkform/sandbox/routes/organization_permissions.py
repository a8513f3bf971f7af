"""/organization_permissions. Clerk's own are listed with the others and cannot be changed.

A role is stored with the keys of its permissions, so another key and a deletion reach every role.
"""

import re

from clerkform.sandbox import errors, keyed
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Group, as_it_is
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import organization_roles
from clerkform.sandbox.store import Object, Store

KIND = "organization_permissions"
_KEY = re.compile(r"org:(?!sys_)[a-z0-9_]+:[a-z0-9_]+")
UPDATE = {
    "name": Field(str, shortest=1),  # that it takes no empty name is inferred
    "key": Field(str, pattern=_KEY),
    "description": Field(str),
}
CREATE = {
    **UPDATE,
    "name": Field(str, required=True, shortest=1),
    "key": Field(str, required=True, pattern=_KEY),
}


def list_all(call: Call) -> Object:
    return keyed.listed(call, KIND, as_it_is)


def get(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id)
    if found is None:
        raise errors.not_found(f"No organization permission exists with id: {id}")
    return found


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=False)
    keyed.check_key(call.store, KIND, sent["key"])
    now = call.store.now()
    head = {"object": "permission", "id": new_id("perm"), "type": "user", "description": ""}
    body = {**head, **sent, "created_at": now, "updated_at": now}
    return call.store.insert(KIND, body, created_at=now)


def update(call: Call) -> Object:
    live = modifiable(call)
    changed = {**live, **read(call.body, UPDATE, strict=False), "updated_at": call.store.now()}
    if changed["key"] != live["key"]:
        keyed.check_key(call.store, KIND, changed["key"], id=live["id"])
        change_roles(call.store, live["key"], changed["key"])
    return call.store.replace(KIND, changed)


def delete(call: Call) -> Object:
    live = modifiable(call)
    change_roles(call.store, live["key"])
    call.store.delete(KIND, live["id"])
    return {"object": "permission", "id": live["id"], "deleted": True}


def modifiable(call: Call) -> Object:
    found = get(call)
    if found["type"] == "system":
        code = "organization_system_permission_not_modifiable"
        text = f"{found['key']} is a system permission, which cannot be changed or deleted."
        raise Refusal(403, Problem(code, "not modifiable", text))
    return found


def change_roles(store: Store, key: str, *instead: str) -> None:
    """Every role that has ``key`` has ``instead`` from now on, or nothing in its place."""
    for role in store.select(organization_roles.KIND):
        if key in role["permissions"]:
            at = role["permissions"].index(key)
            kept = [*role["permissions"][:at], *instead, *role["permissions"][at + 1 :]]
            store.replace(organization_roles.KIND, {**role, "permissions": kept})


ROUTES = (
    Operation("GET", "/organization_permissions", list_all),
    Operation("POST", "/organization_permissions", create, plan="custom_permissions"),
    Operation("GET", "/organization_permissions/{id}", get),
    Operation("PATCH", "/organization_permissions/{id}", update),
    Operation("DELETE", "/organization_permissions/{id}", delete),
)
GROUP = Group(ROUTES)
