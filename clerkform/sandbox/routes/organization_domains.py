"""/organizations/{id}/domains and the list of the domains of all organizations.

Nobody signs up here, so no domain has pending invitations or suggestions but those of a seed.
"""

from typing import Any

from clerkform.sandbox import errors, members
from clerkform.sandbox.errors import Problem, Refusal, SandboxError
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import counted, order, several, signed, window
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.organization_domains import COMMON, DISPOSABLE, KIND
from clerkform.sandbox.routes import organizations
from clerkform.sandbox.routes.domains import FQDN
from clerkform.sandbox.routes.organization_settings import (
    organization_settings,
    require_organizations,
)
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where, among, contains, equals, path_of

PREFIX = "orgdmn"
MANUAL, BY_CONNECTION = "manual_invitation", "enterprise_sso"
MODES = (MANUAL, "automatic_invitation", "automatic_suggestion", BY_CONNECTION)
_VERIFICATIONS = ("affiliation_verification", "ownership_verification")
_STATUS = path_of("affiliation_verification.status")


def mode_problem(name: str, value: str) -> Problem | None:
    if value not in MODES:
        return errors.wrong_value(name, f"{name} must be one of {', '.join(MODES)}.")
    if value == BY_CONNECTION:  # inferred: the document lists it, and a connection sets it
        text = f"{name} becomes {value} by an enterprise connection alone."
        return errors.of_param(name, "organization_domain_enrollment_mode_invalid", "invalid", text)
    return None


CREATE = {
    "name": Field(str, required=True, pattern=FQDN),
    "enrollment_mode": Field(str, required=True, check=mode_problem),
    "verified": Field(bool, nullable=True),
}
UPDATE = {
    "enrollment_mode": Field(str, nullable=True, check=mode_problem),
    "verified": Field(bool, nullable=True),
}


def list_of_organization(call: Call) -> Object:
    organization = organizations.find(call)
    return listed(call, {"by": "created_at"}, members.of(organization["id"]), *conditions(call))


def list_all(call: Call) -> Object:
    where = conditions(call)
    if "organization_id" in call.query:
        where.append(members.of(call.query["organization_id"]))
    if "query" in call.query:
        where.append(matching(call.query["query"]))
    if names := several(call.query, "domains"):
        where.append(among(path_of("name"), [name.lower() for name in names]))
    by = order(call.query, {"name": path_of("name"), "created_at": "created_at"})
    return listed(call, by, *where)


def listed(call: Call, by: dict[str, Any], *where: Where) -> Object:
    limit, offset = window(call.query)
    page = call.store.select(KIND, *where, limit=limit, offset=offset, **by)
    return counted([shown(call.store, one) for one in page], call.store.count(KIND, *where))


def conditions(call: Call) -> list[Where]:
    """``verified`` and ``enrollment_mode``, of which there may be several, with commas or repeated."""
    where = []
    if (verified := call.query.get("verified")) is not None:
        if verified not in ("true", "false"):
            raise Refusal(422, errors.wrong_value("verified", "verified must be true or false."))
        way = "IS" if verified == "true" else "IS NOT"
        where.append(Where(f"{_STATUS} {way} 'verified'"))
    asked = [mode for text in several(call.query, "enrollment_mode") for mode in text.split(",")]
    for modes, inverted in signed(asked):
        if odd := set(modes) - set(MODES):
            text = f"enrollment_mode must be among {', '.join(MODES)}, not {min(odd)}."
            raise Refusal(422, errors.wrong_value("enrollment_mode", text))
        where.append(among(path_of("enrollment_mode"), modes, inverted=inverted))
    return where


def matching(text: str) -> Where:
    """An organization's whole id, or part of a name."""
    if not text.strip():
        raise Refusal(422, errors.wrong_value("query", "query must not be blank."))
    return members.of(text) if text.startswith("org_") else contains(text, path_of("name"))


def create(call: Call) -> Object:
    organization = organizations.find(call)
    sent = read(call.body, CREATE, strict=True)
    name, is_verified = sent["name"].lower(), sent.get("verified") is not False
    check_mode(call, sent["enrollment_mode"])
    check_room(call, organization["id"])
    if problem := name_problem(call.store, organization["id"], name, is_verified):
        raise Refusal(422, problem)
    now = call.store.now()
    body = {
        "object": "organization_domain",
        "id": new_id(PREFIX),
        "organization_id": organization["id"],
        "name": name,
        "enrollment_mode": sent["enrollment_mode"],
        "affiliation_email_address": None,
        "affiliation_verification": affiliation(is_verified=True) if is_verified else None,
        "ownership_verification": None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
        "created_at": now,
        "updated_at": now,
    }
    return shown(call.store, call.store.insert(KIND, body, created_at=now))


def update(call: Call) -> Object:
    live = find(call)
    sent = read(call.body, UPDATE, strict=False)
    changed = {**live, "updated_at": call.store.now()}
    if (mode := sent.get("enrollment_mode")) is not None:
        check_mode(call, mode)
        changed["enrollment_mode"] = mode
    if (wanted := sent.get("verified")) is not None and wanted is not is_verified(live):
        if wanted and (
            problem := used_elsewhere(call.store, live["organization_id"], live["name"])
        ):
            raise Refusal(422, problem)
        changed["affiliation_verification"] = affiliation(is_verified=wanted)
    return shown(call.store, call.store.replace(KIND, changed))


def delete(call: Call) -> Object:
    live = find(call)
    refuse_last(call.store, live)
    call.store.delete(KIND, live["id"])
    return {"object": "organization_domain", "id": live["id"], "deleted": True}


def verify_ownership(call: Call) -> Object:
    live = find(call)
    if owned(live):
        return shown(call.store, live)
    now = call.store.now()
    verified = verification("verified", "manual_override", now)
    changed = {**live, "ownership_verification": verified, "updated_at": now}
    return shown(call.store, call.store.replace(KIND, changed))


def find(call: Call) -> Object:
    organization, id = organizations.find(call), call.params["domain_id"]
    found = call.store.get(KIND, id)
    if found is None or found["organization_id"] != organization["id"]:
        raise errors.not_found(f"No organization domain was found with id {id}.")
    return found


def check_mode(call: Call, mode: str) -> None:
    """Raises a Refusal (403) for a mode that the settings do not have."""
    enabled = organization_settings(call.store, call.settings)["domains_enrollment_modes"]
    if mode not in (MANUAL, *enabled):
        text = f"Enrollment mode {mode} is not enabled for this instance's organizations."
        code = "organization_domain_enrollment_mode_not_enabled"
        raise Refusal(403, Problem(code, "organization enrollment mode not enabled", text))


def check_room(call: Call, organization_id: str) -> None:
    """Raises a Refusal (403) where the organization may have no more of them."""
    most = organization_settings(call.store, call.settings)["max_allowed_domains"]
    if call.store.count(KIND, members.of(organization_id)) >= most:
        text = f"You have reached your limit of {most} domains per organization."
        code = "organization_domain_quota_exceeded"
        raise Refusal(403, Problem(code, "organization domains quota exceeded", text))


def name_problem(
    store: Store, organization_id: str, name: str, is_verified: bool
) -> Problem | None:
    if name in COMMON:
        text = "This is a common email provider domain. Please use a different one."
        return errors.of_param("name", "organization_domain_common", "common email domain", text)
    if name in DISPOSABLE:
        text = "This is a blocked email provider domain. Please use a different one."
        return errors.of_param("name", "organization_domain_blocked", "blocked email domain", text)
    if store.count(KIND, members.of(organization_id), equals("name", name)):
        text = "The organization has this domain already."
        code = "organization_domain_already_exists_same_organization"
        return errors.of_param("name", code, "already exists", text)
    return used_elsewhere(store, organization_id, name) if is_verified else None


def used_elsewhere(store: Store, organization_id: str, name: str) -> Problem | None:
    others = Where(f"{path_of('organization_id')} != ?", (organization_id,))
    if not store.count(KIND, equals("name", name), Where(f"{_STATUS} = 'verified'"), others):
        return None
    text = "This domain is already used by another organization."
    code = "organization_domain_already_exists"
    return errors.of_param("name", code, "organization domain already exists", text)


def refuse_last(store: Store, live: Object) -> None:
    """Raises a Refusal (422) where no other domain is left that is proven to be the organization's.
    That ownership is meant is inferred: what is merely affiliated always goes."""
    if not owned(live):
        return
    proven = equals("ownership_verification.status", "verified")
    if store.count(KIND, members.of(live["organization_id"]), proven) == 1:
        code = "organization_domain_last_verified_cannot_delete"
        text = "The last verified domain of an organization cannot be deleted."
        raise Refusal(422, Problem(code, "cannot be deleted", text))


def verification(status: str, strategy: str, verified_at: int | None = None) -> Object:
    return {
        "status": status,
        "strategy": strategy,
        "attempts": None,
        "expire_at": None,
        "verified_at": verified_at,
    }


def affiliation(*, is_verified: bool) -> Object:
    """By a call, as nobody was sent a code. What the strategy is called then is inferred."""
    return verification("verified" if is_verified else "unverified", "admin")


def is_verified(domain: Object) -> bool:
    return (domain["affiliation_verification"] or {}).get("status") == "verified"


def owned(domain: Object) -> bool:
    return (domain["ownership_verification"] or {}).get("status") == "verified"


def shown(store: Store, domain: Object) -> Object:
    return {
        **domain,
        "verification": domain["affiliation_verification"],
        "public_organization_data": organizations.public_data(store, domain["organization_id"]),
    }


def seeded(store: Store, domain: Object) -> Object:
    """A seed's domain, whose organization may be an id, a slug or as a dump has it. It is unverified
    unless it says ``verified: true`` or has a verification as in an answer."""
    given = domain.get("organization") or domain.get("organization_id")
    organization_id = organizations.named(store, given, KIND)
    name, mode = domain["name"].lower(), domain["enrollment_mode"]
    odd = {
        "name": FQDN.fullmatch(name) is None,
        "enrollment_mode": mode not in MODES,
        "verified": not isinstance(domain.get("verified"), bool | None),
        **{field: not isinstance(domain[field], dict | None) for field in _VERIFICATIONS},
    }
    for field in (field for field, is_odd in odd.items() if is_odd):
        raise SandboxError(f"The seed's `{KIND}` have a `{field}` that is none: {domain[field]!r}.")
    answered = domain["affiliation_verification"]
    affiliated = affiliation(is_verified=True) if domain.get("verified") else answered
    computed = {"organization", "verified", "verification", "public_organization_data"}
    kept = {field: value for field, value in domain.items() if field not in computed}
    made = {**kept, "organization_id": organization_id, "name": name}
    made["affiliation_verification"] = affiliated
    check_seeded(store, made)
    return made


def check_seeded(store: Store, domain: Object) -> None:
    """Raises a SandboxError for a domain that there is already."""
    organization_id, name = domain["organization_id"], domain["name"]
    is_twice = store.count(KIND, members.of(organization_id), equals("name", name))
    if is_twice or (is_verified(domain) and used_elsewhere(store, organization_id, name)):
        raise SandboxError(f"The seed's `{KIND}` have {name!r} twice.")


def require_domains(call: Call) -> None:
    """Organizations must be on, and their domains as well."""
    require_organizations(call)
    if not organization_settings(call.store, call.settings)["domains_enabled"]:
        text = "This instance does not have domains enabled for organizations."
        code = "organization_domains_not_enabled"
        raise Refusal(403, Problem(code, "organization domains not enabled", text))


def operation(method: Any, path: str, act: Any, **more: Any) -> Operation:
    return Operation(method, path, act, gate=require_domains, **more)


_ALL = "/organizations/{id}/domains"
_ONE = f"{_ALL}/{{domain_id}}"
ROUTES = (
    operation("GET", _ALL, list_of_organization),
    operation("POST", _ALL, create),
    operation("PATCH", _ONE, update),
    operation("DELETE", _ONE, delete),
    operation("POST", f"{_ONE}/verify_ownership", verify_ownership, body_optional=True),
    operation("GET", "/organization_domains", list_all),
)
DOMAINS = Collection(
    KIND,
    PREFIX,
    required={"name": str},
    defaults={
        "enrollment_mode": MANUAL,
        "affiliation_email_address": None,
        "affiliation_verification": None,
        "ownership_verification": None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
    },
    others=frozenset(
        {
            *("organization", "organization_id", "verified", "verification"),
            "public_organization_data",
        }
    ),
    looked_up_by=("organization_id", "name"),
    after=("organizations",),
    complete=seeded,
    shown=shown,
)
GROUP = Group(ROUTES, (DOMAINS,))
