"""What the instance's own settings give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk
from hypothesis import strategies as st

from tests.conformance.sandbox.cases import Exercise, Refused, Trip, plain, unentitled
from tests.conformance.sandbox.client import Client
from tests.drawn_values import hosts
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown


def get_instance(client: Client) -> None:
    got = client.clerk.instance_settings.get()
    assert (got.id[:4], got.environment_type) == ("ins_", "development")


def update_instance(client: Client) -> None:
    origins = ["https://b.example", "chrome-extension://abc"]
    settings = client.clerk.instance_settings
    settings.update(request={"test_mode": False, "support_email": "", "allowed_origins": origins})
    assert sorted(settings.get().allowed_origins or []) == sorted(origins)


def update_beta_settings(client: Client) -> None:
    features = client.clerk.beta_features
    changed = features.update_instance_settings(
        request={"restricted_to_allowlist": True, "from_email_address": "noreply"}
    )
    assert changed.restricted_to_allowlist is True
    assert (changed.from_email_address or "").partition("@")[0] == "noreply"
    # The SDK would make `false` of what is left out.
    read = features.update_instance_settings(request={"restricted_to_allowlist": None})
    assert plain(read) == plain(changed)


EXERCISES: dict[str, Exercise] = {
    "GET /instance": get_instance,
    "PATCH /instance": update_instance,
    "PATCH /beta_features/instance_settings": update_beta_settings,
}

BETA = "PATCH /beta_features/instance_settings"

_WRITTEN_ONLY = "PATCH /instance answers 204, and GET has `allowed_origins` alone"
TRIPS = {
    "PATCH /instance": Trip(
        {
            "allowed_origins": ["https://b.example", "https://a.example:8443"],
            "test_mode": False,
            "hibp": True,
            "support_email": "help@example.com",
            "clerk_js_version": "5",
            "development_origin": "http://localhost:3000",
            "cookieless_dev": True,
            "url_based_session_syncing": True,
            "preferred_sign_in_strategy_when_password_required": "otp",
        },
        hidden=dict.fromkeys(
            (
                "test_mode",
                "hibp",
                "support_email",
                "clerk_js_version",
                "development_origin",
                "cookieless_dev",
                "url_based_session_syncing",
                "preferred_sign_in_strategy_when_password_required",
            ),
            _WRITTEN_ONLY,
        ),
    ),
    "PATCH /beta_features/instance_settings": Trip(
        {
            "restricted_to_allowlist": True,
            "from_email_address": "hello",
            "progressive_sign_up": False,
            "test_mode": True,
        },
        hidden={"test_mode": "it is never answered"},
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("PATCH /instance", 422): Refused(
        "form_invalid_origin",
        lambda c: c.clerk.instance_settings.update(request={"allowed_origins": ["no origin"]}),
    ),
    ("PATCH /beta_features/instance_settings", 402): unentitled(
        update_beta_settings, "restrictions"
    ),
    ("PATCH /beta_features/instance_settings", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.beta_features.update_instance_settings(
            request={"from_email_address": "ann@example.com"}
        ),
    ),
}


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    """An empty change of the beta settings is what shows the sender."""
    display, auth = environment["display_config"], environment["auth_config"]
    passwords = environment["user_settings"]["password_settings"]
    beta = clerk.beta_features.update_instance_settings(request={"restricted_to_allowlist": None})
    primary = next(one for one in clerk.domains.list().data if not one.is_satellite)
    return {
        "allowed_origins": sorted(clerk.instance_settings.get().allowed_origins or []),
        "test_mode": auth["test_mode"],
        "hibp": not passwords["disable_hibp"],
        "support_email": display["support_email"] or "",
        "clerk_js_version": display["clerk_js_version"] or "",
        "development_origin": primary.development_origin or "",
        "cookieless_dev": auth["cookieless_dev"],
        "url_based_session_syncing": auth["url_based_session_syncing"],
        "preferred_sign_in_strategy_when_password_required": display["preferred_sign_in_strategy"],
        "from_email_address": (beta.from_email_address or "").partition("@")[0],
    }


MADE = """{allowed_origins: ['app://b', 'https://a.example'], test_mode: false, hibp: false,
  support_email: help@example.com, clerk_js_version: '5',
  development_origin: 'http://localhost:3000', url_based_session_syncing: false,
  preferred_sign_in_strategy_when_password_required: otp, from_email_address: hello}"""
SHOWS = {
    "allowed_origins": ["app://b", "https://a.example"],
    "test_mode": False,
    "hibp": False,
    "support_email": "help@example.com",
    "clerk_js_version": "5",
    "development_origin": "http://localhost:3000",
    "url_based_session_syncing": False,
    "preferred_sign_in_strategy_when_password_required": "otp",
    "from_email_address": "hello",
}


def by_hand(clerk: Clerk) -> None:
    instance: Any = {name: SHOWS[name] for name in SHOWS if name != "from_email_address"}
    clerk.instance_settings.update(request=instance)
    clerk.beta_features.update_instance_settings(
        request={"restricted_to_allowlist": None, "from_email_address": "hello"}
    )


LIFE = SettingsLife(
    shown=shown,
    made=MADE,
    shows=SHOWS,
    changed="{support_email: '', test_mode: true, allowed_origins: ['app://c']}",
    changed_shows={**SHOWS, "support_email": "", "test_mode": True, "allowed_origins": ["app://c"]},
    by_hand=by_hand,
    drifts=lambda clerk: clerk.instance_settings.update(request={"hibp": True}),
    drifted="hibp",
    undeclared=lambda clerk: clerk.instance_settings.update(request={"cookieless_dev": False}),
    left={"cookieless_dev": False},
)

REQUESTS = Requests(
    created="""\
instance_settings:
  test_mode: true
  hibp: false
  support_email: help@example.com
  clerk_js_version: "5"
  development_origin: http://localhost:3000
  allowed_origins: [app://b, https://a.example]
  cookieless_dev: true
  url_based_session_syncing: true
  preferred_sign_in_strategy_when_password_required: otp
  from_email_address: hello
""",
    changed="""\
instance_settings: {support_email: "", from_email_address: noreply, allowed_origins: [app://c]}
""",
)

subdomains = st.sampled_from(["a.sandbox.example.com", "*.b.Sandbox.example.com"])
origins = st.sampled_from(["app://x", "https://a.example", "http://localhost:3000"])

FAULTS = SettingsFaults(
    manifest="""\
instance_settings:
  test_mode: false
  support_email: help@example.com
  development_origin: http://localhost:3000
  allowed_origins: [app://b, https://a.example]
  preferred_sign_in_strategy_when_password_required: otp
  from_email_address: hello
""",
    seed={
        "instance": {
            "test_mode": True,
            "support_email": "former@example.com",
            "allowed_origins": ["https://former.example"],
            "allowed_subdomains": ["app.sandbox.example.com"],
            "subdomain_allowlist_enabled": True,
            "hibp": False,
            "clerk_js_version": "5",
            "cookieless_dev": True,
            "url_based_session_syncing": True,
        },
        "instance_settings": {"from_email_address": "former", "progressive_sign_up": False},
    },
    written={
        "instance": {
            "test_mode": False,
            "support_email": "help@example.com",
            "allowed_origins": ["app://b", "https://a.example"],
            "preferred_sign_in_strategy_when_password_required": "otp",
        },
        "domains": {"development_origin": "http://localhost:3000"},
        "instance_settings": {"from_email_address": "hello"},
    },
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    undriven={
        "POST /instance/change_domain": "signs everybody out, which is an act and no setting"
    },
    trips=TRIPS,
    refused=REFUSED,
    foreseen={},
    drawn={
        "allowed_origins": st.lists(origins, max_size=3, unique=True),
        "allowed_subdomains": st.lists(hosts | hosts.map("*.{}".format), max_size=3, unique=True),
        "development_origin": st.just("") | origins,
        "support_email": st.sampled_from(["", "help@example.com", "ü@example.com"]),
    },
    served={
        "allowed_origins": st.lists(origins, min_size=1, max_size=3, unique=True),
        "allowed_subdomains": st.lists(subdomains, max_size=3, unique=True),
    },
    wrong_forms={"from_email_address": "ann@example.com"},
    undocumented=dict.fromkeys(
        ("allowed_subdomains", "subdomain_allowlist_enabled"),
        "a later edition of the document has them",
    ),
    not_declared={
        "restricted_to_allowlist": "`allowlist` of instance_restrictions under another name",
        "progressive_sign_up": "deprecated",
    },
    not_sent={
        (BETA, "restricted_to_allowlist"): "no field of a manifest",
        (BETA, "progressive_sign_up"): "no field of a manifest",
        (BETA, "test_mode"): "sent to /instance, which shows it elsewhere",
    },
)
