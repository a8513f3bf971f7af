"""/users: as much of a user as it takes to own API keys and sessions and to be in organizations.

Passwords are checked by nobody here, so only that there is one is kept.
"""

from typing import Any

from clerkform.sandbox import errors, identifications, members, metadata, moments
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.identifications import EVERY, Identification
from clerkform.sandbox.ids import image_url, new_id
from clerkform.sandbox.limits import Bucket
from clerkform.sandbox.lists import window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.user_filters import conditions, cursor
from clerkform.sandbox.where import Where, equals

KIND = "users"
BUCKET = Bucket(KIND)
_KINDS = ("public", "private", "unsafe")
_TEXT = Field(str, nullable=True)
_SWITCH = Field(bool, nullable=True)
_METADATA = Field(dict, check=metadata.size_problem)
NO_METADATA_SINCE = "2026-05-12"
"""From this version on a PATCH of the user refuses metadata, as one of an organization does."""
METADATA = {f"{kind}_metadata": _METADATA for kind in _KINDS}
# Documented fields that are not named here are ignored: nothing in the sandbox reads them.
_COMMON = {
    "external_id": _TEXT,
    "username": Field(str, nullable=True, shortest=1),
    "first_name": _TEXT,
    "last_name": _TEXT,
    "locale": _TEXT,
    "password": Field(str, nullable=True, shortest=8),
    "password_digest": _TEXT,
    "delete_self_enabled": _SWITCH,
    "create_organization_enabled": _SWITCH,
    "create_organizations_limit": Field(int, nullable=True, low=0, high=2**31 - 1),
    "legal_accepted_at": Field(str, nullable=True, check=moments.problem),
    "created_at": Field(str, nullable=True, check=moments.problem),
    "bypass_client_trust": _SWITCH,
    **METADATA,
}
CREATE = {
    **_COMMON,
    **{kind.name: Field(list) for kind in EVERY},
    "banned": _SWITCH,
    "locked": _SWITCH,
}
UPDATE = {**_COMMON, **{f"primary_{kind.name}_id": _TEXT for kind in EVERY}}
_MOMENTS = ("legal_accepted_at", "created_at")


def list_all(call: Call) -> list[Object]:
    where = conditions(call)
    limit, offset = window(call.query)
    after, by = cursor(call, offset)
    return call.store.select(KIND, *where, *after, limit=limit, offset=offset, **by)


def count(call: Call) -> Object:
    total = call.store.count(KIND, *conditions(call))
    return {"object": "total_count", "total_count": total}


def get(call: Call) -> Object:
    found = call.store.get(KIND, call.params["id"])
    if found is None:
        raise errors.not_found(f"No user was found with id {call.params['id']}.")
    return found


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=False)
    problems = taken(call, sent, None)
    for kind in EVERY:
        of_kind = sent.get(kind.name, [])
        problems += identifications.problems_of(call.store, KIND, kind, of_kind)
    if problems:
        raise Refusal(422, *problems)
    now, id = call.store.now(), new_id("user")
    body = {**BLANK, "id": id, "image_url": image_url(id), "created_at": now}
    for kind in EVERY:
        values = [identifications.normalized(kind, value) for value in sent.pop(kind.name, [])]
        body[kind.several] = [identifications.built(kind, value or "", now) for value in values]
        if body[kind.several]:
            body[f"primary_{kind.name}_id"] = body[kind.several][0]["id"]
    body |= changes(sent) | {"updated_at": now}
    return call.store.insert(KIND, body, created_at=body["created_at"])


def update(call: Call) -> Object:
    live = get(call)
    if call.version >= NO_METADATA_SINCE and (sent_here := METADATA.keys() & call.body.keys()):
        raise Refusal(422, *map(errors.unknown, sorted(sent_here)))
    sent = read(call.body, UPDATE, strict=False)
    if problems := [*taken(call, sent, live["id"]), *strange_primaries(live, sent)]:
        raise Refusal(422, *problems)
    changed = {**live, **changes(sent), "updated_at": call.store.now()}
    return call.store.replace(KIND, changed)


def merge_metadata(call: Call) -> Object:
    live = get(call)
    merged = metadata.read_merged(call.body, METADATA, live)
    return call.store.replace(KIND, {**live, **merged, "updated_at": call.store.now()})


def replace_metadata(call: Call) -> Object:
    live = get(call)
    sent = read(call.body, METADATA, strict=True)
    return call.store.replace(KIND, {**live, **sent, "updated_at": call.store.now()})


def delete(call: Call) -> Object:
    live = get(call)
    call.store.delete(KIND, live["id"])
    for theirs in ("sessions", members.KIND):
        call.store.delete_all(theirs, equals("user_id", live["id"]))
    return {"object": "user", "id": live["id"], "deleted": True}


def taken(call: Call, sent: dict[str, Any], id: str | None) -> list[Problem]:
    problems = []
    for name in ("username", "external_id"):
        value = sent.get(name)
        others = (equals(name, value), Where("id != ?", (id or "",)))
        if value is not None and call.store.count(KIND, *others):
            problems.append(errors.taken(name, value))
    return problems


def strange_primaries(live: Object, sent: dict[str, Any]) -> list[Problem]:
    """A primary address or number has to be one of the user's own."""
    problems = []
    for kind in EVERY:
        name = f"primary_{kind.name}_id"
        wanted = sent.get(name)
        if wanted is not None and wanted not in [found["id"] for found in live[kind.several]]:
            text = f"{name} is none of the user's."
            problems.append(errors.of_param(name, "form_resource_not_found", "not found", text))
    return problems


def changes(sent: dict[str, Any]) -> Object:
    """A null clears a text; for a switch or a moment it is as good as leaving it out."""
    changed = dict(sent)
    if changed.pop("password", None) or changed.pop("password_digest", None):
        changed["password_enabled"] = True
    changed.pop("password_digest", None)
    for name, value in sent.items():
        if name in _MOMENTS and value is not None:
            changed[name] = moments.parse(value)
        elif value is None and name not in NULLABLE:
            changed.pop(name, None)
    return changed


def completed(store: Store, user: Object) -> Object:
    """A seed's user, whose identifications may be as little as their values."""
    more: Object = {"image_url": user["image_url"] or image_url(user["id"])}
    for kind in EVERY:
        more[kind.several] = built = [
            built_from(store, user, kind, given) for given in user[kind.several]
        ]
        primary = f"primary_{kind.name}_id"
        if built and user[primary] is None:
            more[primary] = built[0]["id"]
    return {**user, **more}


def built_from(store: Store, user: Object, kind: Identification, given: object) -> Object:
    if not isinstance(given, dict) or not isinstance(given.get(kind.name), str):
        raise SandboxError(f"The seed's {user['id']} has {kind.several} without a value.")
    return {**identifications.built(kind, given[kind.name], store.now()), **given}


_OFF = ("has_image", "password_enabled", "two_factor_enabled", "totp_enabled", "banned", "locked")
_NONE = ("phone_numbers", "web3_wallets", "passkeys", "external_accounts", "saml_accounts")
_UNKNOWN = ("last_sign_in_at", "last_active_at", "mfa_enabled_at", "mfa_disabled_at")
_TEXTS = ("external_id", "username", "first_name", "last_name", "locale")
NULLABLE = (*_TEXTS, *(f"primary_{kind.name}_id" for kind in EVERY))
BLANK: Object = {
    "object": "user",
    **dict.fromkeys(NULLABLE),
    **dict.fromkeys(_OFF, False),
    "backup_code_enabled": False,
    **{name: [] for name in (*_NONE, "enterprise_accounts", "email_addresses")},
    **dict.fromkeys(_UNKNOWN),
    **{name: {} for name in METADATA},
    "legal_accepted_at": None,
    "lockout_expires_in_seconds": None,
    "verification_attempts_remaining": None,
    "delete_self_enabled": True,
    "create_organization_enabled": True,
    "bypass_client_trust": False,
}

ROUTES = (
    Operation("GET", "/users", list_all),
    Operation("POST", "/users", create),
    Operation("GET", "/users/count", count),
    Operation("GET", "/users/{id}", get),
    Operation("PATCH", "/users/{id}", update, bucket=BUCKET),
    Operation("PATCH", "/users/{id}/metadata", merge_metadata, bucket=BUCKET),
    Operation("PUT", "/users/{id}/metadata", replace_metadata, bucket=BUCKET),
    Operation("DELETE", "/users/{id}", delete),
)
USERS = Collection(KIND, "user", defaults={**BLANK, "image_url": ""}, complete=completed)
GROUP = Group(ROUTES, (USERS,), hidden=("password", "password_digest", "backup_codes"))
