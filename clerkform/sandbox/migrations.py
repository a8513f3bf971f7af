"""Members who change roles because their role leaves the set or their organization the set.

That takes ``Settings.migration_time`` of the sandbox's clock. Until it is over everybody has the
role of before, and neither of the sets concerned can be changed. A migration is stored in the set
that it starts from.
"""

from collections.abc import Callable
from functools import partial

from clerkform.sandbox import role_sets, roles
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, equals, path_of

REMOVAL = "role_removal"
RETIREMENT = "role_set_deletion"
_UNTIL = path_of("migration.until")


def start(
    call: Call, source: Object, trigger: str, mappings: dict[str, str], to: Object | None = None
) -> None:
    """Without ``to``, ``mappings`` are the one role that leaves and the one that takes its place."""
    store, now, time = call.store, call.store.now(), call.settings.migration_time
    migration = {
        "id": new_id("rsmig"),
        "dest_role_set_id": to and to["id"],
        "trigger_type": trigger,
        "mappings": mappings,
        "created_at": now,
        "started_at": now + time // 2,
        "until": now + time,
    }
    role_sets.keep(store, {**source, "migration": migration})
    if not time:
        finish(store, source["id"])


def due(store: Store) -> list[tuple[int, Callable[[], None]]]:
    """When each was over that by now is, and what has it be so, the first first."""
    is_over = Where(f"{_UNTIL} <= ?", (store.now(),))
    found = store.select(role_sets.KIND, is_over, by=_UNTIL, descending=False)
    return [(one["migration"]["until"], partial(finish, store, one["id"])) for one in found]


def finish(store: Store, id: str) -> None:
    (source,) = store.select(role_sets.KIND, equals("id", id))
    migration = source["migration"]
    if migration["dest_role_set_id"]:
        (to,) = store.select(role_sets.KIND, equals("id", migration["dest_role_set_id"]))
        _move(store, source, to, migration["mappings"])
    else:
        _replace(store, source, migration["mappings"])


def _replace(store: Store, source: Object, mappings: dict[str, str]) -> None:
    role_sets.reassign(store, mappings, role_sets.using(store, source))
    left = {name: value for name, value in source.items() if name != "migration"}
    replaced = role_sets.with_renamed(left, mappings)
    role_sets.keep(store, {**replaced, "roles": list(dict.fromkeys(replaced["roles"]))})


def _move(store: Store, source: Object, to: Object, mappings: dict[str, str]) -> None:
    """Whoever got a role meanwhile that leads nowhere gets the default role."""
    keys = [role["key"] for role in store.select(roles.KIND)]
    stay = {key: key if key in to["roles"] else to["default_role_key"] for key in keys}
    role_sets.reassign(store, {**stay, **mappings}, role_sets.using(store, source))
    role_sets.lead(store, source["key"], to["key"])
    store.delete(role_sets.KIND, source["id"])


def refuse_while_under_way(store: Store, role_set: Object) -> None:
    """Raises a Refusal (409) where members are just coming from or to the set."""
    theirs = equals("migration.dest_role_set_id", role_set["id"])
    if "migration" in role_set or store.count(role_sets.KIND, theirs):
        text = f"Members of {role_set['key']} are being reassigned. Try again when that is over."
        raise Refusal(409, Problem("role_migration_in_progress", "in progress", text))


def shown(store: Store, role_set: Object) -> Object:
    """What an answer says of the set's migration, if there is one."""
    if "migration" not in role_set:
        return {}
    migration, now = role_set["migration"], store.now()
    has_started = now >= migration["started_at"]
    updated_at = migration["started_at" if has_started else "created_at"]
    body = {
        "object": "role_set_migration",
        "id": migration["id"],
        "organization_id": None,
        "instance_id": store.select("instance")[0]["id"],
        "source_role_set_id": role_set["id"],
        "dest_role_set_id": migration["dest_role_set_id"],
        "trigger_type": migration["trigger_type"],
        "status": "in_progress" if has_started else "enqueued",
        "migrated_members": 0,
        "mappings": migration["mappings"],
        "started_at": migration["started_at"] if has_started else None,
        "completed_at": None,
        "created_at": migration["created_at"],
        "updated_at": updated_at,
    }
    return {"role_set_migration": body}
