"""/organizations/{id}/memberships and the lists of all memberships and of a user's."""

from functools import partial

from starlette.datastructures import QueryParams

from clerkform.sandbox import errors, invitations, members, metadata, role_sets, user_filters
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.identifications import EMAIL, identifier_of, public_data
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.lists import counted, order, several, window
from clerkform.sandbox.members import KIND
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import organizations, users
from clerkform.sandbox.routes.organization_settings import require_organizations
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, among, any_of, equals, path_of

_ROLE = Field(str, required=True)
CREATE = {
    "user_id": Field(str, required=True),
    "role": _ROLE,
    **organizations.NULLABLE_METADATA,
}
UPDATE = {"role": _ROLE}
_BUCKET = Bucket(KIND, per=("id", "user_id"))
_ORDERS = ("phone_number", "email_address", "first_name", "last_name", "username")
_OF_USERS = frozenset(
    {
        *("user_id", "email_address", "phone_number", "username", "web3_wallet", "query"),
        *("email_address_query", "phone_number_query", "username_query", "name_query"),
        *("last_active_at_before", "last_active_at_after"),
        *("created_at_before", "created_at_after"),
    }
)
"""Filters of an organization's memberships that are about their users."""


def list_of_organization(call: Call) -> Object:
    organization = organizations.find(call)
    return listed(call, members.of(organization["id"]), *conditions(call))


def list_of_user(call: Call) -> Object:
    return listed(call, equals("user_id", users.get(call)["id"]))


def list_all(call: Call) -> Object:
    return listed(call)


def listed(call: Call, *where: Where) -> Object:
    store, by_user = call.store, user_filters.ORDERS
    columns = {name: store.field_of(users.KIND, by_user[name], "user_id") for name in _ORDERS}
    by = order(call.query, {"created_at": "created_at", **columns})
    limit, offset = window(call.query)
    page = store.select(KIND, *where, limit=limit, offset=offset, **by)
    return counted([shown(store, one) for one in page], store.count(KIND, *where))


def conditions(call: Call) -> list[Where]:
    asked = QueryParams([pair for pair in call.query.multi_items() if pair[0] in _OF_USERS])
    where = []
    if of_users := user_filters.of_query(asked):
        where.append(call.store.related(path_of("user_id"), users.KIND, "id", *of_users))
    if roles := several(call.query, "role"):
        where.append(among(path_of("role"), roles))
    return where


def create(call: Call) -> Object:
    organization = organizations.find(call)
    sent = organizations.without_nulls(read(call.body, CREATE, strict=False))
    role_sets.check_role(call.store, organization, sent["role"])
    if call.store.get("users", sent["user_id"]) is None:
        raise errors.not_found(f"No user was found with id {sent['user_id']}.")
    if members.find(call.store, organization["id"], sent["user_id"]):
        raise already(sent["user_id"])
    check_room(call.store, organization)
    kept = {name: metadata.stored(sent.get(name, {})) for name in organizations.METADATA}
    made = members.add(call.store, organization["id"], sent["user_id"], sent["role"], kept)
    return shown(call.store, made)


def update(call: Call) -> Object:
    live = find(call)
    role = read(call.body, UPDATE, strict=False)["role"]
    role_sets.check_role(call.store, organizations.find(call), role)
    changed = {**live, "role": role, "updated_at": call.store.now()}
    if members.MANAGE not in members.role_of(call.store, changed)["permissions"]:
        refuse_last(call.store, live)
    return shown(call.store, call.store.replace(KIND, changed))


def merge_metadata(call: Call) -> Object:
    live = find(call)
    merged = metadata.read_merged(call.body, organizations.METADATA, live)
    kept = {name: metadata.stored(value) for name, value in merged.items()}
    changed = {**live, **kept, "updated_at": call.store.now()}
    return shown(call.store, call.store.replace(KIND, changed))


def delete(call: Call) -> Object:
    live = find(call)
    refuse_last(call.store, live)
    answer = shown(call.store, live)
    members.remove(call.store, live)
    return answer


def find(call: Call) -> Object:
    organization, user_id = organizations.find(call), call.params["user_id"]
    found = members.find(call.store, organization["id"], user_id)
    if found is None:
        raise errors.not_found(f"{user_id} is not a member of {organization['id']}.")
    return found


def already(who: str) -> Refusal:
    text = f"{who} is already a member of the organization."
    return Refusal(400, Problem("already_a_member_in_organization", "already a member", text))


def check_room(store: Store, organization: Object) -> None:
    """Raises a Refusal (403) where the organization may have no more members. Whoever has been
    asked counts as one."""
    limit, of = organization["max_allowed_memberships"], members.of(organization["id"])
    pending = invitations.with_status("pending", store.now())
    if limit and store.count(KIND, of) + store.count(invitations.KIND, of, pending) >= limit:
        text = (
            f"You have reached your limit of {limit} organization memberships, including"
            " outstanding invitations."
        )
        code = "organization_membership_quota_exceeded"
        raise Refusal(403, Problem(code, "organization membership quota exceeded", text))


def refuse_last(store: Store, live: Object) -> None:
    """Raises a Refusal (400) where nobody else may manage the members."""
    if members.MANAGE not in members.role_of(store, live)["permissions"]:
        return
    if not members.has_manager(store, live["organization_id"], Where("id != ?", (live["id"],))):
        text = (
            "There has to be at least one organization member with the minimum required permissions"
        )
        code = "organization_minimum_permissions_needed"
        raise Refusal(400, Problem(code, "minimum organization permissions needed", text))


def shown(store: Store, membership: Object) -> Object:
    """As it is answered, with what it is stored without: the user, the organization, the role."""
    role = members.role_of(store, membership)
    kept = {n: value for n, value in membership.items() if n not in ("organization_id", "user_id")}
    user = store.get(users.KIND, membership["user_id"]) or {}
    more = {name: user[name] for name in ("username", "banned")}
    more |= {"profile_image_url": user["image_url"], "identifier": identifier_of(user)}
    return {
        **kept,
        "role_name": role["name"],
        "permissions": role["permissions"],
        "organization": store.get(organizations.KIND, membership["organization_id"]),
        "public_user_data": {**public_data(user), **more},
    }


def seeded(store: Store, membership: Object) -> Object:
    """A seed's membership, whose organization may be an id, a slug or an object as a dump has it,
    and whose user an id, a username or an e-mail address."""
    shown_user = membership.get("public_user_data")
    user = shown_user.get("user_id") if isinstance(shown_user, dict) else membership.get("user_id")
    organization_id = organizations.named(store, membership.get("organization"), KIND)
    user_id = named_user(store, user)
    if members.find(store, organization_id, user_id):
        raise SandboxError(f"The seed's `{KIND}` have {user!r} twice in one organization.")
    computed = {"organization", "public_user_data", "role_name", "permissions"}
    kept = {name: value for name, value in membership.items() if name not in computed}
    made = {**kept, "organization_id": organization_id, "user_id": user_id}
    role_sets.check_seeded_role(store, made, KIND)
    return made


def named_user(store: Store, given: object) -> str:
    """The id of a user.

    Raises:
        SandboxError: no user is meant, or several could be.
    """
    text = given if isinstance(given, str) else ""
    if store.get(users.KIND, text):
        return text  # by what has an index; an address is looked for in every user
    found = store.select(users.KIND, any_of(equals("username", text), EMAIL.has(text.lower())))
    if len(found) != 1:
        raise SandboxError(f"The seed's `{KIND}` are of the user {given!r}, who is not one user.")
    id: str = found[0]["id"]
    return id


operation = partial(Operation, gate=require_organizations)
ROUTES = (
    operation("GET", "/organizations/{id}/memberships", list_of_organization),
    operation("POST", "/organizations/{id}/memberships", create),
    operation("PATCH", "/organizations/{id}/memberships/{user_id}", update, bucket=_BUCKET),
    operation("DELETE", "/organizations/{id}/memberships/{user_id}", delete),
    operation(
        "PATCH",
        "/organizations/{id}/memberships/{user_id}/metadata",
        merge_metadata,
        bucket=_BUCKET,
    ),
    operation("GET", "/organization_memberships", list_all),
    operation("GET", "/users/{id}/organization_memberships", list_of_user),
)
MEMBERSHIPS = Collection(
    KIND,
    members.PREFIX,
    defaults={"role": "org:member", "public_metadata": {}, "private_metadata": {}},
    others=frozenset({"organization", "user_id", "public_user_data", "role_name", "permissions"}),
    looked_up_by=("organization_id", "user_id"),
    after=("users", "organizations", "organization_roles"),
    complete=seeded,
    shown=shown,
)
GROUP = Group(ROUTES, (MEMBERSHIPS,))
