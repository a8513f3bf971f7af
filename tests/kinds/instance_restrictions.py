"""What the restrictions give to the tests that run over all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_backend_api import Clerk

from tests.conformance.sandbox.cases import Exercise, Refused, Trip, plain, unentitled, wrong_type
from tests.conformance.sandbox.client import Client
from tests.kinds import KindSample, Requests, SettingsFaults, SettingsLife, Shown


def update_restrictions(client: Client) -> None:
    settings = client.clerk.instance_settings
    wanted: Any = {
        "allowlist": True,
        "blocklist": True,
        "allowlist_blocklist_disabled_on_sign_in": True,
        "block_email_subaddresses": True,
        "block_disposable_email_domains": True,
    }
    changed = settings.update_restrictions(request=wanted)
    assert plain(changed) == {"object": "instance_restrictions", **wanted}
    assert settings.update_restrictions(request={}) == changed


EXERCISES: dict[str, Exercise] = {
    "PATCH /instance/restrictions": update_restrictions,
}

TRIPS = {
    "PATCH /instance/restrictions": Trip(
        {
            "allowlist": True,
            "blocklist": True,
            "allowlist_blocklist_disabled_on_sign_in": True,
            "block_email_subaddresses": True,
            "block_disposable_email_domains": True,
        }
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("PATCH /instance/restrictions", 402): unentitled(update_restrictions, "restrictions"),
    ("PATCH /instance/restrictions", 422): wrong_type("/instance/restrictions", "allowlist"),
}


def shown(clerk: Clerk, environment: Mapping[str, Any]) -> Shown:
    """An empty change is what shows them."""
    return plain(clerk.instance_settings.update_restrictions(request={}))


def sets(clerk: Clerk, **restrictions: bool) -> None:
    request: Any = restrictions
    clerk.instance_settings.update_restrictions(request=request)


LIFE = SettingsLife(
    shown=shown,
    made="{blocklist: true, block_email_subaddresses: true, block_disposable_email_domains: true}",
    shows={
        "allowlist": False,
        "blocklist": True,
        "block_email_subaddresses": True,
        "block_disposable_email_domains": True,
    },
    changed="{blocklist: false, allowlist: true, allowlist_blocklist_disabled_on_sign_in: true}",
    changed_shows={
        "allowlist": True,
        "blocklist": False,
        "allowlist_blocklist_disabled_on_sign_in": True,
        "block_email_subaddresses": True,
    },
    by_hand=lambda clerk: sets(
        clerk, blocklist=True, block_email_subaddresses=True, block_disposable_email_domains=True
    ),
    drifts=lambda clerk: sets(clerk, blocklist=False),
    drifted="blocklist",
    undeclared=lambda clerk: sets(clerk, allowlist=True),
    left={"allowlist": True},
)

REQUESTS = Requests(
    created="""\
instance_restrictions:
  allowlist: true
  blocklist: true
  allowlist_blocklist_disabled_on_sign_in: true
  block_email_subaddresses: true
  block_disposable_email_domains: true
""",
    changed="""\
instance_restrictions: {allowlist: false, blocklist: false}
""",
)

FAULTS = SettingsFaults(
    manifest="""\
instance_restrictions:
  allowlist: true
  block_email_subaddresses: false
  block_disposable_email_domains: true
""",
    seed={
        "restrictions": {
            "allowlist": False,
            "blocklist": True,
            "allowlist_blocklist_disabled_on_sign_in": True,
            "block_email_subaddresses": True,
        }
    },
    written={
        "restrictions": {
            "allowlist": True,
            "block_email_subaddresses": False,
            "block_disposable_email_domains": True,
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
)
