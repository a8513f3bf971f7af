"""/api_keys: a backend of its own, whose every validation error is a 400 ``bad_request``.

The secret is shown on creation and, as the API document has it, by ``GET .../secret``; it is
stored apart from the key. See ``settings.Contradictions`` for what else may be so.
"""

import math
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from clerkform.sandbox import errors
from clerkform.sandbox.dialect import bad_request, not_found, number, read
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_api_key_secret, new_hex_id
from clerkform.sandbox.lists import counted
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object
from clerkform.sandbox.where import Where, equals, matches, path_of

KIND = "api_keys"
PREFIX = "ak"
_ID = re.compile("(ak|api_key)_[0-9A-Fa-f]{32}")
_SUBJECT = re.compile(r"(user|org|mch|scim)_\w{27}", re.ASCII)
_USER = re.compile(r"user_\w{27}", re.ASCII)
_NAME = re.compile(r"(\S(.*\S)?)?")
_MAX_SECONDS = 10**10
_SUBJECT_KINDS = {"user": "users", "org": "organizations"}


def positive(name: str, value: float) -> Problem | None:
    return None if value > 0 else errors.wrong_value(name, f"{name} must be greater than 0.")


UPDATE = {
    "claims": Field(object, nullable=True),
    "scopes": Field(list),
    "description": Field(str, nullable=True, longest=255),
    "subject": Field(str, pattern=_SUBJECT),
    "seconds_until_expiration": Field(float, nullable=True, high=_MAX_SECONDS, check=positive),
}
CREATE = {
    **UPDATE,
    "type": Field(str, shortest=3, longest=25),
    "name": Field(str, required=True, shortest=3, pattern=_NAME),
    "subject": Field(str, required=True, pattern=_SUBJECT),
    "created_by": Field(str, nullable=True, pattern=_USER),
}
REVOKE = {"revocation_reason": Field(str, nullable=True)}
VERIFY = {"secret": Field(str, required=True)}


def list_all(call: Call) -> Object:
    query = call.query
    subject = query.get("subject", "")
    if not _SUBJECT.fullmatch(subject):
        raise bad_request("query_parameter.subject", "Failed regex check")
    kind = query.get("type", "api_key")
    if len(kind) < 3:
        raise bad_request("query_parameter.type", "Too short")
    if (invalid := query.get("include_invalid", "false")) not in ("true", "false"):
        raise bad_request("query_parameter.include_invalid", "Must be 'true' or 'false'")
    limit, offset = number(query, "limit", 10, 1, 100), number(query, "offset", 0, 0, 10**15)
    check_subject(call, subject)
    where = [equals("subject", subject), equals("type", kind)]
    if invalid == "false":
        where.append(valid_at(call.store.now()))
    if text := query.get("query"):
        where.append(matches(text, "name"))
    found = call.store.select(KIND, *where, limit=limit, offset=offset)
    now = call.store.now()
    return counted([shown(key, now) for key in found], call.store.count(KIND, *where))


def get(call: Call) -> Object:
    return shown(find(call), call.store.now())


def create(call: Call) -> Object:
    sent = read(call.body, CREATE)
    check_subject(call, sent["subject"])
    check_name(call, sent["subject"], sent["name"])
    now, secret = call.store.now(), new_api_key_secret()
    key = {
        "object": "api_key",
        "id": new_hex_id(PREFIX),
        "type": sent.get("type", "api_key"),
        "subject": sent["subject"],
        "name": sent["name"],
        "description": sent.get("description"),
        "claims": sent.get("claims"),
        "scopes": sent.get("scopes", []),
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": expiration(sent, now),
        "created_by": sent.get("created_by"),
        "last_used_at": None,
        "created_at": now,
        "updated_at": now,
    }
    return {**call.store.insert(KIND, key, created_at=now, secret=secret), "secret": secret}


def update(call: Call) -> Object:
    key = find(call)
    sent = read(call.body, UPDATE)
    if "subject" in sent:
        check_subject(call, sent["subject"])
    now = call.store.now()
    if "seconds_until_expiration" in sent:
        key["expiration"] = expiration(sent, now)
        del sent["seconds_until_expiration"]
    return shown(call.store.replace(KIND, {**key, **sent, "updated_at": now}), now)


def delete(call: Call) -> Object:
    key = find(call)
    call.store.delete(KIND, key["id"])
    return {"object": "api_key", "id": key["id"], "deleted": True}


def get_secret(call: Call) -> Object:
    if call.settings.contradictions.api_key_secret == "once":
        raise not_found("The secret of an API key is shown when the key is created only")
    return {"secret": call.store.secret(KIND, find(call)["id"])}


def revoke(call: Call) -> Object:
    key = find(call)
    reason = read(call.body, REVOKE).get("revocation_reason")
    now = call.store.now()
    if not key["revoked"]:  # it cannot be undone, so a second reason does not replace the first
        key |= {"revoked": True, "revocation_reason": reason, "updated_at": now}
        call.store.replace(KIND, key)
    return shown(key, now)


def verify(call: Call) -> Object:
    found = call.seen.find_by_secret(KIND, read(call.body, VERIFY)["secret"])
    now = call.store.now()
    if found is None or found["revoked"] or is_expired(found, now):
        raise not_found("The API key was not found, or is revoked or expired")
    if live := call.store.get(KIND, found["id"]):  # not so when reads lag behind its deletion
        call.store.replace(KIND, {**live, "last_used_at": now})
    return shown({**found, "last_used_at": now}, now)


def find(call: Call) -> Object:
    id = call.params["id"]
    if not _ID.fullmatch(id):
        raise bad_request("url_parameter.apiKeyID", "Failed regex check")
    found = call.store.get(KIND, id)
    if found is None:
        raise not_found(f"No API key exists with id: {id}")
    return found


def check_subject(call: Call, subject: str) -> None:
    """The sandbox has no machines and no directories, so a subject of theirs is not found."""
    kind = _SUBJECT_KINDS.get(subject.partition("_")[0])
    if kind is None or call.store.get(kind, subject) is None:
        raise not_found(f"No subject exists with id: {subject}")


def check_name(call: Call, subject: str, name: str) -> None:
    if call.settings.contradictions.api_key_names == "repeat":
        return
    if call.store.count(KIND, equals("subject", subject), equals("name", name)):
        text = f"The subject has an API key named '{name}' already"
        raise Refusal(409, Problem("conflict", "Conflict", text))


def expiration(sent: Mapping[str, Any], now: int) -> int | None:
    seconds = sent.get("seconds_until_expiration")
    return None if seconds is None else now + math.ceil(seconds * 1000)


def is_expired(key: Object, now: int) -> bool:
    return key["expiration"] is not None and key["expiration"] <= now


def valid_at(now: int) -> Where:
    revoked, expires = path_of("revoked"), path_of("expiration")
    return Where(f"{revoked} = 0 AND ({expires} IS NULL OR {expires} > ?)", (now,))


def shown(key: Object, now: int) -> Object:
    return {**key, "expired": is_expired(key, now)}


def require_api_keys(call: Call) -> None:
    if not call.settings.api_keys:
        text = "API keys are not enabled for this instance."
        raise Refusal(422, Problem("api_keys_not_enabled", "not enabled", text))


operation = partial(
    Operation,
    gate=require_api_keys,
    dialect="api_keys",
    prefixes=("/v1", ""),  # Clerk's JavaScript client calls them without the version
)
ROUTES = (
    operation("GET", "/api_keys", list_all),
    # The document says 200, Clerk's SDK takes only 201.
    operation("POST", "/api_keys", create, status=201),
    operation("POST", "/api_keys/verify", verify),
    operation("GET", "/api_keys/{id}", get),
    operation("PATCH", "/api_keys/{id}", update),
    operation("DELETE", "/api_keys/{id}", delete),
    operation("GET", "/api_keys/{id}/secret", get_secret),
    operation("POST", "/api_keys/{id}/revoke", revoke, body_optional=True),
)
API_KEYS = Collection(
    KIND,
    PREFIX,
    required={"name": str, "subject": str},
    defaults={
        **dict.fromkeys(("description", "claims", "revocation_reason", "expiration")),
        **dict.fromkeys(("created_by", "last_used_at")),
        "type": "api_key",
        "scopes": [],
        "revoked": False,
        "expired": False,
    },
    make_id=new_hex_id,
    id_format=_ID,
    looked_up_by=("subject",),
    secrets={"secret": new_api_key_secret},
    after=("users", "organizations"),
    shown=lambda store, key: shown(key, store.now()),
)
GROUP = Group(ROUTES, (API_KEYS,))
