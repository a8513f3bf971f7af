"""What settings of OAuth applications give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk
from hypothesis import strategies as st

from tests.conformance.sandbox.cases import Exercise, Refused, Trip, plain, wrong_type
from tests.conformance.sandbox.client import Client
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown

_OAUTH_SWITCHES = (
    "dynamic_oauth_client_registration",
    "oauth_jwt_access_tokens",
    "client_id_metadata_documents_advertised",
    "client_id_metadata_documents_only_allow_pre_registered_clients",
    "client_id_metadata_documents_block_implicitly_allowed_clients",
)


def get_oauth_settings(client: Client) -> None:
    got = plain(client.clerk.instance_settings.get_o_auth_application_settings())
    assert {type(got[switch]) for switch in _OAUTH_SWITCHES} == {bool}


def update_oauth_settings(client: Client) -> None:
    settings = client.clerk.instance_settings
    defaults = settings.get_o_auth_application_settings().default_scopes
    switches = dict.fromkeys(_OAUTH_SWITCHES, True)
    request: Any = {**switches, "default_scopes": ["openid"]}
    changed = settings.update_o_auth_application_settings(request=request)
    assert plain(changed).items() >= switches.items()
    assert changed.default_scopes == ["openid"]
    assert settings.get_o_auth_application_settings() == changed
    back = settings.update_o_auth_application_settings(request={"default_scopes": None})
    assert back.default_scopes == defaults


EXERCISES: dict[str, Exercise] = {
    "GET /instance/oauth_application_settings": get_oauth_settings,
    "PATCH /instance/oauth_application_settings": update_oauth_settings,
}

TRIPS = {
    "PATCH /instance/oauth_application_settings": Trip(
        {
            "dynamic_oauth_client_registration": True,
            "default_scopes": ["openid", "email"],
            "oauth_jwt_access_tokens": True,
            "client_id_metadata_documents_advertised": True,
            "client_id_metadata_documents_only_allow_pre_registered_clients": True,
            "client_id_metadata_documents_block_implicitly_allowed_clients": True,
        }
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("PATCH /instance/oauth_application_settings", 422): wrong_type(
        "/instance/oauth_application_settings", "oauth_jwt_access_tokens"
    ),
}


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    got = plain(clerk.instance_settings.get_o_auth_application_settings())
    return {**got, "default_scopes": sorted(got["default_scopes"] or [])}


def sets(clerk: Clerk, **settings: Any) -> None:
    request: Any = settings
    clerk.instance_settings.update_o_auth_application_settings(request=request)


LIFE = SettingsLife(
    shown=shown,
    made="{dynamic_oauth_client_registration: true, default_scopes: [profile, email]}",
    shows={
        "dynamic_oauth_client_registration": True,
        "default_scopes": ["email", "profile"],
        "oauth_jwt_access_tokens": False,
    },
    changed="{default_scopes: [], oauth_jwt_access_tokens: true}",
    changed_shows={
        "dynamic_oauth_client_registration": True,
        "default_scopes": [],
        "oauth_jwt_access_tokens": True,
    },
    by_hand=lambda clerk: sets(
        clerk, dynamic_oauth_client_registration=True, default_scopes=["email", "profile"]
    ),
    drifts=lambda clerk: sets(clerk, default_scopes=None),
    drifted="default_scopes",
    undeclared=lambda clerk: sets(clerk, oauth_jwt_access_tokens=True),
    left={"oauth_jwt_access_tokens": True},
)

REQUESTS = Requests(
    created="""\
oauth_application_settings:
  dynamic_oauth_client_registration: true
  default_scopes: [email, profile]
  oauth_jwt_access_tokens: true
  client_id_metadata_documents_advertised: true
  client_id_metadata_documents_only_allow_pre_registered_clients: true
  client_id_metadata_documents_block_implicitly_allowed_clients: true
""",
    changed="""\
oauth_application_settings: {default_scopes: [], oauth_jwt_access_tokens: false}
""",
)

scopes = st.sampled_from(["email", "openid", "profile", "public_metadata"])

FAULTS = SettingsFaults(
    manifest="""\
oauth_application_settings: {default_scopes: [profile, email], pkce_required: true}
""",
    seed={
        "oauth_application_settings": {
            "default_scopes": ["openid"],
            "oauth_jwt_access_tokens": True,
            "aud_claim_enabled": True,
        }
    },
    written={
        "oauth_application_settings": {
            "default_scopes": ["profile", "email"],
            "pkce_required": True,
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
    foreseen={},
    drawn={"default_scopes": st.lists(scopes, unique=True)},
    undocumented=dict.fromkeys(
        ("aud_claim_enabled", "pkce_required"), "a later edition of the document has them"
    ),
)
