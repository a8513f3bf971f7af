"""What a kind, the sort of instance and what is live say of values that are to be sent."""

import json

import pytest

from clerkform.plan.foresee import foreseen
from clerkform.plan.limits import Instance
from tests.support import compare, desired_from, live_from

DEVELOPMENT, PRODUCTION = Instance("ins_1", "development"), Instance("ins_1", "production")


def told(manifest, instance, live=()):
    found = compare(desired_from(manifest), live_from(dict(live), *dict(live)))
    assert found.problems == []
    return [(one.code, one.severity) for one in foreseen(found.found.actions, instance)]


REFUSED, WARNED = [("clerk-refuses", "error")], [("clerk-may-refuse", "warning")]


@pytest.mark.parametrize(
    ("manifest", "development", "production"),
    [
        ("redirect_urls: ['http://localhost:3000/cb']\n", [], REFUSED),
        ("redirect_urls: ['http://[::1]/cb']\n", [], REFUSED),
        ("redirect_urls: ['HTTP://a.example/cb']\n", REFUSED, REFUSED),
        ("redirect_urls: ['http://localhost.evil.example/cb']\n", REFUSED, REFUSED),
        ("redirect_urls: [https://a.example/cb, 'myapp://cb']\n", [], []),
        ("domains: ['localhost:3000']\n", [], REFUSED),
        ("domains: [localhost]\n", [], REFUSED),
        ("domains: [a.example]\n", [], []),
        ("domains: [{name: a.example, proxy_url: 'http://a.example/c'}]\n", WARNED, REFUSED),
        ("domains: [{name: a.example, proxy_url: 'https://a.example/c'}]\n", WARNED, []),
        ("domains: [{name: a.example, proxy_url: null}]\n", [], []),
    ],
)
def test_what_an_instance_does_not_take_is_said_of_what_is_made(manifest, development, production):
    assert told(manifest, DEVELOPMENT) == development
    assert told(manifest, PRODUCTION) == production


def test_an_instance_of_an_unknown_sort_is_taken_for_production():
    manifest = "redirect_urls: ['http://localhost:3000/cb']\n"
    assert told(manifest, Instance("ins_1", "staging")) == REFUSED


def test_what_is_live_already_is_left_alone():
    manifest = "redirect_urls: ['http://localhost:3000/cb']\n"
    live = {"redirect_urls": [{"url": "http://localhost:3000/cb"}]}
    assert told(manifest, PRODUCTION, live) == []


def test_of_an_update_only_what_changes_is_looked_at():
    live = {"domains": [{"name": "localhost", "is_satellite": True, "proxy_url": None}]}
    manifest = "domains: [{name: localhost, proxy_url: 'https://a.example/c'}]\n"
    assert told(manifest, PRODUCTION, live) == []


@pytest.mark.parametrize("name", ["public_metadata", "private_metadata"])
@pytest.mark.parametrize(("size", "found"), [(4000, []), (4200, REFUSED)])
def test_metadata_counts_as_it_will_be_once_merged(name, size, found):
    manifest = json.dumps({"organizations": [{"slug": "a", name: {"new": "y" * size}}]})
    live = {"organizations": [{"slug": "a", "name": "A", name: {"old": "x" * 4096}}]}
    assert told(manifest, DEVELOPMENT, live) == found


def test_a_key_of_metadata_that_is_removed_makes_room():
    fields = {"new": "y" * 5000, "old": None}
    manifest = json.dumps({"organizations": [{"slug": "a", "public_metadata": fields}]})
    live = {"organizations": [{"slug": "a", "name": "A", "public_metadata": {"old": "x" * 5000}}]}
    assert told(manifest, DEVELOPMENT, live) == []


def test_a_template_that_gets_a_key_of_its_own_needs_the_algorithm():
    """Live has one, but that of the instance's key."""
    template = {"name": "a", "claims": {}, "signing_algorithm": "RS256"}
    manifest = "jwt_templates: [{name: a, signing_key: {from_env: KEY}}]\n"
    without = {"jwt_templates": [{**template, "custom_signing_key": False}]}
    assert told(manifest, DEVELOPMENT, without) == [("needed-with", "error")]
    declared = manifest.replace("name: a", "name: a, signing_algorithm: HS256")
    assert told(declared, DEVELOPMENT, without) == []
    own = {**template, "custom_signing_key": True, "signing_algorithm": "HS256"}
    assert told(manifest, DEVELOPMENT, {"jwt_templates": [own]}) == []
