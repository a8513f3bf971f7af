"""/jwt_templates. A PATCH is a full update: what it omits goes back to its default.

Whether the real API keeps or resets omitted fields is not documented; resetting is what a
client has to be prepared for, and ``settings.Contradictions`` has the other. The signing key is
kept in the object's secret.
"""

from collections.abc import Iterator
from typing import Any

from clerkform.sandbox import errors, tokens
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Collection, Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.lists import switched
from clerkform.sandbox.operation import Call, Json, Operation
from clerkform.sandbox.store import Object

KIND = "jwt_templates"
RESERVED = ("azp", "exp", "fva", "iat", "iss", "jti", "nbf", "sub")
ALGORITHMS = frozenset(
    [f"{family}{bits}" for family in ("RS", "ES", "HS", "PS") for bits in (256, 384, 512)]
    + ["EdDSA"]
)


def known_algorithm(name: str, value: str) -> Problem | None:
    if value in ALGORITHMS:
        return None
    return errors.wrong_value(name, f"{name} must be one of {', '.join(sorted(ALGORITHMS))}.")


FIELDS = {
    "name": Field(str, required=True, shortest=1),
    "claims": Field(dict, required=True),
    "lifetime": Field(int, nullable=True, low=30, high=315360000),
    "allowed_clock_skew": Field(int, nullable=True, low=0, high=300),
    "custom_signing_key": Field(bool),
    "signing_algorithm": Field(str, nullable=True, check=known_algorithm),
    "signing_key": Field(str, nullable=True, shortest=1),
}


def list_all(call: Call) -> Json:
    return switched(call, KIND)


def get(call: Call) -> Object:
    id = call.params["id"]
    found = call.store.get(KIND, id)
    if found is None:
        raise errors.not_found(f"No JWT template exists with id: {id}")
    return found


def create(call: Call) -> Object:
    sent = checked(call, None)
    now = call.store.now()
    head = {"object": "jwt_template", "id": new_id("jtmp")}
    body = {**head, **shown(sent), "created_at": now, "updated_at": now}
    return call.store.insert(KIND, body, created_at=now, secret=key_of(sent))


def update(call: Call) -> Object:
    live = get(call)
    sent = checked(call, live)
    call.store.set_secret(KIND, live["id"], key_of(sent))
    return call.store.replace(KIND, {**live, **shown(sent), "updated_at": call.store.now()})


def delete(call: Call) -> Object:
    live = get(call)
    call.store.delete(KIND, live["id"])
    return {"object": "jwt_template", "id": live["id"], "deleted": True}


def checked(call: Call, live: Object | None) -> dict[str, Any]:
    sent = read(call.body, FIELDS, strict=False)
    if live and call.settings.contradictions.jwt_template_patch == "keeps":
        sent = {**kept(call, live), **sent}
    if reserved := [reserved_claim(claim) for claim in RESERVED if claim in sent["claims"]]:
        raise Refusal(400, *reserved)
    problems = list(missing_key_parts(sent)) or list(unusable_key(sent))
    other = call.store.find(KIND, "name", sent["name"])
    if other and other["id"] != (live and live["id"]):
        problems.append(errors.taken("name", sent["name"]))
    if problems:
        raise Refusal(422, *problems)
    return sent


def kept(call: Call, live: Object) -> dict[str, Any]:
    found = {name: live[name] for name in FIELDS if name in live}
    return {**found, "signing_key": call.store.secret(KIND, live["id"])}


def missing_key_parts(sent: dict[str, Any]) -> Iterator[Problem]:
    """Also on an update of a template that has a key already: the key has to come along."""
    if sent.get("custom_signing_key"):
        for name in ("signing_algorithm", "signing_key"):
            if sent.get(name) is None:
                yield errors.needed_with(name, "custom_signing_key")


def unusable_key(sent: dict[str, Any]) -> Iterator[Problem]:
    """A private key in PEM form for all but HMAC. Which code the API gives it is inferred."""
    if not sent.get("custom_signing_key"):
        return
    algorithm = sent["signing_algorithm"]
    if not tokens.can_sign(sent["signing_key"], algorithm):
        text = f"signing_key is not a private key for {algorithm}."
        yield errors.wrong_value("signing_key", text)


def reserved_claim(claim: str) -> Problem:
    text = f"You can't use the reserved claim: '{claim}'"
    return errors.of_param("claims", "jwt_template_reserved_claim", "reserved claim used", text)


def shown(sent: dict[str, Any]) -> Object:
    custom = sent.get("custom_signing_key", False)
    lifetime, skew = sent.get("lifetime"), sent.get("allowed_clock_skew")
    return {
        "name": sent["name"],
        "claims": sent["claims"],
        "lifetime": 60 if lifetime is None else lifetime,
        "allowed_clock_skew": 5 if skew is None else skew,
        "custom_signing_key": custom,
        "signing_algorithm": sent["signing_algorithm"] if custom else "RS256",
    }


def key_of(sent: dict[str, Any]) -> str | None:
    return sent["signing_key"] if sent.get("custom_signing_key") else None


ROUTES = (
    Operation("GET", "/jwt_templates", list_all),
    Operation("POST", "/jwt_templates", create, plan="jwt_templates"),
    Operation("GET", "/jwt_templates/{id}", get),
    Operation("PATCH", "/jwt_templates/{id}", update, plan="jwt_templates"),
    Operation("DELETE", "/jwt_templates/{id}", delete),
)
TEMPLATES = Collection(
    KIND,
    "jtmp",
    required={"name": str, "claims": dict},
    defaults={
        "lifetime": 60,
        "allowed_clock_skew": 5,
        "custom_signing_key": False,
        "signing_algorithm": "RS256",
    },
    unique="name",
    secrets={"signing_key": None},
)
GROUP = Group(ROUTES, (TEMPLATES,))
