"""What a change of a field means, as its kind says it."""

import pytest

from clerkform.kinds import KINDS
from clerkform.model import trait
from clerkform.model.meaning import Moved, always, becomes, gains, goes, grows
from clerkform.model.paths import GONE


def meant(kind, field, before, after):
    meanings = KINDS[kind].fields[field].traits.meanings
    return [one.sort for one in meanings if one.when(Moved(before, after))]


def test_a_field_may_mean_several_things():
    told = trait.of([trait.weakens(says="a"), trait.identity, trait.widens(says="b")])
    assert [(one.sort, one.says) for one in told.meanings] == [("weakens", "a"), ("widens", "b")]
    assert told.identity


@pytest.mark.parametrize(
    ("kind", "field", "before", "after", "expected"),
    [
        ("redirect_urls", "url", GONE, "https://a.example/cb", ["widens"]),
        ("redirect_urls", "url", GONE, "http://a.example/cb", ["weakens", "widens"]),
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
        ("domains", "proxy_url", None, "http://p.example", ["weakens", "widens"]),
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
