"""A user, an organization and a session as the Backend API answers them to what shortcodes stand for.

The user is a ``User``. The organization is an ``OrganizationMembership``, which embeds it, or an
``Organization``; the membership of the latter is its ``membership`` (role, permissions,
public_metadata), a field that is ours, or else the one among the user's own
``organization_memberships``. What is left out counts as null.

Chosen where no document says it: without a primary address or number, its "verified" is false;
``user.updated_at`` is in seconds as the documented ``user.created_at`` is; where the user's JSON
does not say which address is primary, the first one is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Object = Mapping[str, Any]

SAMPLE_USER: Final[Object] = {
    "id": "user_2sampleAdaLovelace000000000",
    "object": "user",
    "username": "ada",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "external_id": "crm-1815",
    "image_url": "https://img.clerk.com/sample",
    "primary_email_address_id": "idn_2sampleEmail000000000000000",
    "primary_phone_number_id": "idn_2samplePhone000000000000000",
    "email_addresses": [
        {
            "id": "idn_2sampleEmail000000000000000",
            "object": "email_address",
            "email_address": "ada@example.com",
            "verification": {"status": "verified", "strategy": "email_code"},
        }
    ],
    "phone_numbers": [
        {
            "id": "idn_2samplePhone000000000000000",
            "object": "phone_number",
            "phone_number": "+15555550100",
            "verification": {"status": "verified", "strategy": "phone_code"},
        }
    ],
    "two_factor_enabled": True,
    "public_metadata": {"role": "admin"},
    "private_metadata": {},
    "unsafe_metadata": {"theme": "dark"},
    "created_at": 1_700_000_000_000,
    "updated_at": 1_700_000_300_000,
}
SAMPLE_MEMBERSHIP: Final[Object] = {
    "id": "orgmem_2sampleMembership0000000000",
    "object": "organization_membership",
    "role": "org:admin",
    "permissions": ["org:sys_memberships:manage", "org:sys_profile:manage"],
    "public_metadata": {"team": "engines"},
    "organization": {
        "id": "org_2sampleAcme0000000000000000",
        "object": "organization",
        "name": "Acme",
        "slug": "acme",
        "public_metadata": {"tier": "enterprise"},
    },
}
SAMPLE_SESSION: Final[Object] = {
    "id": "sess_2sampleSession0000000000000",
    "object": "session",
    "user_id": "user_2sampleAdaLovelace000000000",
    "status": "active",
    "actor": None,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What each shortcode stands for, by its name."""

    values: Object


def context(
    user: Object,
    org: Object | None = None,
    session: Object | None = None,
    roles: Mapping[str, Sequence[str]] | None = None,
) -> Context:
    """Everything that shortcodes can say of a user, in an organization or in none. ``roles`` are the
    permissions by the key of a role, for a membership that has a role and says nothing of them."""
    user, session = _as_answered(user), _as_answered(session or {})
    organization, membership = _active(_as_answered(org), user) if org else ({}, {})
    declared = (roles or {}).get(str(membership.get("role")))
    if "permissions" not in membership and declared is not None:
        membership = {**membership, "permissions": list(declared)}
    values = {
        **{f"user.{name}": value for name, value in _user(user, organization, membership).items()},
        **{f"org.{name}": organization.get(name) for name in ("id", "name", "slug")},
        "org.role": membership.get("role"),
        "org.public_metadata": organization.get("public_metadata"),
        "org_membership.public_metadata": membership.get("public_metadata"),
        "org_membership.permissions": membership.get("permissions"),
        "session.actor": session.get("actor"),
        "session.reverification_id": session.get("reverification_id"),
    }
    return Context(values)


def _user(user: Object, organization: Object, membership: Object) -> dict[str, Any]:
    email = _primary(user, "email_addresses", "primary_email_address_id")
    phone = _primary(user, "phone_numbers", "primary_phone_number_id")
    names = [name for name in (user.get("first_name"), user.get("last_name")) if name]
    as_they_are = (
        *("id", "first_name", "last_name", "username", "external_id", "image_url"),
        *("two_factor_enabled", "public_metadata", "unsafe_metadata"),
    )
    return {
        **{name: user.get(name) for name in as_they_are},
        "full_name": " ".join(map(str, names)) or None,
        "created_at": _seconds(user.get("created_at")),
        "updated_at": _seconds(user.get("updated_at")),
        "primary_email_address": email.get("email_address"),
        "email_verified": _is_verified(email),
        "primary_phone_number": phone.get("phone_number"),
        "phone_number_verified": _is_verified(phone),
        "organizations": _organizations(user, organization, membership),
    }


def _active(org: Object, user: Object) -> tuple[Object, Object]:
    """The organization, and the user's membership of it."""
    if isinstance(org.get("organization"), Mapping):
        return org["organization"], org
    own = (m for m in _maps(user.get("organization_memberships")) if _of(m) == org.get("id"))
    membership = org.get("membership")
    return org, membership if isinstance(membership, Mapping) else next(own, {})


def _organizations(user: Object, organization: Object, membership: Object) -> dict[str, Any]:
    """Id to role, of every organization; no document shows the shape (inferred)."""
    memberships = _maps(user.get("organization_memberships"))
    roles = [(_of(one), one.get("role")) for one in memberships]
    roles.append((organization.get("id"), membership.get("role")))
    return {id_: role for id_, role in roles if isinstance(id_, str)}


def _of(membership: Object) -> Any:
    organization = membership.get("organization")
    return organization.get("id") if isinstance(organization, Mapping) else None


def _primary(user: Object, many: str, named: str) -> Object:
    """The e-mail address or phone number that the user's JSON calls the primary one."""
    all_ = _maps(user.get(many))
    if named not in user:
        return all_[0] if all_ else {}
    return next((one for one in all_ if one.get("id") == user[named]), {})


def _is_verified(identification: Object) -> bool:
    verification = identification.get("verification")
    return isinstance(verification, Mapping) and verification.get("status") == "verified"


def _maps(value: Any) -> list[Object]:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return [one for one in value if isinstance(one, Mapping)] if is_list else []


def _seconds(milliseconds: Any) -> Any:
    """The API answers milliseconds, tokens hold seconds (docs, "JWT templates")."""
    return milliseconds // 1000 if isinstance(milliseconds, int) else milliseconds


_FREE_FORM: Final = ("_metadata", "actor")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")


def _as_answered(value: Any) -> Any:
    """Names as the API has them: those of the JavaScript SDK are the same in camelCase.

    What metadata and an actor hold is the application's, and stays as it is.
    """
    if isinstance(value, Mapping):
        named = {_CAPITAL.sub(lambda m: f"_{m[0].lower()}", key): one for key, one in value.items()}
        return {k: v if k.endswith(_FREE_FORM) else _as_answered(v) for k, v in named.items()}
    if isinstance(value, list | tuple):
        return [_as_answered(one) for one in value]
    return value
