"""/instance/organization_settings: what holds for all organizations. Roles go in as ids and come
out as keys; the sandbox has the two that every instance starts with, and no way to list them."""

from functools import partial

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.singletons import Singleton, change, read_changes, read_one, stored
from clerkform.sandbox.store import Object, Store

ROLE_SET = "role_set:default"
_MODES = ("automatic_invitation", "automatic_suggestion")


def mode_problem(name: str, values: list[str]) -> Problem | None:
    if all(value in _MODES for value in values):
        return None
    return errors.wrong_value(name, f"{name} must be among {' and '.join(_MODES)}.")


def organization_settings(store: Store, settings: Settings) -> Object:
    """As they are, the knobs being what holds until the API is told otherwise."""
    values = {
        "object": SINGLETON.object,
        **SINGLETON.defaults,
        "slug_disabled": not settings.slugs,
        **stored(store, SINGLETON.kind),
    }
    return {**values, "enabled": settings.organizations and values["enabled"]}


_SWITCH = Field(bool, nullable=True)
SINGLETON = Singleton(
    "organization_settings",
    "organization_settings",
    {
        "enabled": _SWITCH,
        "max_allowed_memberships": Field(int, nullable=True, low=0, high=2**31 - 1),
        "admin_delete_enabled": _SWITCH,
        "domains_enabled": _SWITCH,
        "slug_disabled": _SWITCH,
        "domains_enrollment_modes": Field(list, nullable=True, check=mode_problem),
        "creator_role_id": Field(str, nullable=True),
        "domains_default_role_id": Field(str, nullable=True),
    },
    {
        "max_allowed_memberships": 5,
        "max_allowed_roles": 10,
        "max_role_sets_allowed": 1,
        "max_allowed_domains": 10,
        "max_allowed_permissions": 50,
        "creator_role": "org:admin",
        "admin_delete_enabled": True,
        "domains_enabled": False,
        "domains_enrollment_modes": [],
        "domains_default_role": "org:member",
        "initial_role_set_key": ROLE_SET,
        "enabled": True,
        "slug_disabled": False,
    },
    answer=organization_settings,
)


def update(call: Call) -> Object:
    changed = read_changes(call, SINGLETON)
    for name in ("creator_role_id", "domains_default_role_id"):
        if name in changed:
            raise errors.not_found(f"No organization role was found with id {changed[name]}")
    if changed.get("enabled") and not call.settings.organizations:
        text = "Organizations cannot be enabled for this instance."
        raise Refusal(403, Problem("organizations_cannot_be_enabled", "cannot be enabled", text))
    if modes := changed.get("domains_enrollment_modes"):
        changed["domains_enrollment_modes"] = list(dict.fromkeys(modes))
    change(call, SINGLETON, changed)
    return organization_settings(call.store, call.settings)


def require_organizations(call: Call) -> None:
    """The knob must be on, and nobody may have switched organizations off by the API."""
    if not organization_settings(call.store, call.settings)["enabled"]:
        text = "The organizations feature is not enabled for this instance."
        raise Refusal(403, Problem("organization_not_enabled_in_instance", "not enabled", text))


ROUTES = (
    Operation(
        "GET", "/instance/organization_settings", partial(read_one, SINGLETON), plan="organizations"
    ),
    Operation(
        "PATCH",
        "/instance/organization_settings",
        update,
        plan="organizations",
        body_optional=True,
    ),
)
GROUP = Group(ROUTES, (SINGLETON,))
