"""What the settings of organizations give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk
from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    plain,
    unentitled,
)
from tests.conformance.sandbox.client import Client
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown


def get_organization_settings(client: Client) -> None:
    got = client.clerk.instance_settings.get_organization_settings()
    assert (got.enabled, got.max_allowed_memberships, got.slug_disabled) == (True, 5, False)


def update_organization_settings(client: Client) -> None:
    settings = client.clerk.instance_settings
    before = settings.get_organization_settings()
    (admin,) = client.clerk.organization_roles.list(query="org:admin").data
    changed = settings.update_organization_settings(
        request={
            "max_allowed_memberships": 20,
            "admin_delete_enabled": False,
            "domains_enabled": True,
            "domains_enrollment_modes": ["automatic_invitation"],
            "domains_default_role_id": admin.id,
        }
    )
    assert changed.domains_default_role == "org:admin"
    assert (changed.max_allowed_memberships, changed.admin_delete_enabled) == (20, False)
    assert changed.domains_enabled is True
    assert changed.domains_enrollment_modes == ["automatic_invitation"]
    assert changed.creator_role == before.creator_role
    assert settings.get_organization_settings() == changed


EXERCISES: dict[str, Exercise] = {
    "GET /instance/organization_settings": get_organization_settings,
    "PATCH /instance/organization_settings": update_organization_settings,
}

_ROLES = dict.fromkeys(
    ("creator_role_id", "domains_default_role_id"),
    "an id of the sandbox's own: test_operations has one",
)
TRIPS = {
    "PATCH /instance/organization_settings": Trip(
        {
            "enabled": False,
            "max_allowed_memberships": 0,
            "admin_delete_enabled": False,
            "domains_enabled": True,
            "slug_disabled": True,
            "domains_enrollment_modes": ["automatic_suggestion", "automatic_invitation"],
        },
        never_sent=_ROLES,
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /instance/organization_settings", 402): unentitled(
        get_organization_settings, "organizations"
    ),
    ("PATCH /instance/organization_settings", 402): unentitled(
        lambda c: c.clerk.instance_settings.update_organization_settings(request={}),
        "organizations",
    ),
    ("PATCH /instance/organization_settings", 403): Refused(
        "organizations_cannot_be_enabled",
        lambda c: c.clerk.instance_settings.update_organization_settings(request={"enabled": True}),
        {"organizations": False},
    ),
    ("PATCH /instance/organization_settings", 404): not_there(
        lambda c: c.clerk.instance_settings.update_organization_settings(
            request={"creator_role_id": "role_" + UNKNOWN}
        )
    ),
    ("PATCH /instance/organization_settings", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.instance_settings.update_organization_settings(
            request={"domains_enrollment_modes": ["by_mail"]}
        ),
    ),
}

NEVER = dict.fromkeys(
    (("GET /instance/organization_settings", 404), ("GET /instance/organization_settings", 422)),
    "every instance has them, so there is nothing that could be missing or wrong",
)


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    got = plain(clerk.instance_settings.get_organization_settings())
    return {**got, "domains_enrollment_modes": sorted(got["domains_enrollment_modes"])}


def sets(clerk: Clerk, **settings: Any) -> None:
    request: Any = settings
    clerk.instance_settings.update_organization_settings(request=request)


def role_of(clerk: Clerk, key: str) -> str:
    (found,) = (one for one in clerk.organization_roles.list().data if one.key == key)
    return found.id


LIFE = SettingsLife(
    shown=shown,
    made="""{max_allowed_memberships: 20, domains_enabled: true, domains_default_role: 'org:admin',
  domains_enrollment_modes: [automatic_suggestion, automatic_invitation]}""",
    shows={
        "enabled": True,
        "max_allowed_memberships": 20,
        "domains_enabled": True,
        "domains_enrollment_modes": ["automatic_invitation", "automatic_suggestion"],
        "creator_role": "org:admin",
        "domains_default_role": "org:admin",
        "admin_delete_enabled": True,
    },
    changed="""{enabled: false, domains_enrollment_modes: [], domains_default_role: 'org:member',
  slug_disabled: true, max_allowed_memberships: 0}""",
    changed_shows={
        "enabled": False,
        "slug_disabled": True,
        "max_allowed_memberships": 0,
        "domains_enabled": True,
        "domains_enrollment_modes": [],
        "domains_default_role": "org:member",
    },
    by_hand=lambda clerk: sets(
        clerk,
        max_allowed_memberships=20,
        domains_enabled=True,
        domains_default_role_id=role_of(clerk, "org:admin"),
        domains_enrollment_modes=["automatic_invitation", "automatic_suggestion"],
    ),
    drifts=lambda clerk: sets(clerk, domains_default_role_id=role_of(clerk, "org:member")),
    drifted="domains_default_role",
    undeclared=lambda clerk: sets(clerk, admin_delete_enabled=False),
    left={"admin_delete_enabled": False},
)

REQUESTS = Requests(
    created="""\
organization_settings:
  enabled: true
  max_allowed_memberships: 20
  admin_delete_enabled: false
  domains_enabled: true
  slug_disabled: false
  domains_enrollment_modes: [automatic_suggestion]
  creator_role: org:admin
  domains_default_role: org:admin
""",
    changed="""\
organization_settings:
  max_allowed_memberships: 0
  creator_role: org:head
  domains_default_role: org:sellers
""",
    removed="""\
organization_settings:
  creator_role: org:admin
  domains_default_role: org:member
  domains_enabled: false
  slug_disabled: true
  enabled: false
""",
)

roles = st.sampled_from(["org:admin", "org:member"])

FAULTS = SettingsFaults(
    manifest="""\
organization_settings:
  enabled: true
  max_allowed_memberships: 20
  domains_enabled: true
  domains_enrollment_modes: [automatic_suggestion]
  domains_default_role: org:admin
  organization_creation_defaults: {enabled: true, fallback: {name: Home}}
""",
    seed={
        "organization_settings": {
            "enabled": False,
            "admin_delete_enabled": False,
            "domains_enabled": False,
            "domains_enrollment_modes": ["automatic_invitation"],
            "organization_creation_defaults": {
                "enabled": False,
                "detect_from_email_domain": {"enabled": True},
                "fallback": {"name": "Former"},
            },
        }
    },
    written={
        "organization_settings": {
            "enabled": True,
            "max_allowed_memberships": 20,
            "domains_enabled": True,
            "domains_enrollment_modes": ["automatic_suggestion"],
            "domains_default_role": "org:admin",
            "organization_creation_defaults": {
                "enabled": True,
                "automatic_organization_creation": {"enabled": False},
                "detect_from_email_domain": {"enabled": True},
                "organization_name_template": {"enabled": False, "template": ""},
                "fallback": {"name": "Home"},
            },
        }
    },
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    never=NEVER,
    foreseen={},
    served={
        "enabled": st.just(True),  # else no organization could be written
        "slug_disabled": st.just(False),
        "domains_enabled": st.just(True),
        "domains_enrollment_modes": st.just(["automatic_invitation", "automatic_suggestion"]),
        "max_allowed_domains": st.integers(10, 100),
        "max_allowed_memberships": st.just(0) | st.integers(10, 100),
        "creator_role": st.just("org:admin"),
        "domains_default_role": roles,
        "initial_role_set_key": st.just("role_set:default"),
    },
    undocumented=dict.fromkeys(
        (
            "initial_role_set_key",
            "max_allowed_domains",
            "force_organization_selection",
            "organization_creation_defaults",
        ),
        "the API has taken them from other clients",
    ),
    not_declared={
        "creator_role_id": "`creator_role` has the key",
        "domains_default_role_id": "`domains_default_role` has the key",
    },
)
