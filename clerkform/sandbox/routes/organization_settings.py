"""/instance/organization_settings: what holds for all organizations. Roles go in as ids and come
out as keys."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from clerkform.sandbox import errors, metadata, migrations, role_sets, roles
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.singletons import Singleton, change, keep, read_changes, read_one, stored
from clerkform.sandbox.store import Object, Store

_INITIAL = "initial_role_set_key"
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
    initial = role_sets.initial(store)
    values = {
        "object": SINGLETON.object,
        **SINGLETON.defaults,
        "slug_disabled": not settings.slugs,
        "max_allowed_roles": settings.max_roles,
        "max_role_sets_allowed": settings.max_role_sets,
        **stored(store, SINGLETON.kind),
        "creator_role": initial["creator_role_key"],
        "initial_role_set_key": initial["key"],
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
        _INITIAL: Field(str, nullable=True),
        "max_allowed_domains": Field(int, nullable=True, low=0, high=2**31 - 1),
        "force_organization_selection": _SWITCH,
        "organization_creation_defaults": Field(dict, nullable=True, check=creation_problem),
    },
    {
        "max_allowed_memberships": 5,
        "max_allowed_roles": 10,
        "max_role_sets_allowed": 10,
        "max_allowed_domains": 10,
        "max_allowed_permissions": 50,
        "admin_delete_enabled": True,
        "domains_enabled": True,
        "domains_enrollment_modes": ["automatic_invitation", "automatic_suggestion"],
        "domains_default_role": "org:member",
        "enabled": True,
        "slug_disabled": False,
    },
    others=frozenset({"creator_role", _INITIAL}),  # the initial role set has them
    extras=frozenset({"force_organization_selection", "organization_creation_defaults"}),
    fresh={
        "enabled": False,
        "slug_disabled": True,
        "domains_enabled": False,
        "domains_enrollment_modes": [],
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
    choose_initial(call, changed)
    changed |= pointed_to(call, changed)
    refuse_selection_of_none(call, changed)
    if modes := changed.get("domains_enrollment_modes"):
        changed["domains_enrollment_modes"] = list(dict.fromkeys(modes))
    if (name := "organization_creation_defaults") in changed:
        before = {**CREATION_DEFAULTS, **stored(call.store, SINGLETON.kind).get(name, {})}
        changed[name] = metadata.merge(before, known_parts(changed[name], CREATION_DEFAULTS))
    change(call, SINGLETON, changed)
    return organization_settings(call.store, call.settings)


def choose_initial(call: Call, changed: Object) -> None:
    """Takes the key of the initial role set out of ``changed``, and makes that set be it."""
    if (key := changed.pop(_INITIAL, None)) is not None:
        chosen = role_sets.check_named(call.store, _INITIAL, key)
        migrations.refuse_while_under_way(call.store, chosen)
        role_sets.make_initial(call.store, chosen)


def pointed_to(call: Call, changed: Object) -> Object:
    """Takes the ids of roles out of ``changed``: the creators' is the initial role set's from now
    on, and of the other it gives the key.

    Raises:
        Refusal: 404 for a role that is not there, 422 for a creator's that may too little.
    """
    if (id := changed.pop("creator_role_id", None)) is not None:
        role, initial = role_of(call.store, id), role_sets.initial(call.store)
        if role["key"] != initial["creator_role_key"]:
            roles.check_creator(role["permissions"])
            if role["key"] not in initial["roles"]:
                raise errors.not_found(f"{role['key']} is not in the initial role set")
            migrations.refuse_while_under_way(call.store, initial)
            role_sets.keep(call.store, {**initial, "creator_role_key": role["key"]})
    id = changed.pop("domains_default_role_id", None)
    return {} if id is None else {"domains_default_role": role_of(call.store, id)["key"]}


def role_of(store: Store, id: str) -> Object:
    found = store.get(roles.KIND, id)
    if found is None:
        raise errors.not_found(f"No organization role was found with id {id}")
    return found


def rename_role(call: Call, old: str, new: str) -> None:
    """Have the settings name a role by its new key."""
    if organization_settings(call.store, call.settings)["domains_default_role"] == old:
        keep(call.store, SINGLETON.kind, {"domains_default_role": new})


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
