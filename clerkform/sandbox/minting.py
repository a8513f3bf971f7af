"""The claims of a session's tokens, from the session, its user and its organization."""

import secrets
from typing import Any

from clerkform.sandbox import members, tokens
from clerkform.sandbox.identifications import EMAIL, PHONE, primary_of
from clerkform.sandbox.operation import Call
from clerkform.sandbox.routes.domains import primary
from clerkform.sandbox.shortcodes import render
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import equals

SESSION_TOKEN_LIFETIME = 60
_SESSION_TOKEN_SKEW = 10
_SYSTEM = "org:sys_"


def session_token(call: Call, session: Object, seconds: int | None) -> str:
    """Version 2 of the session token."""
    lifetime = SESSION_TOKEN_LIFETIME if seconds is None else seconds
    active = active_membership(call.store, session)
    claims = {
        **standard_claims(call, session, lifetime, _SESSION_TOKEN_SKEW),
        "sid": session["id"],
        "v": 2,
        "sts": session["status"],
        "fva": [(call.store.now() - session["created_at"]) // 60_000, -1],
    }
    if active:
        organization, membership = active
        role = membership["role"].removeprefix("org:")
        features, allowed = custom_permissions(members.role_of(call.store, membership))
        claims["o"] = {"id": organization["id"], "slg": organization["slug"], "rol": role}
        if allowed:
            claims["o"] |= allowed
            claims["fea"] = features
    return tokens.sign(claims, *instance_key(call.store))


def custom_permissions(role: Object) -> tuple[str, dict[str, str]]:
    """What a session token says of the permissions that are not Clerk's own: the features that they
    are of, and the actions with a number for each feature, whose bits say which it allows."""
    keys = [key.split(":") for key in role["permissions"] if not key.startswith(_SYSTEM)]
    pairs = {(parts[1], parts[2]) for parts in keys if len(parts) == 3}
    if not pairs:
        return "", {}
    features = sorted({feature for feature, _ in pairs})
    actions = sorted({action for _, action in pairs})
    masks = [
        sum(1 << n for n, action in enumerate(actions) if (f, action) in pairs) for f in features
    ]
    shown = {"per": ",".join(actions), "fpm": ",".join(map(str, masks))}
    return ",".join(f"o:{feature}" for feature in features), shown


def template_token(call: Call, session: Object, template: Object, seconds: int | None) -> str:
    """Raises UnusableKey when the template's own key does not sign, or is not there."""
    lifetime = template["lifetime"] if seconds is None else seconds
    skew = template["allowed_clock_skew"]
    claims = {
        **render(template["claims"], shortcodes(call.store, session)),
        **standard_claims(call, session, lifetime, skew),
    }
    if template["custom_signing_key"]:
        key = call.store.secret("jwt_templates", template["id"]) or ""
        return tokens.sign(claims, key, template["signing_algorithm"])
    return tokens.sign(claims, *instance_key(call.store))


def instance_key(store: Store) -> tuple[str, str, str]:
    """The instance's private key, made on first use, its algorithm, and its name in the JWKS."""
    (instance,) = store.select("instance")
    key = store.secret("instance", instance["id"])
    if key is None:
        key = tokens.new_key()
        store.set_secret("instance", instance["id"], key)
    return key, tokens.INSTANCE_ALGORITHM, instance["id"]


def standard_claims(call: Call, session: Object, lifetime: int, skew: int) -> dict[str, Any]:
    now = call.store.now() // 1000
    return {
        **({"azp": call.origin} if call.origin else {}),
        "exp": now + lifetime,
        "iat": now,
        "iss": primary(call.store)["frontend_api_url"],
        "jti": secrets.token_hex(10),
        "nbf": now - skew,
        "sub": session["user_id"],
    }


def active_membership(store: Store, session: Object) -> tuple[Object, Object] | None:
    """The session's organization with the user's membership in it; a seed's session may name one
    that is not there or that the user does not belong to."""
    id = session["last_active_organization_id"]
    organization = store.get("organizations", id) if id else None
    membership = members.find(store, id, session["user_id"]) if organization else None
    return (organization, membership) if organization and membership else None


def shortcodes(store: Store, session: Object) -> dict[str, Any]:
    user = store.get("users", session["user_id"]) or {}
    active = active_membership(store, session)
    org = of_organization(*active) if active else None
    return {
        "user": of_user(store, user),
        "org": org,
        "organization": org,  # the former name, still found in templates
        "org_membership": of_membership(store, active[1]) if active else None,
        "session": {"actor": session["actor"], "reverification_id": None},
    }


def of_user(store: Store, user: Object) -> dict[str, Any]:
    as_is = ("id", "first_name", "last_name", "username", "external_id", "image_url")
    found = {name: user.get(name) for name in (*as_is, "public_metadata", "unsafe_metadata")}
    email, phone = primary_of(user, EMAIL), primary_of(user, PHONE)
    names = [user[name] for name in ("first_name", "last_name") if user.get(name)]
    own = store.select(members.KIND, equals("user_id", user["id"]))
    return {
        **found,
        "full_name": " ".join(names) or None,
        "created_at": user["created_at"] // 1000,  # in seconds, unlike everywhere else
        "updated_at": user["updated_at"] // 1000,
        "primary_email_address": email and email["email_address"],
        "primary_phone_number": phone and phone["phone_number"],
        "email_verified": is_verified(email),
        "phone_number_verified": is_verified(phone),
        "two_factor_enabled": user["two_factor_enabled"],
        "organizations": {one["organization_id"]: one["role"] for one in own},
    }


def of_organization(organization: Object, membership: Object) -> dict[str, Any]:
    as_is = ("id", "name", "slug", "public_metadata")
    return {**{name: organization[name] for name in as_is}, "role": membership["role"]}


def of_membership(store: Store, membership: Object) -> dict[str, Any]:
    permissions = sorted(members.role_of(store, membership)["permissions"])
    return {"public_metadata": membership["public_metadata"], "permissions": permissions}


def is_verified(identification: Object | None) -> bool:
    verification = identification and identification["verification"]
    return bool(verification and verification["status"] == "verified")
