"""Role sets as they are answered and dumped, as a seed has them, which is the same or with keys in
place of roles, and the one that every instance has from its start."""

from collections.abc import Iterable
from typing import Any

from clerkform.sandbox import members, migrations, role_sets, roles
from clerkform.sandbox.errors import SandboxError
from clerkform.sandbox.groups import Collection
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.role_sets import KIND, MOST, POINTING
from clerkform.sandbox.settings import Environment
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import equals

DEFAULT = {
    "name": "Primary",
    "key": "role_set:default",
    "description": None,
    "type": "initial",
    "roles": ["org:admin", "org:member"],
    "default_role_key": "org:member",
    "creator_role_key": "org:admin",
}


def first(number: int, environment: Environment) -> Iterable[Object]:
    return [{"object": "role_set", "id": new_id("rset"), **DEFAULT}]


def is_initial(role_set: Object) -> bool:
    return bool(role_set["type"] == "initial")


def completed(store: Store, role_set: Object) -> Object:
    """A seed's set as it is stored.

    Raises:
        SandboxError: it names no roles, or some that are not there.
    """
    key = role_set["key"]
    if role_set["type"] not in ("initial", "custom"):
        raise SandboxError(f"The seed's `{KIND}` have a `type` that is none: {role_set['type']!r}.")
    keys = list(dict.fromkeys(key_of(role) for role in role_set["roles"]))
    if not 1 <= len(keys) <= MOST:
        raise SandboxError(f"The seed's `{KIND}` have 1 to {MOST} roles each, unlike {key}.")
    for role in keys:
        if not isinstance(role, str) or roles.named(store, role) is None:
            raise SandboxError(f"The seed's `{KIND}` have no role {role!r} to put into {key}.")
    pointing = {name: pointed_to(role_set, name, keys) for name in POINTING}
    answered = {"default_role", "creator_role", "role_set_migration"}
    kept = {name: value for name, value in role_set.items() if name not in answered}
    return {**kept, "object": "role_set", "roles": keys, **pointing, **migration(store, role_set)}


def key_of(role: Any) -> Any:
    return role.get("key") if isinstance(role, dict) else role


def pointed_to(role_set: Object, name: str, keys: list[str]) -> str:
    """The key of the set's default or creator role: by ``name``, or as an answer has it."""
    key = role_set.get(name) or key_of(role_set.get(name.removesuffix("_key")))
    for one in keys:
        if one == key:
            return one
    raise SandboxError(
        f"The seed's `{KIND}` have a `{name}` for {role_set['key']}: one of its roles."
    )


def migration(store: Store, role_set: Object) -> Object:
    """What a dump saw under way. How long it takes is not said, so it is over at once."""
    live = role_set.get("role_set_migration")
    if not isinstance(live, dict):
        return {}
    as_is = ("id", "dest_role_set_id", "trigger_type", "mappings", "created_at")
    if odd := set(as_is) - live.keys():
        raise SandboxError(f"The seed's `{KIND}` have a migration of no `{min(odd)}`.")
    kept = {name: live[name] for name in as_is}
    return {"migration": {**kept, "started_at": live["created_at"], "until": store.now()}}


def shown(store: Store, role_set: Object) -> Object:
    """As it is answered: with its roles, and how many have each of them."""
    items = {key: item(store, role_set, key) for key in role_set["roles"]}
    computed: dict[str, Any] = {
        "roles": list(items.values()),
        "default_role": items[role_set["default_role_key"]],
        "creator_role": items[role_set["creator_role_key"]],
        **migrations.shown(store, role_set),
    }
    kept = {n: value for n, value in role_set.items() if n not in (*POINTING, "migration")}
    return {**kept, **computed}


def item(store: Store, role_set: Object, key: str) -> Object:
    role = roles.named(store, key) or {}
    theirs = role_sets.using(store, role_set)
    number = store.count(members.KIND, equals("role", key), theirs)
    as_is = ("id", "name", "key", "description")
    return {
        "object": "role_set_item",
        **{name: role[name] for name in as_is},
        "members_count": number,
        "has_members": number > 0,
        "created_at": role["created_at"],
        "updated_at": role["updated_at"],
    }


COLLECTION = Collection(
    KIND,
    "rset",
    required={"name": str, "key": str, "roles": list},
    defaults={"description": None, "type": "custom"},
    others=frozenset({*POINTING, "default_role", "creator_role", "role_set_migration"}),
    unique="key",
    looked_up_by=("type",),
    after=(roles.KIND,),
    complete=completed,
    shown=shown,
    first=first,
    is_first=is_initial,
    is_restored=True,
)
