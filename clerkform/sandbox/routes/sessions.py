"""/sessions and their tokens. Sessions are created in development only, as in reality."""

from clerkform.sandbox import errors, members, minting
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import counted, flag, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.tokens import UnusableKey
from clerkform.sandbox.where import Where, equals, path_of

KIND = "sessions"
_STATUSES = ("abandoned", "active", "ended", "expired", "removed", "replaced", "revoked")
_DAY = 24 * 60 * 60 * 1000
CREATE = {
    "user_id": Field(str, required=True),
    "active_organization_id": Field(str, nullable=True),
}
TOKEN = {"expires_in_seconds": Field(int, nullable=True, low=30, high=315360000)}


def list_all(call: Call) -> Object | list[Object]:
    now, query = call.store.now(), call.query
    where = [equals(name, query[name]) for name in ("client_id", "user_id") if name in query]
    if (status := query.get("status")) is not None:
        where.append(with_status(status, now))
    paginated, (limit, offset) = flag(query, "paginated"), window(query)
    if not paginated and call.settings.contradictions.unpaginated_list == "whole":
        limit, offset = -1, 0
    found = call.store.select(KIND, *where, limit=limit, offset=offset)
    data = [shown(session, now) for session in found]
    return counted(data, call.store.count(KIND, *where)) if paginated else data


def with_status(status: str, now: int) -> Where:
    if status not in _STATUSES:
        text = f"status must be one of {', '.join(_STATUSES)}."
        raise Refusal(422, errors.wrong_value("status", text))
    stored, until = path_of("status"), path_of("expire_at")
    if status == "expired":
        return Where(f"{stored} = 'active' AND {until} <= ?", (now,))
    return Where(f"{stored} = ? AND ({stored} != 'active' OR {until} > ?)", (status, now))


def shown(session: Object, now: int) -> Object:
    """Expiry is a matter of time, so it is never stored."""
    is_over = session["status"] == "active" and session["expire_at"] <= now
    return {**session, "status": "expired"} if is_over else session


def get(call: Call) -> Object:
    found = call.store.get(KIND, call.params["id"])
    if found is None:
        raise errors.not_found("Session not found")
    return shown(found, call.store.now())


def create(call: Call) -> Object:
    sent = read(call.body, CREATE, strict=False)
    if call.environment == "production":
        text = "Sessions can be created in development instances only."
        raise Refusal(400, Problem("request_invalid_for_environment", "invalid", text))
    if call.store.get("users", sent["user_id"]) is None:
        raise errors.not_found(f"No user was found with id {sent['user_id']}.")
    organization_id = sent.get("active_organization_id") or None
    if organization_id:
        check_member(call, sent["user_id"], organization_id)
    now = call.store.now()
    body = {
        "object": "session",
        "id": new_id("sess"),
        "user_id": sent["user_id"],
        "client_id": new_id("client"),
        "actor": None,
        "status": "active",
        "last_active_organization_id": organization_id,
        "last_active_at": now,
        "expire_at": now + 7 * _DAY,
        "abandon_at": now + 30 * _DAY,
        "created_at": now,
        "updated_at": now,
    }
    return call.store.insert(KIND, body, created_at=now)


def check_member(call: Call, user_id: str, organization_id: str) -> None:
    if call.store.get("organizations", organization_id) is None:
        raise errors.not_found("Given organization not found.")
    if members.find(call.store, organization_id, user_id) is None:
        raise errors.not_found(f"{user_id} is not a member of {organization_id}.")


def revoke(call: Call) -> Object:
    live = get(call)
    if live["status"] != "active":
        return live
    changed = {"status": "revoked", "updated_at": call.store.now()}
    return call.store.replace(KIND, {**live, **changed})


def create_token(call: Call) -> Object:
    session, seconds = active(call), seconds_of(call)
    return {"object": "token", "jwt": minting.session_token(call, session, seconds)}


def create_template_token(call: Call) -> Object:
    session, seconds = active(call), seconds_of(call)
    name = call.params["template"]
    template = call.store.find("jwt_templates", "name", name)
    if template is None:
        raise errors.not_found(f"No JWT template exists with name: {name}")
    try:
        token = minting.template_token(call, session, template, seconds)
    except UnusableKey as exc:
        text = f"The signing key of {name} is not in the sandbox; a seed may leave it out."
        raise Refusal(422, errors.wrong_value("signing_key", text)) from exc
    return {"object": "token", "jwt": token}


def active(call: Call) -> Object:
    session = get(call)
    if session["status"] != "active":
        raise errors.not_found("Session not found")
    return session


def seconds_of(call: Call) -> int | None:
    seconds: int | None = read(call.body, TOKEN, strict=False).get("expires_in_seconds")
    return seconds


def completed(store: Store, session: Object) -> Object:
    return {
        **session,
        "client_id": session["client_id"] or new_id("client"),
        "last_active_at": session["last_active_at"] or session["created_at"],
        "abandon_at": session["abandon_at"] or session["expire_at"],
    }


ROUTES = (
    Operation("GET", "/sessions", list_all),
    Operation("POST", "/sessions", create),
    Operation("GET", "/sessions/{id}", get),
    Operation("POST", "/sessions/{id}/revoke", revoke, body_optional=True),
    Operation("POST", "/sessions/{id}/tokens", create_token, body_optional=True),
    Operation(
        "POST", "/sessions/{id}/tokens/{template}", create_template_token, body_optional=True
    ),
)
SESSIONS = Collection(
    KIND,
    "sess",
    required={"user_id": str, "expire_at": int},
    defaults={
        "client_id": "",
        "actor": None,
        "status": "active",
        "last_active_organization_id": None,
        "last_active_at": 0,
        "abandon_at": 0,
    },
    looked_up_by=("user_id",),
    after=("users", "organizations"),
    complete=completed,
)
GROUP = Group(ROUTES, (SESSIONS,))
