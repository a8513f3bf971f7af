"""/organizations/{id}/invitations and the lists of all invitations and of a user's.

No mail is sent, and nobody can accept here: ``url`` is null, and what is accepted comes from a seed.
"""

import re
from collections.abc import Callable
from functools import partial
from types import NoneType
from typing import Any

from clerkform.sandbox import errors, invitations, members, metadata, role_sets, roles
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.identifications import EMAIL, normalized, public_data
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.invitations import KIND, STATUSES
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.lists import counted, order, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import organizations, users
from clerkform.sandbox.routes.organization_memberships import already, check_room
from clerkform.sandbox.routes.organization_settings import require_organizations
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, among, any_of, contains, equals, path_of

PREFIX = "orginv"
_DAY = 24 * 60 * 60 * 1000
_DAYS = 30
_MOST = 10
_HOUR = 3600.0
_COLUMNS = {"created_at": "created_at", "email_address": path_of("email_address")}
_OPTIONAL = Field(str, nullable=True)


def address(name: str, value: str) -> Problem | None:
    if normalized(EMAIL, value) is None:
        return errors.wrong_format(name, f"{name} must be a valid email address.")
    return None


CREATE = {
    "email_address": Field(str, required=True, check=address),
    "role": Field(str, required=True),
    "inviter_user_id": _OPTIONAL,
    "redirect_url": Field(str, nullable=True, pattern=re.compile(r"[A-Za-z][\w+.-]*://\S+")),
    "expires_in_days": Field(int, nullable=True, low=1, high=365),
    "notify": Field(bool, nullable=True),
    **organizations.NULLABLE_METADATA,
}
REVOKE = {"requesting_user_id": _OPTIONAL}


def list_of_organization(call: Call) -> Object:
    where = [members.of(organizations.find(call)["id"])]
    if text := call.query.get("email_address"):
        where.append(equals("email_address", text.lower()))
    return listed(call, shown, *where, *by_status(call))


def list_pending(call: Call) -> Object:
    pending = invitations.with_status("pending", call.store.now())
    return listed(call, shown, members.of(organizations.find(call)["id"]), pending)


def list_of_user(call: Call) -> Object:
    addresses = [found[EMAIL.name] for found in users.get(call)[EMAIL.several]]
    theirs = among(path_of("email_address"), addresses)
    return listed(call, with_organization, theirs, *by_status(call))


def list_all(call: Call) -> Object:
    text = call.query.get("query")
    where = [contains(text, path_of("email_address"))] if text else []
    return listed(call, with_organization, *where, *by_status(call))


def listed(call: Call, answer: Callable[[Store, Object], Object], *where: Where) -> Object:
    store, by = call.store, order(call.query, _COLUMNS)
    limit, offset = window(call.query)
    page = store.select(KIND, *where, limit=limit, offset=offset, **by)
    return counted([answer(store, one) for one in page], store.count(KIND, *where))


def by_status(call: Call) -> list[Where]:
    """Of several statuses each is wanted."""
    wanted = call.query.getlist("status")
    if not set(wanted) <= set(STATUSES):
        text = f"status must be one of {', '.join(STATUSES)}."
        raise Refusal(422, errors.wrong_value("status", text))
    now = call.store.now()
    return [any_of(*(invitations.with_status(one, now) for one in wanted))] if wanted else []


def get(call: Call) -> Object:
    return shown(call.store, find(call))


def create(call: Call) -> Object:
    organization = organizations.find(call)
    return invite(call, organization, read(call.body, CREATE, strict=False))


def create_several(call: Call) -> Object:
    """All of them or, where one is refused, none."""
    organization = organizations.find(call)
    if not call.items:
        raise errors.invalid_body("The request body must hold an invitation.")
    if len(call.items) > _MOST:
        text = f"Parameters exceed the maximum allowed bulk processing size of {_MOST}."
        raise Refusal(400, Problem("bulk_size_exceeded", "bulk size exceeded", text))
    sent = [read(item, CREATE, strict=False) for item in call.items]
    made = [invite(call, organization, one) for one in sent]
    return counted(made, len(made))


def invite(call: Call, organization: Object, given: dict[str, Any]) -> Object:
    sent = organizations.without_nulls(given)
    store, email = call.store, sent["email_address"].lower()
    role_sets.check_role(store, organization, sent["role"])
    check_manager(store, organization["id"], sent.get("inviter_user_id"))
    refuse_again(store, organization["id"], email)
    check_room(store, organization)
    now = store.now()
    body = {
        "object": "organization_invitation",
        "id": new_id(PREFIX),
        "email_address": email,
        "role": sent["role"],
        "organization_id": organization["id"],
        "inviter_id": sent.get("inviter_user_id"),
        "status": "pending",
        **{name: metadata.stored(sent.get(name, {})) for name in organizations.METADATA},
        "url": None,
        "expires_at": now + sent.get("expires_in_days", _DAYS) * _DAY,
        "created_at": now,
        "updated_at": now,
    }
    return shown(store, store.insert(KIND, body, created_at=now))


def revoke(call: Call) -> Object:
    live, store = find(call), call.store
    requesting = read(call.body, REVOKE, strict=False).get("requesting_user_id")
    check_manager(store, live["organization_id"], requesting)
    if invitations.status_of(live, store.now()) != "pending":
        text = "The organization invitation is not in the 'pending' status."
        raise Refusal(404, Problem("organization_invitation_not_pending", "not pending", text))
    changed = {**live, "status": "revoked", "updated_at": store.now()}
    return shown(store, store.replace(KIND, changed))


def find(call: Call) -> Object:
    organization, id = organizations.find(call), call.params["invitation_id"]
    found = call.store.get(KIND, id)
    if found is None or found["organization_id"] != organization["id"]:
        text = f"No invitation found with id {id}."
        raise Refusal(404, Problem("organization_invitation_not_found", "not found", text))
    return found


def check_manager(store: Store, organization_id: str, user_id: str | None) -> None:
    """Raises a Refusal (403) where the user, if there is one, may not manage the members."""
    if user_id is None:
        return
    membership = members.find(store, organization_id, user_id)
    if membership is None:
        text = "Only organization members can perform this action."
        raise Refusal(403, Problem("not_a_member_in_organization", "not a member", text))
    if members.MANAGE not in members.role_of(store, membership)["permissions"]:
        text = "Current user is missing an organization permission."
        code, meta = "missing_organization_permission", {"permissions": [members.MANAGE]}
        raise Refusal(403, Problem(code, "missing permission", text, meta))


def refuse_again(store: Store, organization_id: str, email: str) -> None:
    """Raises a Refusal (400) for somebody who is a member or has been asked already."""
    of = members.of(organization_id)
    theirs = store.related(path_of("user_id"), users.KIND, "id", EMAIL.has(email))
    if store.count(members.KIND, of, theirs):
        raise already(email)
    pending = invitations.with_status("pending", store.now())
    if store.count(KIND, of, equals("email_address", email), pending):
        text = "Organizations cannot have duplicate pending invitations for an email address."
        code = "organization_invitation_not_unique"
        raise Refusal(400, Problem(code, "organization invitation not unique", text))


def shown(store: Store, invitation: Object) -> Object:
    inviter = store.get(users.KIND, invitation["inviter_id"] or "")
    return {
        **invitation,
        "status": invitations.status_of(invitation, store.now()),
        "role_name": members.role_of(store, invitation)["name"],
        "public_inviter_data": inviter and public_data(inviter),
    }


def with_organization(store: Store, invitation: Object) -> Object:
    data = organizations.public_data(store, invitation["organization_id"])
    return {**shown(store, invitation), "public_organization_data": data}


def seeded(store: Store, invitation: Object) -> Object:
    """A seed's invitation: pending for thirty days, unless it says otherwise."""
    organization = invitation.get("organization") or invitation.get("organization_id")
    organization_id = organizations.named(store, organization, KIND)
    email, until = invitation["email_address"].lower(), invitation["expires_at"]
    odd = {
        "email_address": address("email_address", email) is not None,
        "status": invitation["status"] not in STATUSES,
        "expires_at": type(until) not in (int, NoneType),
        "inviter_id": not isinstance(invitation["inviter_id"], str | None),
    }
    for name in (name for name, is_odd in odd.items() if is_odd):
        raise SandboxError(
            f"The seed's `{KIND}` have a `{name}` that is none: {invitation[name]!r}"
        )
    role_sets.check_seeded_role(store, {**invitation, "organization_id": organization_id}, KIND)
    is_over = invitation["status"] == "expired"
    if until is None:
        until = store.now() + (0 if is_over else _DAYS * _DAY)
    computed = {"organization", "role_name", "public_inviter_data"}
    return {
        **{name: value for name, value in invitation.items() if name not in computed},
        "email_address": email,
        "organization_id": organization_id,
        "status": "pending" if is_over else invitation["status"],
        "expires_at": until,
    }


operation = partial(Operation, gate=require_organizations)
ROUTES = (
    operation("GET", "/organizations/{id}/invitations", list_of_organization),
    operation(
        "POST",
        "/organizations/{id}/invitations",
        create,
        plan="organizations",
        bucket=Bucket(KIND, (250, _HOUR), per=()),
    ),
    operation(
        "POST",
        "/organizations/{id}/invitations/bulk",
        create_several,
        takes_list=True,
        bucket=Bucket(f"{KIND}/bulk", (50, _HOUR), per=()),
    ),
    operation("GET", "/organizations/{id}/invitations/pending", list_pending),
    operation("GET", "/organizations/{id}/invitations/{invitation_id}", get),
    operation(
        "POST",
        "/organizations/{id}/invitations/{invitation_id}/revoke",
        revoke,
        body_optional=True,
    ),
    operation("GET", "/organization_invitations", list_all),
    operation("GET", "/users/{id}/organization_invitations", list_of_user),
)
INVITATIONS = Collection(
    KIND,
    PREFIX,
    required={"email_address": str},
    defaults={
        "role": "org:member",
        "inviter_id": None,
        "status": "pending",
        "public_metadata": {},
        "private_metadata": {},
        "url": None,
        "expires_at": None,
    },
    others=frozenset({"organization", "organization_id", "role_name", "public_inviter_data"}),
    looked_up_by=("organization_id", "email_address"),
    after=("users", "organizations", roles.KIND),
    complete=seeded,
    shown=shown,
)
GROUP = Group(ROUTES, (INVITATIONS,))
