"""/role_sets: which roles the members of an organization may have. Each instance has one from its
start, the initial one.

A role leaves a set, and a set goes, only by another in its place: its members change along.
"""

import re
from functools import partial

from clerkform.sandbox import errors, keyed, migrations, role_sets, roles
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Group
from clerkform.sandbox.ids import new_id, random_text
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.role_set_forms import COLLECTION, shown
from clerkform.sandbox.role_sets import KIND, POINTING
from clerkform.sandbox.routes import organization_settings
from clerkform.sandbox.store import Object, Store

_KEY = re.compile("role_set:[a-z0-9_]+")
_TEXT = Field(str, nullable=True)
_WANTED = Field(str, required=True)


def type_problem(name: str, value: str) -> Problem | None:
    if value in ("initial", "custom"):
        return None
    return errors.wrong_value(name, f"{name} must be initial or custom.")


def only_initial(name: str, value: str) -> Problem | None:
    if value == "initial":
        return None
    return errors.wrong_value(name, f"{name} can be changed to initial only.")


CREATE = {
    "name": _WANTED,
    "key": Field(str, pattern=_KEY),
    "description": _TEXT,
    "type": Field(str, check=type_problem),
    "roles": Field(list, required=True),
    "default_role_key": _WANTED,
    "creator_role_key": _WANTED,
}
UPDATE = {
    "name": _TEXT,
    "key": Field(str, nullable=True, pattern=_KEY),
    "description": _TEXT,
    "type": Field(str, nullable=True, check=only_initial),
    "default_role_key": _TEXT,
    "creator_role_key": _TEXT,
}
ADD = {
    "role_keys": Field(list, required=True),
    "default_role_key": Field(str),
    "creator_role_key": Field(str),
}
REPLACE_ROLE = {"role_key": _WANTED, "to_role_key": _WANTED}
REPLACE = {
    "dest_role_set_key": _WANTED,
    "reassignment_mappings": Field(dict, check=role_sets.mappings_problem),
}


def list_all(call: Call) -> Object:
    return keyed.listed(call, KIND, shown)


def get(call: Call) -> Object:
    return shown(call.store, find(call))


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=True)
    store, now = call.store, call.store.now()
    key = sent.get("key") or free_key(store, sent["name"])
    keyed.check_key(store, KIND, key)
    check_number(call)
    if not sent["roles"]:
        raise Refusal(422, errors.wrong_value("roles", "A role set has at least one role."))
    keys = known(store, "roles", sent["roles"])
    role_sets.check_size("roles", keys)
    body = {
        "object": "role_set",
        "id": new_id("rset"),
        "name": sent["name"],
        "key": key,
        "description": sent.get("description"),
        "type": "custom",
        "roles": keys,
        **{name: sent[name] for name in POINTING},
        "created_at": now,
        "updated_at": now,
    }
    check_pointing(store, body, *POINTING)
    made = store.insert(KIND, body, created_at=now)
    if sent.get("type") == "initial":
        made = role_sets.make_initial(store, made)
    return shown(store, made)


def update(call: Call) -> Object:
    live, store = changeable(call), call.store
    given = read(call.body, UPDATE, strict=False)
    sent = {name: value for name, value in given.items() if value is not None}
    if "key" in sent:
        keyed.check_key(store, KIND, sent["key"], id=live["id"])
    is_initial = sent.pop("type", None) == "initial"
    changed = role_sets.keep(store, {**live, **sent})
    check_pointing(store, changed, *(name for name in POINTING if name in sent))
    if changed["key"] != live["key"]:
        role_sets.lead(store, live["key"], changed["key"])
    return shown(store, role_sets.make_initial(store, changed) if is_initial else changed)


def add_roles(call: Call) -> Object:
    live, store = changeable(call), call.store
    sent = read(call.body, ADD, strict=False)
    keys = sent.pop("role_keys")
    if not keys:
        raise Refusal(422, errors.wrong_value("role_keys", "At least one role has to be added."))
    new = known(store, "role_keys", keys)
    for key in new:
        if key in live["roles"]:
            raise Refusal(422, errors.taken("role_keys", key, code="form_already_exists"))
    changed = {**live, **sent, "roles": [*live["roles"], *new]}
    role_sets.check_size("role_keys", changed["roles"])
    check_pointing(store, changed, *sent)
    return shown(store, role_sets.keep(store, changed))


def replace_role(call: Call) -> Object:
    live, store = changeable(call), call.store
    sent = read(call.body, REPLACE_ROLE, strict=False)
    old, new = sent["role_key"], sent["to_role_key"]
    if old not in live["roles"]:
        raise errors.not_found(f"{live['key']} has no role {old}")
    known(store, "to_role_key", [new])
    if new == old or new not in live["roles"]:
        text = "to_role_key must be another role of the role set."
        raise Refusal(422, errors.wrong_value("to_role_key", text))
    if live["creator_role_key"] == old:
        check_pointing(store, {**live, "creator_role_key": new}, "creator_role_key")
    migrations.start(call, live, migrations.REMOVAL, {old: new})
    return shown(store, find(call))


def replace(call: Call) -> Object:
    live, store = changeable(call), call.store
    sent = read(call.body, REPLACE, strict=False)
    if live["type"] == "initial":
        text = "The initial role set cannot be replaced. Make another one initial first."
        raise Refusal(403, Problem("cannot_delete_initial_role_set", "cannot be deleted", text))
    to = role_sets.named(store, sent["dest_role_set_key"])
    if to is None:
        raise errors.not_found(f"No role set exists with key: {sent['dest_role_set_key']}")
    if to["id"] == live["id"]:
        text = "dest_role_set_key must be the key of another role set."
        raise Refusal(422, errors.wrong_value("dest_role_set_key", text))
    migrations.refuse_while_under_way(store, to)
    mappings = sent.get("reassignment_mappings", {})
    needed = role_sets.held(store, role_sets.using(store, live))
    role_sets.check_mappings(needed, mappings, live, to)
    migrations.start(call, live, migrations.RETIREMENT, mappings, to)
    return {"object": "role_set", "id": live["id"], "deleted": True}


def find(call: Call) -> Object:
    name = call.params["key_or_id"]
    found = role_sets.named(call.store, name) or call.store.get(KIND, name)
    if found is None:
        raise errors.not_found(f"No role set exists with key or id: {name}")
    return found


def changeable(call: Call) -> Object:
    found = find(call)
    migrations.refuse_while_under_way(call.store, found)
    return found


def free_key(store: Store, name: str) -> str:
    """Made from the name; a random suffix where it is taken."""
    words = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_") or "roles"
    key = wanted = f"role_set:{words}"
    while role_sets.named(store, key):
        key = f"{wanted}_{random_text(10, '0123456789')}"
    return key


def check_number(call: Call) -> None:
    settings = organization_settings.organization_settings(call.store, call.settings)
    most = settings["max_role_sets_allowed"]
    if call.store.count(KIND) >= most:
        text = f"You have reached your limit of {most} role sets."
        code = "organization_instance_role_sets_quota_exceeded"
        raise Refusal(403, Problem(code, "role sets quota exceeded", text))


def known(store: Store, name: str, keys: list[str]) -> list[str]:
    """Each once; a Refusal (404) where the instance has no such role."""
    for key in keys:
        if roles.named(store, key) is None:
            text = f"No organization role exists with key: {key}"
            raise Refusal(404, errors.of_param(name, "resource_not_found", "not found", text))
    return list(dict.fromkeys(keys))


def check_pointing(store: Store, role_set: Object, *names: str) -> None:
    """Raises a Refusal where one of these fields names no role of the set (404 where there is none
    at all, or else 422), or creators could do too little (422)."""
    for name in names:
        known(store, name, [role_set[name]])
        if role_set[name] not in role_set["roles"]:
            text = f"{name} must be the key of a role in the role set."
            raise Refusal(422, errors.wrong_value(name, text))
    if "creator_role_key" in names:
        role = roles.named(store, role_set["creator_role_key"]) or {}
        roles.check_creator(role["permissions"])


writing = partial(Operation, gate=organization_settings.require_organizations)
_ONE = "/role_sets/{key_or_id}"
ROUTES = (
    Operation("GET", "/role_sets", list_all),
    writing("POST", "/role_sets", create, plan="role_sets"),
    Operation("GET", _ONE, get),
    writing("PATCH", _ONE, update),
    writing("POST", f"{_ONE}/roles", add_roles),
    writing("POST", f"{_ONE}/roles/replace", replace_role),
    writing("POST", f"{_ONE}/replace", replace),
)
GROUP = Group(ROUTES, (COLLECTION,), due=migrations.due)
