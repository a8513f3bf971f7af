"""What the settings against abuse give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk

from tests.conformance.sandbox.cases import Exercise, Refused, Trip, plain, wrong_type
from tests.conformance.sandbox.client import Client
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown


def get_protect(client: Client) -> None:
    got = client.clerk.instance_settings.get_instance_protect()
    assert isinstance(got.rules_enabled, bool)
    assert isinstance(got.specter_enabled, bool)


def update_protect(client: Client) -> None:
    settings = client.clerk.instance_settings
    for value in (True, False):
        changed = settings.update_instance_protect(
            request={"rules_enabled": value, "specter_enabled": not value}
        )
        assert (changed.rules_enabled, changed.specter_enabled) == (value, not value)
        assert settings.get_instance_protect() == changed


EXERCISES: dict[str, Exercise] = {
    "GET /instance/protect": get_protect,
    "PATCH /instance/protect": update_protect,
}

TRIPS = {
    "PATCH /instance/protect": Trip({"rules_enabled": True, "specter_enabled": True}),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("PATCH /instance/protect", 422): wrong_type("/instance/protect", "rules_enabled"),
}


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    return plain(clerk.instance_settings.get_instance_protect())


def sets(clerk: Clerk, **switches: bool) -> None:
    request: Any = switches
    clerk.instance_settings.update_instance_protect(request=request)


LIFE = SettingsLife(
    shown=shown,
    made="{rules_enabled: true}",
    shows={"rules_enabled": True, "specter_enabled": False},
    changed="{rules_enabled: false, specter_enabled: true}",
    changed_shows={"rules_enabled": False, "specter_enabled": True},
    by_hand=lambda clerk: sets(clerk, rules_enabled=True),
    drifts=lambda clerk: sets(clerk, rules_enabled=False),
    drifted="rules_enabled",
    undeclared=lambda clerk: sets(clerk, specter_enabled=True),
    left={"specter_enabled": True},
)

REQUESTS = Requests(
    created="""\
instance_protect: {rules_enabled: true, specter_enabled: true}
""",
    changed="""\
instance_protect: {rules_enabled: false, specter_enabled: false}
""",
)

FAULTS = SettingsFaults(
    manifest="""\
instance_protect: {rules_enabled: true}
""",
    seed={"protect": {"specter_enabled": True, "checks_verified": True}},
    written={"protect": {"rules_enabled": True}},
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen={},
)
