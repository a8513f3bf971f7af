"""/instance. Of what a PATCH takes, only ``allowed_origins`` can be read back, here as there."""

from typing import Any
from urllib.parse import urlsplit

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem
from clerkform.sandbox.fields import Field, read
from clerkform.sandbox.groups import Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.singletons import Singleton
from clerkform.sandbox.store import Object, Store

KIND = "instance"


def origin_problem(name: str, value: str) -> Problem | None:
    """An origin has a scheme and a host, like ``https://a.example`` or ``chrome-extension://x``."""
    try:
        parts = urlsplit(value)
        fine = parts.scheme and parts.netloc and value == f"{parts.scheme}://{parts.netloc}"
    except ValueError:  # brackets that hold no IPv6 address
        fine = False
    if fine and not any(c.isspace() or c == "@" for c in value):
        return None
    text = f"{name} must be an origin: a scheme, :// and a host, without a path."
    return errors.of_param(name, "form_invalid_origin", "is invalid", text)


def origin_problems(name: str, values: list[str]) -> Problem | None:
    return next((p for value in values if (p := origin_problem(name, value))), None)


def empty_or_email(name: str, value: str) -> Problem | None:
    if not value or "@" in value.strip("@ "):
        return None
    return errors.wrong_format(name, f"{name} must be a valid email address.")


def empty_or_origin(name: str, value: str) -> Problem | None:
    return origin_problem(name, value) if value else None


def strategy(name: str, value: str) -> Problem | None:
    if value in ("password", "otp", ""):
        return None
    return errors.wrong_value(name, f"{name} must be password, otp or empty.")


_SWITCH = Field(bool, nullable=True)
FIELDS = {
    "test_mode": _SWITCH,
    "hibp": _SWITCH,
    "support_email": Field(str, nullable=True, check=empty_or_email),
    "clerk_js_version": Field(str, nullable=True),
    "development_origin": Field(str, nullable=True, check=empty_or_origin),
    "allowed_origins": Field(list, nullable=True, check=origin_problems),
    "cookieless_dev": _SWITCH,
    "url_based_session_syncing": _SWITCH,
    "preferred_sign_in_strategy_when_password_required": Field(str, nullable=True, check=strategy),
}


def get(call: Call) -> Object:
    return call.instance


def update(call: Call) -> None:
    """What nobody can ever see again is checked and not stored."""
    sent: dict[str, Any] = read(call.body, FIELDS, strict=False)
    origins = sent.get("allowed_origins")
    if origins or (
        origins == [] and call.settings.contradictions.allowed_origins_empty != "ignored"
    ):
        unique = list(dict.fromkeys(origins))
        call.store.replace(KIND, {**call.instance, "allowed_origins": unique})


def made(number: int, environment: Environment) -> Object:
    return {
        "object": "instance",
        "id": new_id("ins"),
        "environment_type": environment,
        "allowed_origins": [],
        "workspace_id": None,
    }


def adapted(instance: Object, environment: Environment, number: int) -> Object:
    return {**instance, "environment_type": environment}


def itself(store: Store, settings: Settings) -> Object | None:
    return next(iter(store.select(KIND)), None)


ROUTES = (
    Operation("GET", "/instance", get),
    Operation("PATCH", "/instance", update, status=204, body_optional=True),
)
INSTANCE = Singleton(
    KIND,
    "instance",
    FIELDS,
    {"allowed_origins": []},
    others=frozenset({"id", "environment_type", "workspace_id", *FIELDS}),
    answer=itself,
    first=made,
    adapt=adapted,
)
GROUP = Group(ROUTES, (INSTANCE,))
