"""/users: as much of a user as it takes to own API keys and to create organizations."""

from clerkform.sandbox import errors, metadata
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.store import Object, Where

KIND = "users"
_METADATA = Field(dict, check=metadata.size_problem)
# Documented fields that are not named here are ignored: nothing in the sandbox reads them.
FIELDS = {
    "external_id": Field(str, nullable=True),
    "username": Field(str, nullable=True, shortest=1),
    "first_name": Field(str, nullable=True),
    "last_name": Field(str, nullable=True),
    "email_address": Field(list),
    "public_metadata": _METADATA,
    "private_metadata": _METADATA,
    "unsafe_metadata": _METADATA,
}
_HAS_EMAIL = (
    "EXISTS (SELECT 1 FROM json_each(body, '$.email_addresses')"
    " WHERE json_extract(value, '$.email_address') = ?)"
)


def get(call: Call) -> Object:
    found = call.store.get(KIND, call.params["id"])
    if found is None:
        raise errors.not_found(f"No user was found with id {call.params['id']}.")
    return found


def create(call: Call) -> Object:
    sent = read(call.body, FIELDS, strict=False)
    emails = [email.lower() for email in sent.get("email_address", [])]
    if problems := list(problems_of(call, sent.get("username"), sent.get("external_id"), emails)):
        raise Refusal(422, *problems)
    now = call.store.now()
    addresses = [email_address(email, now) for email in emails]
    body = {
        **_BLANK,
        "id": new_id("user"),
        **{name: sent.get(name) for name in ("external_id", "username", "first_name", "last_name")},
        "primary_email_address_id": addresses[0]["id"] if addresses else None,
        "email_addresses": addresses,
        **{f"{kind}_metadata": sent.get(f"{kind}_metadata", {}) for kind in _METADATA_KINDS},
        "created_at": now,
        "updated_at": now,
    }
    return call.store.insert(KIND, body, created_at=now)


def delete(call: Call) -> Object:
    live = get(call)
    call.store.delete(KIND, live["id"])
    return {"object": "user", "id": live["id"], "deleted": True}


def problems_of(
    call: Call, username: str | None, external_id: str | None, emails: list[str]
) -> list[Problem]:
    problems = []
    for name, value in (("username", username), ("external_id", external_id)):
        where = Where(f"json_extract(body, '$.{name}') = ?", (value,))
        if value is not None and call.store.count(KIND, where):
            problems.append(errors.taken(name, value))
    for email in emails:
        if "@" not in email.strip("@"):
            text = "email_address must be a valid email address."
            problems.append(errors.wrong_format("email_address", text))
        elif emails.count(email) > 1 or call.store.count(KIND, Where(_HAS_EMAIL, (email,))):
            problems.append(errors.taken("email_address", email))
    return problems


def email_address(email: str, now: int) -> Object:
    return {
        "object": "email_address",
        "id": new_id("idn"),
        "email_address": email,
        "reserved": False,
        "verification": {
            "object": "verification_admin",
            "status": "verified",
            "strategy": "admin",
            "attempts": None,
            "expire_at": None,
        },
        "linked_to": [],
        "created_at": now,
        "updated_at": now,
    }


_METADATA_KINDS = ("public", "private", "unsafe")
_OFF = ("has_image", "password_enabled", "two_factor_enabled", "totp_enabled", "banned", "locked")
_NONE = ("phone_numbers", "web3_wallets", "passkeys", "external_accounts", "saml_accounts")
_UNKNOWN = ("last_sign_in_at", "last_active_at", "mfa_enabled_at", "mfa_disabled_at")
_BLANK: Object = {
    "object": "user",
    "primary_phone_number_id": None,
    "primary_web3_wallet_id": None,
    **dict.fromkeys(_OFF, False),
    "backup_code_enabled": False,
    **{name: [] for name in (*_NONE, "enterprise_accounts")},
    **dict.fromkeys(_UNKNOWN),
    "legal_accepted_at": None,
    "lockout_expires_in_seconds": None,
    "verification_attempts_remaining": None,
    "delete_self_enabled": True,
    "create_organization_enabled": True,
}

ROUTES = (
    Operation("POST", "/users", create),
    Operation("GET", "/users/{id}", get),
    Operation("DELETE", "/users/{id}", delete),
)
