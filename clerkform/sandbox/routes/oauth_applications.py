"""/oauth_applications, but for their logos. Nobody signs in through one here, so none has a token.

Which code goes with which mistake is inferred where Clerk's error index does not say it, and so is
that PKCE goes with ``public``, and that a public client has no secret to be rotated.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id, random_text
from clerkform.sandbox.lists import counted, order, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import domains
from clerkform.sandbox.routes.instance_settings import scope_problem
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, any_of, contains, equals, path_of

KIND = "oauth_applications"
PREFIX = "oa"
OFFLINE = "offline_access"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
ENDPOINTS = {
    "authorize_url": "/oauth/authorize",
    "token_fetch_url": "/oauth/token",
    "token_introspection_url": "/oauth/token_info",
    "user_info_url": "/oauth/userinfo",
    "discovery_url": "/.well-known/openid-configuration",
}
COMPUTED = frozenset({"instance_id", "callback_url", *ENDPOINTS})
DEFAULTS: Object = {
    "client_id": "",
    "client_uri": None,
    "client_image_url": None,
    "dynamically_registered": False,
    "consent_screen_enabled": True,
    "pkce_required": False,
    "public": False,
    "device_authorization_grant_enabled": False,
    "scopes": f"email {OFFLINE} profile",
    "redirect_uris": [],
}


def uri_problem(name: str, uri: str) -> Problem | None:
    """All schemes are allowed."""
    try:
        parts = urlsplit(uri)
        is_whole = parts.scheme not in ("http", "https") or bool(parts.hostname)
    except ValueError:  # brackets that hold no IPv6 address
        is_whole = False
    if not (is_whole and _URI.fullmatch(uri) and uri.isprintable()):
        return errors.wrong_format(name, f"{name} must be a valid URI with a scheme.")
    return None


def uris_problem(name: str, uris: list[str]) -> Problem | None:
    return next((problem for uri in uris if (problem := uri_problem(name, uri))), None)


def scopes_problem(name: str, scopes: str) -> Problem | None:
    return scope_problem(name, sorted({*scopes.split()} - {OFFLINE}))


_SWITCH = Field(bool, nullable=True)
UPDATE = {
    "name": Field(str, nullable=True, shortest=1, longest=256),
    "redirect_uris": Field(list, nullable=True, check=uris_problem),
    "callback_url": Field(str, nullable=True, longest=1024, check=uri_problem),
    "scopes": Field(str, nullable=True, longest=1024, check=scopes_problem),
    "consent_screen_enabled": _SWITCH,
    "pkce_required": _SWITCH,
    "public": _SWITCH,
    "device_authorization_grant_enabled": _SWITCH,  # of a later edition of the document
}
CREATE = {**UPDATE, "name": Field(str, required=True, shortest=1, longest=256)}
REVOKE = {"token": Field(str, required=True)}


def list_all(call: Call) -> Object:
    limit, offset = window(call.query)
    columns = {"created_at": "created_at", "name": path_of("name")}
    by: dict[str, Any] = {"by": "created_at", "descending": False}
    if "order_by" in call.query:
        by = order(call.query, columns)
    where = [named(text)] if (text := call.query.get("name_query")) else []
    found = call.store.select(KIND, *where, limit=limit, offset=offset, **by)
    data = [shown(call.store, one) for one in found]
    return counted(data, call.store.count(KIND, *where))


def named(text: str) -> Where:
    """Part of the name in whatever case, or the whole client id."""
    return any_of(contains(text, path_of("name")), equals("client_id", text))


def get(call: Call) -> Object:
    return shown(call.store, find(call))


def create(call: Call) -> Object:
    sent = checked(read(call.body, CREATE, strict=False), {})
    now = call.store.now()
    made = {
        "object": "oauth_application",
        "id": new_id(PREFIX),
        **DEFAULTS,
        "client_id": random_text(16),
        **sent,
        "scopes": canonical(sent.get("scopes") or DEFAULTS["scopes"]),
        "created_at": now,
        "updated_at": now,
    }
    secret = None if made["public"] else new_secret()
    call.store.insert(KIND, made, created_at=now, secret=secret)
    return with_secret(call.store, made)


def update(call: Call) -> Object:
    live = find(call)
    sent = checked(read(call.body, UPDATE, strict=True), live)
    if "scopes" in sent:
        lacks_it = OFFLINE not in sent["scopes"].split()
        if lacks_it and call.settings.contradictions.oauth_scopes_patch == "refused":
            text = f"scopes must have {OFFLINE}, which every application has."
            raise Refusal(422, errors.wrong_value("scopes", text))
        sent["scopes"] = canonical(sent["scopes"])
    changed = {**live, **sent, "updated_at": call.store.now()}
    return shown(call.store, call.store.replace(KIND, changed))


def delete(call: Call) -> Object:
    live = find(call)
    call.store.delete(KIND, live["id"])
    return {"object": "oauth_application", "id": live["id"], "deleted": True}


def rotate_secret(call: Call) -> Object:
    """The one before is good no more."""
    live = find(call)
    if not live["public"]:
        call.store.set_secret(KIND, live["id"], new_secret())
    changed = call.store.replace(KIND, {**live, "updated_at": call.store.now()})
    return with_secret(call.store, changed)


def revoke_token(call: Call) -> None:
    """No token is good, so each is as if it had been revoked (RFC 7009, section 2.2)."""
    find(call)
    read(call.body, REVOKE, strict=True)


def find(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id)
    if found is None:
        raise errors.not_found(f"No OAuth application exists with id: {id}")
    return found


def checked(sent: dict[str, Any], live: Object) -> dict[str, Any]:
    """What was sent, as it is stored, and what follows from it. A null is as good as a field left
    out; of a new application ``live`` is empty.

    Raises:
        Refusal: 400 for a URI that is there twice, 422 for what does not go together.
    """
    sent = {name: value for name, value in sent.items() if value is not None}
    callback = sent.pop("callback_url", None)
    if callback is not None:
        sent.setdefault("redirect_uris", [callback])
    uris = sent.get("redirect_uris", [])
    if len(set(uris)) < len(uris):
        text = "the redirect URI already exists"
        raise Refusal(400, Problem("duplicate_record", "duplicate redirect URI", text))
    lets_in_unasked = sent.get("consent_screen_enabled") is False
    if lets_in_unasked and live.get("dynamically_registered"):
        code = "oauth_application_consent_screen_cannot_be_disabled"
        text = "Consent screen cannot be disabled for a dynamically registered OAuth Application"
        raise Refusal(422, Problem(code, "consent screen cannot be disabled", text))
    if sent.get("public", live.get("public")):
        if sent.get("pkce_required") is False:
            code = "form_public_client_requires_pkce"
            text = "PKCE is required for OAuth clients without a secret"
            raise Refusal(422, errors.of_param("pkce_required", code, "is invalid", text))
        sent["pkce_required"] = True
    return sent


def canonical(scopes: str) -> str:
    return " ".join(sorted({*scopes.split(), OFFLINE}))


def new_secret() -> str:
    return random_text(32)


def shown(store: Store, application: Object) -> Object:
    primary = next(iter(store.select(domains.KIND, equals("is_satellite", 0))), None)
    frontend = primary["frontend_api_url"] if primary else ""  # a test may have taken it away
    return {
        **application,
        "instance_id": store.select("instance")[0]["id"],
        "callback_url": next(iter(application["redirect_uris"]), ""),
        **{name: frontend + path for name, path in ENDPOINTS.items()},
    }


def with_secret(store: Store, application: Object) -> Object:
    """Empty of a public client."""
    secret = None if application["public"] else store.secret(KIND, application["id"])
    return {**shown(store, application), "client_secret": secret or ""}


def completed(store: Store, application: Object) -> Object:
    """A seed's object. What follows from others may be in it, as in a dump, to no effect."""
    kept = {name: value for name, value in application.items() if name not in COMPUTED}
    return {**kept, "client_id": application["client_id"] or random_text(16)}


ROUTES = (
    Operation("GET", "/oauth_applications", list_all),
    Operation("POST", "/oauth_applications", create),
    Operation("GET", "/oauth_applications/{id}", get),
    Operation("PATCH", "/oauth_applications/{id}", update),
    Operation("DELETE", "/oauth_applications/{id}", delete),
    Operation("POST", "/oauth_applications/{id}/rotate_secret", rotate_secret, body_optional=True),
    Operation("POST", "/oauth_applications/{id}/revoke_token", revoke_token, status=204),
)
OAUTH_APPLICATIONS = Collection(
    KIND,
    PREFIX,
    required={"name": str},
    defaults=DEFAULTS,
    others=COMPUTED,
    looked_up_by=("client_id", "name"),
    secrets={"client_secret": new_secret},
    complete=completed,
    shown=shown,
)
GROUP = Group(ROUTES, (OAUTH_APPLICATIONS,))
