"""/instance. A PATCH takes much and answers nothing; a GET shows the origins and the subdomains.

The rest shows in the Frontend API's environment, ``development_origin`` on the primary domain.
"""

from typing import Any
from urllib.parse import urlsplit

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Group
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import domains
from clerkform.sandbox.settings import Environment, Settings
from clerkform.sandbox.singletons import Singleton, keep, read_changes
from clerkform.sandbox.store import Object, Store

KIND = "instance"
READABLE: Object = {
    "allowed_origins": [],
    "allowed_subdomains": [],
    "subdomain_allowlist_enabled": False,
}
OF_PRODUCTION = ("allowed_subdomains", "subdomain_allowlist_enabled")
UNREADABLE: Object = {
    "test_mode": None,
    "hibp": True,
    "support_email": "",
    "clerk_js_version": "",
    "cookieless_dev": None,
    "url_based_session_syncing": None,
    "preferred_sign_in_strategy_when_password_required": "",
}
"""None is true in development and false in production."""


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
    "allowed_subdomains": Field(list, nullable=True),
    "subdomain_allowlist_enabled": _SWITCH,
    "cookieless_dev": _SWITCH,
    "url_based_session_syncing": _SWITCH,
    "preferred_sign_in_strategy_when_password_required": Field(str, nullable=True, check=strategy),
}


def get(call: Call) -> Object:
    return {name: value for name, value in whole(call.instance).items() if name not in UNREADABLE}


def update(call: Call) -> None:
    changed = read_changes(call, INSTANCE)
    changed |= subdomains(call, changed)
    if "allowed_origins" in changed:
        changed["allowed_origins"] = list(dict.fromkeys(changed["allowed_origins"]))
        ignores = call.settings.contradictions.allowed_origins_empty == "ignored"
        if ignores and not changed["allowed_origins"]:
            del changed["allowed_origins"]
    origin = changed.pop("development_origin", None)
    if origin is not None:
        primary = {**domains.primary(call.store), "development_origin": origin}
        call.store.replace(domains.KIND, primary)
    keep(call.store, KIND, changed)


def subdomains(call: Call, changed: dict[str, Any]) -> dict[str, Any]:
    """What becomes of the two settings that production alone has.

    Raises:
        Refusal: 422.
    """
    before, listed = whole(call.instance), "allowed_subdomains"
    wanted: Object = {name: changed.get(name, before[name]) for name in OF_PRODUCTION}
    hosts = (host.lower().removesuffix(".") for host in wanted[listed])
    wanted[listed] = list(dict.fromkeys(hosts))
    if call.environment == "development":
        odd = [name for name in OF_PRODUCTION if wanted[name] != READABLE[name]]
        if odd and call.settings.contradictions.subdomains_in_development == "refused":
            text = "is applicable to production instances only."
            raise Refusal(422, *(errors.wrong_value(name, f"{name} {text}") for name in odd))
        return {name: before[name] for name in OF_PRODUCTION}
    own = [domain["name"] for domain in call.store.select(domains.KIND)]
    new = [host for host in wanted[listed] if host not in before[listed]]
    if odd := [host for host in new if not is_below(host, own)]:
        text = "is not below one of the instance's own domains."
        raise Refusal(422, *(errors.wrong_value(listed, f"{host} {text}") for host in odd))
    return wanted


def is_below(host: str, own: list[str]) -> bool:
    """``*.`` stands for whatever is below the host that it is before, and not for that host."""
    anchor = host.removeprefix("*.")
    fits = domains.FQDN.fullmatch(anchor)
    return bool(fits) and any(anchor.endswith(f".{domain}") for domain in own)


def whole(instance: Object) -> Object:
    """The instance with all of its settings, those too that were never changed."""
    development = instance["environment_type"] == "development"
    defaults = {n: development if v is None else v for n, v in UNREADABLE.items()}
    return {**instance, **READABLE, **defaults, **instance}  # in the order of the first


def made(number: int, environment: Environment) -> Object:
    return {
        "object": "instance",
        "id": new_id("ins"),
        "environment_type": environment,
        "workspace_id": None,
    }


def adapted(instance: Object, environment: Environment, number: int) -> Object:
    lost = OF_PRODUCTION if environment == "development" else ()
    left = {name: value for name, value in instance.items() if name not in lost}
    return {**left, "environment_type": environment}


def itself(store: Store, settings: Settings) -> Object | None:
    found = next(iter(store.select(KIND)), None)
    return found and whole(found)


ROUTES = (
    Operation("GET", "/instance", get),
    Operation("PATCH", "/instance", update, status=204, body_optional=True),
)
INSTANCE = Singleton(
    KIND,
    "instance",
    FIELDS,
    {**READABLE, **UNREADABLE},
    others=frozenset({"id", "environment_type", "workspace_id", "development_origin"}),
    nullable=frozenset({"allowed_origins"}),
    fresh={"allowed_origins": None},
    answer=itself,
    first=made,
    adapt=adapted,
)
GROUP = Group(ROUTES, (INSTANCE,))
