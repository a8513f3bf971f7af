"""Which roles the members of an organization may have, for all routes that have to know.

A set is stored with the keys of its roles, and an organization with the key of its set.
"""

from typing import Any

from clerkform.sandbox import errors, invitations, members, roles
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, equals, path_of

KIND = "role_sets"
ORGANIZATIONS = "organizations"
MOST = 10
"""Roles of a set."""
POINTING = ("default_role_key", "creator_role_key")
"""Fields of a set that each name one of its roles."""
HOLDING = (members.KIND, invitations.KIND)
"""What has a role."""


def initial(store: Store) -> Object:
    """The one of new organizations."""
    (found,) = store.select(KIND, equals("type", "initial"))
    return found


def named(store: Store, key: str) -> Object | None:
    return store.find(KIND, "key", key)


def check_named(store: Store, name: str, key: str) -> Object:
    """The set that the field ``name`` of a request means; a Refusal (422) where there is none."""
    found = named(store, key)
    if found is None:
        text = f"No role set exists with key: {key}"
        raise Refusal(422, errors.of_param(name, "form_resource_not_found", "not found", text))
    return found


def of_organization(store: Store, organization: Object) -> Object:
    (found,) = store.select(KIND, equals("key", organization["role_set_key"]))
    return found


def check_role(store: Store, organization: Object, key: str) -> None:
    """Raises a Refusal (404) where the organization's members can have no such role."""
    if roles.named(store, key) is None:
        text = "Organization role not found"
    elif key not in of_organization(store, organization)["roles"]:
        text = f"{key} is not in the role set of the organization"
    else:
        return
    raise Refusal(404, errors.of_param("role", "resource_not_found", "not found", text))


def with_role(store: Store, key: str) -> list[Object]:
    return [one for one in store.select(KIND) if key in one["roles"]]


def check_size(name: str, keys: list[str]) -> None:
    if len(keys) > MOST:
        text = f"A role set has up to {MOST} roles."
        code = "form_param_array_size_exceeded"
        raise Refusal(422, errors.of_param(name, code, "has too many values", text))


def with_renamed(role_set: Object, renamed: dict[str, str]) -> Object:
    """The set with the new keys of roles in the place of the old ones."""
    pointing = {name: renamed.get(role_set[name], role_set[name]) for name in POINTING}
    changed = {**role_set, **pointing, "roles": [renamed.get(k, k) for k in role_set["roles"]]}
    if "migration" in role_set:
        mappings = role_set["migration"]["mappings"].items()
        new = {renamed.get(old, old): renamed.get(to, to) for old, to in mappings}
        changed["migration"] = {**role_set["migration"], "mappings": new}
    return changed


def make_initial(store: Store, role_set: Object) -> Object:
    """The set as it is then; the one that was initial is custom from now on."""
    before = initial(store)
    if before["id"] == role_set["id"]:
        return role_set
    keep(store, {**before, "type": "custom"})
    return keep(store, {**role_set, "type": "initial"})


def keep(store: Store, role_set: Object) -> Object:
    return store.replace(KIND, {**role_set, "updated_at": store.now()})


def lead(store: Store, old: str, new: str) -> None:
    """Have the organizations of one set be those of another, or of the same by a new key."""
    for organization in store.select(ORGANIZATIONS, equals("role_set_key", old)):
        moved = {"role_set_key": new, "updated_at": store.now()}
        store.replace(ORGANIZATIONS, {**organization, **moved})


def using(store: Store, role_set: Object) -> Where:
    """Members and invitations of the organizations that have the set."""
    theirs = equals("role_set_key", role_set["key"])
    return store.related(path_of("organization_id"), ORGANIZATIONS, "id", theirs)


def check_seeded_role(store: Store, seeded: Object, kind: str) -> None:
    """Raises a SandboxError for a seed's object of ``kind`` whose role is none that its
    organization, which is there, gives."""
    key, organization = seeded["role"], store.get(ORGANIZATIONS, seeded["organization_id"]) or {}
    if key not in of_organization(store, organization)["roles"]:
        raise SandboxError(
            f"The seed's `{kind}` have no role {key!r} to give: it is not in the role set"
            f" {organization['role_set_key']} of the organization."
        )


def held(store: Store, *where: Where) -> set[str]:
    """The roles of these members and of these invitations that are pending."""
    pending = invitations.with_status("pending", store.now())
    found = [*store.select(members.KIND, *where), *store.select(invitations.KIND, *where, pending)]
    return {one["role"] for one in found}


def reassign(store: Store, mappings: dict[str, str], *where: Where) -> None:
    """Give whoever has a role of ``mappings`` the one that it leads to, members and invited."""
    for kind in HOLDING:
        for one in store.select(kind, *where):
            if (role := mappings.get(one["role"], one["role"])) != one["role"]:
                store.replace(kind, {**one, "role": role, "updated_at": store.now()})


def check_mappings(needed: set[str], mappings: dict[str, str], source: Object, to: Object) -> None:
    """Raises a Refusal (422) unless ``mappings`` lead from roles of ``source`` to roles of ``to``,
    and with them whoever has one of the roles ``needed`` has one of ``to``."""
    odd = {old for old, new in mappings.items() if old not in source["roles"]}
    odd |= {new for new in mappings.values() if new not in to["roles"]}
    if odd:
        text = f"{', '.join(sorted(odd))} cannot be reassigned from {source['key']} to {to['key']}."
        code = "organization_role_set_reassignment_mappings_invalid"
        raise Refusal(422, _of_mappings(code, "reassignment mappings invalid", text))
    if lacking := sorted(needed - {*to["roles"], *mappings}):
        text = f"{to['key']} lacks {', '.join(lacking)}, which members have: say what they get."
        code = "organization_role_set_reassignment_mappings_missing"
        raise Refusal(422, _of_mappings(code, "reassignment mappings missing", text))


def _of_mappings(code: str, message: str, text: str) -> Problem:
    return errors.of_param("reassignment_mappings", code, message, text)


def mappings_problem(name: str, value: dict[str, Any]) -> Problem | None:
    if all(isinstance(key, str) for key in value.values()):
        return None
    return errors.wrong_type(name, "an object of texts")
