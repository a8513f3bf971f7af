"""What settings of text messages give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk
from hypothesis import strategies as st

from tests.conformance.sandbox.cases import Exercise, Refused, Trip
from tests.conformance.sandbox.client import Client
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown


def get_communication(client: Client) -> None:
    assert client.clerk.instance_settings.get_communication().blocked_country_codes == []


def update_communication(client: Client) -> None:
    settings = client.clerk.instance_settings
    changed = settings.update_communication(request={"blocked_country_codes": ["DE", "AT"]})
    assert changed.blocked_country_codes == ["DE", "AT"]
    assert settings.update_communication(request={}) == changed
    assert settings.get_communication() == changed


EXERCISES: dict[str, Exercise] = {
    "GET /instance/communication": get_communication,
    "PATCH /instance/communication": update_communication,
}

TRIPS = {
    "PATCH /instance/communication": Trip({"blocked_country_codes": ["DE", "AT"]}),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("PATCH /instance/communication", 422): Refused(
        "form_param_duplicate",
        lambda c: c.clerk.instance_settings.update_communication(
            request={"blocked_country_codes": ["DE", "DE"]}
        ),
    ),
}


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    codes = clerk.instance_settings.get_communication().blocked_country_codes
    return {"blocked_country_codes": sorted(codes)}


def blocks(clerk: Clerk, *codes: str) -> None:
    clerk.instance_settings.update_communication(request={"blocked_country_codes": [*codes]})


LIFE = SettingsLife(
    shown=shown,
    made="{blocked_country_codes: [KP, DE]}",
    shows={"blocked_country_codes": ["DE", "KP"]},
    changed="{blocked_country_codes: {add: [AT], remove: [DE, FR]}}",
    changed_shows={"blocked_country_codes": ["AT", "KP"]},
    by_hand=lambda clerk: blocks(clerk, "DE", "KP"),
    drifts=lambda clerk: blocks(clerk, "KP"),
    drifted="blocked_country_codes",
)

REQUESTS = Requests(
    created="""\
instance_communication: {blocked_country_codes: [DE, KP]}
""",
    changed="""\
instance_communication: {blocked_country_codes: {add: [AT], remove: [DE]}}
""",
)

countries = st.lists(st.sampled_from(["AT", "CH", "DE", "KP"]), unique=True)
either = st.permutations(["AT", "CH", "DE", "KP"]).map(
    lambda codes: {"add": sorted(codes[:2]), "remove": sorted(codes[2:])}
)

FAULTS = SettingsFaults(
    manifest="""\
instance_communication: {blocked_country_codes: {add: [AT], remove: [DE]}}
""",
    seed={"communication": {"blocked_country_codes": ["DE", "FR", "KP"]}},
    written={"communication": {"blocked_country_codes": ["FR", "KP", "AT"]}},
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen={},
    drawn={"blocked_country_codes": countries | either},
)
