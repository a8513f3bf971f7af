"""/instance/organization_settings: what holds for all organizations. Roles go in as ids and come
out as keys."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from clerkform.sandbox import errors, metadata
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.routes import organization_roles
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.singletons import Singleton, change, read_changes, read_one, stored
from clerkform.sandbox.store import Object, Store

ROLE_SET = "role_set:default"
_MODES = ("manual_invitation", "automatic_invitation", "automatic_suggestion")
CREATION_DEFAULTS = {
    "enabled": False,
    "automatic_organization_creation": {"enabled": False},
    "detect_from_email_domain": {"enabled": False},
    "organization_name_template": {"enabled": False, "template": ""},
    "fallback": {"name": ""},
}
"""A PATCH may send any part of it, and what was never sent is as it is here."""


def mode_problem(name: str, values: list[str]) -> Problem | None:
    if all(value in _MODES for value in values):
        return None
    return errors.wrong_value(name, f"{name} must be among {', '.join(_MODES)}.")


def known_role_set(name: str, value: str) -> Problem | None:
    if value == ROLE_SET:
        return None
    text = f"No role set exists with key: {value}"
    return errors.of_param(name, "form_resource_not_found", "not found", text)


def creation_problem(name: str, sent: dict[str, Any]) -> Problem | None:
    return next(
        (
            errors.wrong_type(path, "of the type that it is answered with")
            for path, value, default in _pairs(name, sent, CREATION_DEFAULTS)
            if type(value) is not type(default)
        ),
        None,
    )


def _pairs(name: str, sent: Any, defaults: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each value that was sent, by its dotted path, with the default that it takes the place of."""
    yield name, sent, defaults
    if isinstance(sent, dict) and isinstance(defaults, dict):
        for part in sent.keys() & defaults.keys():
            yield from _pairs(f"{name}.{part}", sent[part], defaults[part])


def known_parts(sent: Any, defaults: Any) -> Any:
    """What was sent without what nobody knows."""
    if not isinstance(defaults, dict):
        return sent
    return {name: known_parts(sent[name], defaults[name]) for name in defaults if name in sent}


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
        "domains_enrollment_modes": Field(list, check=mode_problem),
        "creator_role_id": Field(str, nullable=True),
        "domains_default_role_id": Field(str, nullable=True),
        "initial_role_set_key": Field(str, nullable=True, check=known_role_set),
        "max_allowed_domains": Field(int, nullable=True, low=0, high=2**31 - 1),
        "force_organization_selection": _SWITCH,
        "organization_creation_defaults": Field(dict, nullable=True, check=creation_problem),
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
    extras=frozenset({"force_organization_selection", "organization_creation_defaults"}),
    fresh={
        "enabled": False,
        "slug_disabled": True,
        "force_organization_selection": False,
        "organization_creation_defaults": {**CREATION_DEFAULTS, "enabled": True},
    },
    answer=organization_settings,
)


def update(call: Call) -> Object:
    changed = read_changes(call, SINGLETON)
    if changed.get("enabled") and not call.settings.organizations:
        text = "Organizations cannot be enabled for this instance."
        raise Refusal(403, Problem("organizations_cannot_be_enabled", "cannot be enabled", text))
    changed |= pointed_to(call, changed)
    refuse_selection_of_none(call, changed)
    if modes := changed.get("domains_enrollment_modes"):
        changed["domains_enrollment_modes"] = list(dict.fromkeys(modes))
    if (name := "organization_creation_defaults") in changed:
        before = {**CREATION_DEFAULTS, **stored(call.store, SINGLETON.kind).get(name, {})}
        changed[name] = metadata.merge(before, known_parts(changed[name], CREATION_DEFAULTS))
    change(call, SINGLETON, changed)
    return organization_settings(call.store, call.settings)


def pointed_to(call: Call, changed: Object) -> Object:
    """Takes the ids of roles out of ``changed``, and gives the keys that take their place.

    Raises:
        Refusal: 404 for a role that is not there, 422 for a creator's that may too little.
    """
    keys = {}
    for name in ("creator_role", "domains_default_role"):
        if (id := changed.pop(f"{name}_id", None)) is not None:
            role = call.store.get(organization_roles.KIND, id)
            if role is None:
                raise errors.not_found(f"No organization role was found with id {id}")
            lacking = organization_roles.lacking_of_a_creator(role)
            if name == "creator_role" and lacking:
                text = f"The creator role needs the permissions {', '.join(lacking)}."
                code = "organization_missing_creator_role_permissions"
                meta = {"permissions": lacking}
                raise Refusal(422, Problem(code, "missing permissions", text, meta))
            keys[name] = role["key"]
    return keys


def refuse_selection_of_none(call: Call, changed: Object) -> None:
    """Raises a Refusal (422) where an organization would have to be chosen, and there are none."""
    enabled = changed.get("enabled", organization_settings(call.store, call.settings)["enabled"])
    if changed.get("force_organization_selection") and not enabled:
        code = "force_organization_selection_not_allowed_when_organizations_disabled"
        text = "Organizations must be enabled before their selection can be forced."
        raise Refusal(422, Problem(code, "not allowed", text))


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
