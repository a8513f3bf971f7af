"""Live objects to manifests, and what is left out."""

import asyncio
from dataclasses import replace

import pytest

from clerkform.errors import UsageError
from clerkform.kinds import KINDS
from clerkform.live.state import Live
from clerkform.manifest.emit import emit
from clerkform.workflows.ports import Ends
from clerkform.workflows.pull import pull
from tests.support import LiveReader, compare, desired_from, live_from

USER = "user_000000000000000000000000000"
LIVE = {
    "jwt_templates": [
        {
            "name": "convex",
            "claims": {"aud": "convex"},
            "lifetime": 60,
            "allowed_clock_skew": 5,
            "signing_algorithm": "HS256",
            "custom_signing_key": True,
        }
    ],
    "redirect_urls": [{"url": "https://b.example/cb"}, {"url": "https://a.example/cb"}],
    "domains": [
        {"name": "p.example", "is_satellite": False, "proxy_url": None},
        {"name": "s.example", "is_satellite": True, "proxy_url": "https://s.example/__clerk"},
    ],
    "organizations": [
        {"slug": "acme", "name": "Acme", "public_metadata": {"x": 1}, "private_metadata": {}}
    ],
    "api_keys": [
        {"subject": "org_0", "name": "one", "type": "api_key", "scopes": ["a"], "claims": None},
        {"subject": "org_0", "name": "old", "type": "api_key", "revoked": True},
    ],
}


def pulled(*words, live=None, targets=()):
    ends = Ends(LiveReader(live or live_from(LIVE)), secrets=None, writer=None)
    return asyncio.run(pull(KINDS, ends, frozenset(words), targets))


def test_configuration_is_pulled_and_what_the_application_makes_is_not():
    found = pulled()
    assert found.sections["allowlist_identifiers"] == []
    assert {name: items for name, items in found.sections.items() if items} == {
        "domains": [
            {"name": "p.example", "is_satellite": False},
            {"name": "s.example", "proxy_url": "https://s.example/__clerk"},
        ],
        "jwt_templates": [
            {
                "name": "convex",
                "claims": {"aud": "convex"},
                "lifetime": 60,
                "allowed_clock_skew": 5,
                "signing_algorithm": "HS256",
            }
        ],
        "redirect_urls": ["https://a.example/cb", "https://b.example/cb"],
    }
    assert [line.partition(":")[0] for line in found.left_out] == [
        "organizations",
        "api_keys",
        "organization_domains",
        "organization_memberships",
        "jwt_templates",
    ]


def test_a_word_pulls_a_kind_and_another_its_metadata():
    found = pulled("organizations", "api_keys")
    assert found.sections["organizations"] == [{"slug": "acme", "name": "Acme"}]
    assert found.sections["api_keys"] == [
        {"subject": {"organization": "acme"}, "name": "one", "scopes": ["a"], "secret_to": "none"}
    ]
    assert "organizations: public_metadata; pull it with --with metadata" in found.left_out
    found = pulled("organizations", "metadata")
    assert found.sections["organizations"] == [
        {"slug": "acme", "name": "Acme", "public_metadata": {"x": 1}}
    ]


def test_keys_without_their_organizations_keep_the_ids_of_their_subjects():
    org = f"org_{1:027}"
    live = live_from(
        {
            "organizations": [{"id": org, "slug": "acme", "name": "Acme"}],
            "api_keys": [{"subject": org, "name": "one", "type": "api_key"}],
        }
    )
    found = pulled("api_keys", live=live)
    assert found.sections["api_keys"][0]["subject"] == org


def test_a_target_pulls_what_it_matches():
    assert pulled(targets=("domains/s.*",)).sections == {
        "domains": [{"name": "s.example", "proxy_url": "https://s.example/__clerk"}]
    }
    with pytest.raises(UsageError, match="nothing live matches domains/nothing"):
        pulled(targets=("domains/nothing",))
    assert pulled(targets=("*/https://a.*",)).sections == {
        "redirect_urls": ["https://a.example/cb"]
    }


def test_data_that_looks_like_a_value_form_stays_data():
    claims = {"from_env": "HOME"}
    live = live_from(
        {
            "jwt_templates": [
                {"name": "a", "claims": claims},
                {"name": "b", "claims": {"x": "${var.y}"}},
            ]
        }
    )
    text = emit(pulled(live=live).sections)
    found = compare(desired_from(text), live)
    assert found.plan.pending == ()
    assert found.action("jwt_templates/a").item.values["claims"] == claims


def test_what_the_model_refuses_is_left_out_with_the_field_that_is_why():
    live = live_from(
        {"jwt_templates": [{"name": "a", "claims": {}, "lifetime": 1}, {"name": "b", "claims": {}}]}
    )
    found = pulled(live=live)
    both = [{"name": name, "claims": {}} for name in "ab"]
    assert found.sections["jwt_templates"] == both
    assert "jwt_templates/a: lifetime, whose value cannot be declared" in found.left_out


def test_namesakes_are_told_apart_or_left_out_but_never_dropped_in_silence():
    keys = [{"subject": USER, "name": "one", "type": "api_key"} for _ in range(2)]
    keys = [{**key, "subject": "org_0"} for key in keys]
    live = live_from({"organizations": LIVE["organizations"], "api_keys": keys})
    found = pulled("organizations", "api_keys", live=live)
    compared = compare(desired_from(emit(found.sections)), live)
    assert compared.codes == []
    assert compared.plan.pending == ()
    missing = {address.key for address in compared.plan.undeclared}
    assert all(any(key in line for line in found.left_out) for key in missing)


def test_a_read_that_is_whole_is_known_to_be():
    reader = LiveReader(replace(live_from(LIVE), whole=frozenset()))
    ends = Ends(reader, secrets=None, writer=None)
    assert asyncio.run(pull(KINDS, ends, frozenset())).sections["domains"]
    assert Live().of("domains") == ()
