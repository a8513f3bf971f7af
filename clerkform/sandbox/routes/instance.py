"""/instance and its organization settings, as far as they can be read.

The organization settings are what the sandbox was started with, not state.
"""

from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.store import Object, Store

KIND = "instance"
MAX_ALLOWED_MEMBERSHIPS = 5
ROLE_SET = "role_set:default"


def get(call: Call) -> Object:
    return call.instance


def get_organization_settings(call: Call) -> Object:
    return organization_settings(call.settings)


def organization_settings(settings: Settings) -> Object:
    return {
        "object": "organization_settings",
        "enabled": settings.organizations,
        "max_allowed_memberships": MAX_ALLOWED_MEMBERSHIPS,
        "max_allowed_roles": 10,
        "max_role_sets_allowed": 1,
        "max_allowed_domains": 10,
        "max_allowed_permissions": 50,
        "creator_role": "org:admin",
        "admin_delete_enabled": True,
        "domains_enabled": False,
        "slug_disabled": not settings.slugs,
        "domains_enrollment_modes": [],
        "domains_default_role": "org:member",
        "initial_role_set_key": ROLE_SET,
    }


def add_instance(store: Store, settings: Settings) -> None:
    body: Object = {
        "object": "instance",
        "id": new_id("ins"),
        "environment_type": settings.instance,
        "allowed_origins": [],
        "workspace_id": None,
    }
    store.insert(KIND, body, created_at=store.now())


ROUTES = (
    Operation("GET", "/instance", get),
    Operation(
        "GET", "/instance/organization_settings", get_organization_settings, plan="organizations"
    ),
)
