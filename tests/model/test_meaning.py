"""What a change of a field means, as its kind says it."""

import pytest

from clerkform.kinds import KINDS
from clerkform.model import trait
from clerkform.model.meaning import (
    UNKNOWN,
    Around,
    Moved,
    always,
    becomes,
    gains,
    goes,
    grows,
    is_elsewhere,
    is_unencrypted,
    loses,
    none_left,
    while_some,
)
from clerkform.model.paths import GONE


def meant(kind, field, before, after):
    meanings = KINDS[kind].fields[field].traits.meanings
    moved = Moved(before, after, around=Around(hosts=frozenset({"a.example"}), has_all_hosts=True))
    return [one.sort for one in meanings if one.when(moved)]


def test_a_field_may_mean_several_things():
    told = trait.of([trait.weakens(says="a"), trait.identity, trait.widens(says="b")])
    assert [(one.sort, one.says) for one in told.meanings] == [("weakens", "a"), ("widens", "b")]
    assert told.identity


@pytest.mark.parametrize(
    ("kind", "field", "before", "after", "expected"),
    [
        ("redirect_urls", "url", GONE, "https://a.example/cb", ["widens"]),
        ("redirect_urls", "url", GONE, "http://a.example/cb", ["weakens", "widens"]),
        ("redirect_urls", "url", GONE, "https://b.example/cb", ["weakens", "widens"]),
        ("redirect_urls", "url", GONE, "app://b.example/cb", ["widens"]),
        ("redirect_urls", "url", GONE, "http://localhost:3000/cb", ["widens"]),
        ("redirect_urls", "url", "http://a.example/cb", GONE, []),
        ("allowlist_identifiers", "identifier", GONE, "a@b.example", ["widens"]),
        ("allowlist_identifiers", "identifier", GONE, "*@b.example", ["weakens", "widens"]),
        ("blocklist_identifiers", "identifier", "*@b.example", GONE, ["weakens"]),
        ("blocklist_identifiers", "identifier", GONE, "*@b.example", []),
        ("jwt_templates", "lifetime", 60, 300, ["widens"]),
        ("jwt_templates", "lifetime", 60, 90_000, ["weakens", "widens"]),
        ("jwt_templates", "lifetime", 90_000, 60, []),
        ("jwt_templates", "claims", {}, {"role": "admin"}, ["weakens"]),
        ("jwt_templates", "claims", {}, {"role": "{{user.public_metadata.role}}"}, []),
        ("jwt_templates", "claims", {"role": "admin"}, {"role": "admin", "a": 1}, []),
        ("jwt_templates", "signing_algorithm", "RS256", "HS256", ["weakens"]),
        ("organizations", "max_allowed_memberships", 5, 0, ["widens"]),
        ("organizations", "max_allowed_memberships", 5, 4, []),
        ("organizations", "admin_delete_enabled", False, True, ["widens"]),
        ("organizations", "self_serve_sso_enabled", None, True, ["widens"]),
        ("organizations", "self_serve_sso_enabled", True, False, []),
        ("api_keys", "scopes", ["a"], ["b"], ["widens"]),
        ("api_keys", "scopes", ["a", "b"], ["b"], []),
        ("api_keys", "seconds_until_expiration", 60, None, ["widens"]),
        ("domains", "proxy_url", None, "http://p.a.example", ["weakens", "widens"]),
        ("domains", "proxy_url", None, "https://p.example", ["weakens", "widens"]),
        ("domains", "proxy_url", None, "https://p.a.example", ["widens"]),
        ("jwt_templates", "lifetime", GONE, 60, []),
        ("jwt_templates", "lifetime", GONE, 61, ["widens"]),
        ("jwt_templates", "signing_algorithm", GONE, "HS256", []),
        ("api_keys", "scopes", GONE, ["a"], []),
        ("api_keys", "seconds_until_expiration", GONE, 60, []),
        ("api_keys", "seconds_until_expiration", 60, GONE, ["widens"]),
        ("organizations", "max_allowed_memberships", GONE, 5, []),
        (
            "organization_settings",
            "domains_enrollment_modes",
            [],
            ["automatic_suggestion"],
            ["widens"],
        ),
        (
            *("organization_settings", "domains_enrollment_modes"),
            *(["automatic_suggestion"], ["automatic_suggestion", "automatic_invitation"]),
            ["weakens", "widens"],
        ),
    ],
)
def test_a_kind_says_what_a_change_means(kind, field, before, after, expected):
    assert meant(kind, field, before, after) == expected


def test_a_predicate_looks_at_both_sides():
    assert always(Moved(1, 1))
    assert becomes(True)(Moved(False, True))
    assert not becomes(True)(Moved(True, True))
    assert goes(Moved("a", None))
    assert gains(Moved(GONE, ["a"]))
    assert not gains(Moved(["a"], GONE))
    assert grows(Moved(GONE, 1))


HOSTS = frozenset({"example.com", "app.other.example"})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/cb", False),
        ("https://EXAMPLE.com./cb", False),
        ("https://deep.below.example.com:8443/cb", False),
        ("https://user@example.com/cb", False),
        ("*.example.com", False),
        ("myapp://anywhere/cb", False),
        ("https://other.example/cb", True),
        ("https://notexample.com/cb", True),
        ("https://example.com.evil.test/cb", True),
        ("https://example.com@evil.test/cb", True),
        ("https://evil.test\\@example.com/cb", True),
        ("https://evil.test\\.example.com/cb", True),
        ("https:///example.com", True),
        ("HTTPS://evil.test/#@example.com", True),
        ("https://evil.test?.example.com", True),
        ("http://localhost:3000/cb", True),
    ],
)
def test_a_host_is_the_instances_own_where_it_is_on_or_below_one_of_its_hosts(url, expected):
    around = Around(production=True, hosts=HOSTS, has_all_hosts=True)
    assert is_elsewhere(Moved(GONE, url, around=around)) is expected
    assert is_elsewhere(Moved([], [url], around=around)) is expected
    assert not is_elsewhere(Moved(url, GONE, around=around))


def test_in_development_this_machine_is_one_of_its_hosts_and_no_way_to_listen_on():
    for url in ("http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:3000/"):
        assert not is_elsewhere(Moved(GONE, url))
        assert not is_unencrypted(Moved(GONE, url))
        assert is_unencrypted(Moved(GONE, url, around=Around(production=True)))
    assert is_unencrypted(Moved([], ["HTTP://a.example"]))


def counts(had, left):
    return Around(had={"entries": had}, left={"entries": left})


def test_a_switch_that_needs_entries_is_judged_by_those_after_the_plan():
    on = none_left("entries")
    assert on(Moved(False, True, around=counts(0, 0)))
    assert not on(Moved(False, True, around=counts(0, 1)))
    assert on(Moved(True, True, around=counts(1, 0)))
    assert not on(Moved(True, True, around=counts(0, 0))), "nothing is worse than it was"
    assert not on(Moved(True, False, around=counts(1, 0)))
    assert on(Moved(False, True)), "what is not known yet is asked for"


def test_a_condition_may_hold_only_while_a_kind_has_objects():
    off = while_some("entries", becomes(False))
    assert off(Moved(True, False, around=counts(2, 1)))
    assert not off(Moved(True, False, around=counts(1, 0)))
    assert off(Moved(True, False))


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "admin"},
        {"role": "{{user.public_metadata.role || 'admin'}}"},
        {"role": "admin{{}}"},
        {"role": "{{user.unsafe_metadata.role}}"},
        {"roles": ["{{user.id}}", "admin"]},
        {"https://hasura.io/jwt/claims": {"x-hasura-default-role": "admin"}},
        {"metadata": {"role": "admin"}},
        {"isAdmin": True},
        {"userRole": "a"},
        {"x-role": 1},
        {"https://e.example/roles": ["a"]},
        {"permissions": {"a": "write"}},
    ],
)
def test_a_claim_that_reads_like_a_role_grants_it_to_everybody(claims):
    assert meant("jwt_templates", "claims", {}, claims) == ["weakens"]
    assert meant("jwt_templates", "claims", claims, claims) == []


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "{{user.public_metadata.role}}"},
        {"org": {"role": "{{org.role}}"}},
        {"is_admin": False, "scopes": [], "roles": {}, "permissions": None, "role": ""},
        {"aud": "admin", "controller": "a"},
    ],
)
def test_what_comes_from_the_users_own_record_or_grants_nothing_does_not(claims):
    assert meant("jwt_templates", "claims", {}, claims) == []


@pytest.mark.parametrize("scheme", ["intent", "FTP", "wss", "microsoft-edge", "view-source"])
def test_a_scheme_that_browsers_take_for_the_web_is_on_no_host_of_the_instance(scheme):
    around = Around(production=True, hosts=HOSTS, has_all_hosts=True)
    assert is_elsewhere(Moved(GONE, f"{scheme}://example.com/x", around=around))


def test_what_is_not_known_is_another_value():
    assert becomes(True)(Moved(UNKNOWN, True))
    assert becomes(True)(Moved(1, True)), "1 is not true"
    assert loses(Moved(UNKNOWN, []))
    assert gains(Moved(UNKNOWN, ["a"]))
    assert not loses(Moved(UNKNOWN, GONE))
