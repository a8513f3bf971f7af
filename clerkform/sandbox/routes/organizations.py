"""/organizations, but for the calls for metadata. A slug may stand for the id, in GET only."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from clerkform.sandbox import (
    errors,
    invitations,
    members,
    metadata,
    moments,
    organization_domains,
    role_sets,
)
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import image_url, new_id, random_text
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.lists import counted, flag, order, several, signed, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes.organization_settings import (
    organization_settings,
    require_organizations,
)
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, among, matches, path_of

KIND = "organizations"
BUCKET = Bucket(KIND)
NO_METADATA_SINCE = "2026-05-12"
"""From this version on a PATCH of the organization itself refuses its metadata."""
_URL_OR_HTML = re.compile(r"https?://|www\.|<[a-z!/]", re.IGNORECASE)


def plain_name(name: str, value: str) -> Problem | None:
    if not value.strip():
        return errors.wrong_value(name, f"{name} must not be blank.")
    if _URL_OR_HTML.search(value):
        return errors.wrong_value(name, f"{name} must not contain URLs or HTML.")
    return None


_METADATA = Field(dict, check=metadata.size_problem)
_NULLABLE_METADATA = Field(dict, nullable=True, check=metadata.size_problem)
METADATA = {"public_metadata": _METADATA, "private_metadata": _METADATA}
NULLABLE_METADATA = dict.fromkeys(METADATA, _NULLABLE_METADATA)
COMMON = {
    "slug": Field(str, nullable=True, shortest=1, pattern=re.compile("[a-z0-9-]+")),
    "max_allowed_memberships": Field(int, nullable=True, low=0, high=2**31 - 1),
    "created_at": Field(str, nullable=True, check=moments.problem),
    "role_set_key": Field(str, nullable=True),
}
CREATE = {
    "name": Field(str, required=True, longest=256, check=plain_name),
    "created_by": Field(str, nullable=True),
    **COMMON,
    **NULLABLE_METADATA,
}
UPDATE = {
    "name": Field(str, nullable=True, longest=256, check=plain_name),
    "admin_delete_enabled": Field(bool, nullable=True),
    "self_serve_sso_enabled": Field(bool, nullable=True),  # of a later edition of the document
    # In no document: Clerk's SDK for Go sends it.
    "reassignment_mappings": Field(dict, nullable=True, check=role_sets.mappings_problem),
    **COMMON,
}


def list_all(call: Call) -> Object:
    more = members_shown(call)
    where = conditions(call)
    limit, offset = window(call.query)
    columns = {
        "name": path_of("name"),
        "created_at": "created_at",
        "members_count": call.store.number_of(members.KIND, "organization_id"),
    }
    by = order(call.query, columns)
    found = call.store.select(KIND, *where, limit=limit, offset=offset, **by)
    return counted([{**o, **more(o)} for o in found], call.store.count(KIND, *where))


def conditions(call: Call) -> list[Where]:
    where = [matches(text, "name", "slug")] if (text := call.query.get("query")) else []
    for ids, inverted in signed(several(call.query, "organization_id")):
        where.append(among("id", ids, inverted=inverted))
    for ids, inverted in signed(call.query.getlist("user_id")):
        column, theirs = path_of("organization_id"), among(path_of("user_id"), ids)
        where.append(call.store.related("id", members.KIND, column, theirs, inverted=inverted))
    return where


def get(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id) or call.store.find(KIND, "slug", id)
    if found is None:
        raise errors.not_found("Given organization not found.")
    return {**found, **members_shown(call)(found)}


def create(call: Call) -> Object:
    sent = without_nulls(read(call.body, CREATE, strict=False))
    slug = checked_slug(call, sent) or free_slug(call.store, sent["name"])
    creator = sent.get("created_by")
    if creator and not call.store.get("users", creator):
        text = f"The user {creator} that would create the organization was not found."
        raise Refusal(400, Problem("organization_creator_not_found", "not found", text))
    role_set = role_set_of(call.store, sent) or role_sets.initial(call.store)
    now, id = call.store.now(), new_id("org")
    defaults = organization_settings(call.store, call.settings)
    created_at = moments.parse(sent["created_at"]) if "created_at" in sent else None
    body = {
        "object": "organization",
        "id": id,
        "name": sent["name"],
        "slug": slug,
        "image_url": image_url(id),
        "has_image": False,
        "max_allowed_memberships": sent.get(
            "max_allowed_memberships", defaults["max_allowed_memberships"]
        ),
        "admin_delete_enabled": defaults["admin_delete_enabled"],
        "public_metadata": metadata.stored(sent.get("public_metadata", {})),
        "private_metadata": metadata.stored(sent.get("private_metadata", {})),
        "role_set_key": role_set["key"],
        **({"created_by": creator} if creator else {}),
        "created_at": now if created_at is None else created_at,
        "updated_at": now,
    }
    if creator:
        members.add(call.store, id, creator, role_set["creator_role_key"])
    return call.store.insert(KIND, body, created_at=body["created_at"])


def update(call: Call) -> Object:
    live = find(call)
    fields = UPDATE if call.version >= NO_METADATA_SINCE else {**UPDATE, **NULLABLE_METADATA}
    sent = without_nulls(read(call.body, fields, strict=True))
    checked_slug(call, sent, id=live["id"])
    for name in METADATA.keys() & sent.keys():
        sent[name] = metadata.stored(sent[name])
    if "created_at" in sent:
        sent["created_at"] = moments.parse(sent["created_at"])
    move(call, live, sent)
    return call.store.replace(KIND, {**live, **sent, "updated_at": call.store.now()})


def role_set_of(store: Store, sent: dict[str, Any]) -> Object | None:
    name = "role_set_key"
    return role_sets.check_named(store, name, sent[name]) if name in sent else None


def move(call: Call, live: Object, sent: dict[str, Any]) -> None:
    """Takes the mappings out of ``sent``, and gives members roles of the set that it names."""
    mappings, store = sent.pop("reassignment_mappings", {}), call.store
    to = role_set_of(store, sent)
    if to:
        of, source = members.of(live["id"]), role_sets.of_organization(store, live)
        role_sets.check_mappings(role_sets.held(store, of), mappings, source, to)
        role_sets.reassign(store, mappings, of)


def delete(call: Call) -> Object:
    live = find(call)
    call.store.delete(KIND, live["id"])
    for its in (members.KIND, invitations.KIND, organization_domains.KIND):
        call.store.delete_all(its, members.of(live["id"]))
    members.leave_sessions(call.store, live["id"])
    return {"object": "organization", "id": live["id"], "slug": live["slug"], "deleted": True}


def find(call: Call) -> Object:
    found = call.store.get(KIND, call.params["id"])
    if found is None:
        raise errors.not_found("Given organization not found.")
    return found


def without_nulls(sent: dict[str, Any]) -> dict[str, Any]:
    """A null is as good as a field left out: the default on create, unchanged on update."""
    return {name: value for name, value in sent.items() if value is not None}


def checked_slug(call: Call, sent: dict[str, Any], *, id: str | None = None) -> str | None:
    slug: str | None = sent.get("slug")
    if slug is None:
        return None
    if organization_settings(call.store, call.settings)["slug_disabled"]:
        text = "Organization slugs are disabled for this instance."
        problem = errors.of_param("slug", "organization_slugs_disabled", "not enabled", text)
        raise Refusal(403, problem)
    other = call.store.find(KIND, "slug", slug)
    if other and other["id"] != id:
        code = call.settings.contradictions.organization_slug_taken
        raise Refusal(422, errors.taken("slug", slug, code=code))
    return slug


def free_slug(store: Store, name: str) -> str:
    """Made from the name, also while slugs are disabled; a random suffix where it is taken."""
    wanted = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
    slug = wanted
    while store.find(KIND, "slug", slug):
        slug = f"{wanted}-{random_text(10, '0123456789')}"
    return slug


def members_shown(call: Call) -> Callable[[Object], Object]:
    """What the query asks to know about members."""
    counted_members = flag(call.query, "include_members_count")
    lacking = flag(call.query, "include_missing_member_with_elevated_permissions")

    def more(organization: Object) -> Object:
        id, found = organization["id"], {}
        if counted_members:
            of, pending = members.of(id), invitations.with_status("pending", call.store.now())
            found["members_count"] = call.store.count(members.KIND, of)
            found["pending_invitations_count"] = call.store.count(invitations.KIND, of, pending)
        if lacking:
            missing = not members.has_manager(call.store, id)
            found["missing_member_with_elevated_permissions"] = missing
        return found

    return more


def public_data(store: Store, organization_id: str) -> Object:
    """What is shown of an organization beside what belongs to it."""
    organization = store.get(KIND, organization_id) or {}
    as_is = ("id", "name", "slug", "image_url", "has_image")
    return {name: organization[name] for name in as_is}


def named(store: Store, given: object, kind: str) -> str:
    """The id of the organization that a seed's object of ``kind`` is of: given by id, by slug, or
    as an object with an id.

    Raises:
        SandboxError: there is no such organization.
    """
    name = given.get("id") if isinstance(given, dict) else given
    text = name if isinstance(name, str) else ""
    found = store.get(KIND, text) or store.find(KIND, "slug", text)
    if found is None:
        raise SandboxError(f"The seed's `{kind}` are of the organization {name!r}, which is none.")
    id: str = found["id"]
    return id


def completed(store: Store, organization: Object) -> Object:
    slug = organization["slug"] or free_slug(store, organization["name"])
    image = organization["image_url"] or image_url(organization["id"])
    key = organization["role_set_key"] or role_sets.initial(store)["key"]
    if not isinstance(key, str) or role_sets.named(store, key) is None:
        raise SandboxError(f"The seed's `{KIND}` have a `role_set_key` that is none: {key!r}.")
    return {**organization, "slug": slug, "image_url": image, "role_set_key": key}


operation = partial(Operation, gate=require_organizations)
ROUTES = (
    operation("GET", "/organizations", list_all),
    operation("POST", "/organizations", create, plan="organizations"),
    operation("GET", "/organizations/{id}", get),
    operation("PATCH", "/organizations/{id}", update, plan="organizations", bucket=BUCKET),
    operation("DELETE", "/organizations/{id}", delete),
)
ORGANIZATIONS = Collection(
    KIND,
    "org",
    required={"name": str},
    defaults={
        "slug": "",
        "image_url": "",
        "has_image": False,
        "max_allowed_memberships": 5,
        "admin_delete_enabled": True,
        "public_metadata": {},
        "private_metadata": {},
        "role_set_key": None,
    },
    others=frozenset({"created_by", "self_serve_sso_enabled"}),
    unique="slug",
    looked_up_by=("name", "role_set_key"),
    after=("users", role_sets.KIND),
    complete=completed,
)
GROUP = Group(ROUTES, (ORGANIZATIONS,))
