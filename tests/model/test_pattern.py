"""What a pattern of addresses can speak of."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.model.pattern import kinds_of, matches, no_kind

KINDS = ("organizations", "domains", "jwt_templates")


@pytest.mark.parametrize(
    ("pattern", "kinds"),
    [
        ("organizations/*", {"organizations"}),
        ("organisations/*", set()),
        ("organizations", set()),
        ("organizations/", {"organizations"}),
        ("*", set(KINDS)),
        ("*/acme", set(KINDS)),
        ("org*", {"organizations"}),
        ("o*/x", {"organizations"}),
        ("organi[sz]ations/*", {"organizations"}),
        ("domain?/*", {"domains"}),
        ("Domains/*", set()),
        ("", set()),
    ],
)
def test_a_pattern_speaks_of_the_kinds_whose_addresses_it_can_match(pattern, kinds):
    assert kinds_of(pattern, KINDS) == kinds
    assert (no_kind(pattern, KINDS) is None) is bool(kinds)


@given(st.text("odmains*?/", max_size=12), st.sampled_from(KINDS), st.text("ab/*", max_size=3))
def test_what_matches_an_address_speaks_of_its_kind(pattern, kind, key):
    # A ? in the place of the slash is the one slip that is refused though it could match.
    if fnmatchcase(f"{kind}/{key}", pattern) and "?" not in pattern.partition("*")[0]:
        assert kind in kinds_of(pattern, KINDS)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("organisations/*", "did you mean `organizations`?"),
        ("organizations", "`organizations/*` means all of them"),
        ("domain", "did you mean `domains`?"),
        ("xyz/*", "the kinds are domains, jwt_templates, organizations"),
        ("xyz", "the kinds are domains, jwt_templates, organizations"),
    ],
)
def test_a_pattern_that_can_match_nothing_says_what_was_meant(pattern, hint):
    wrong = no_kind(pattern, KINDS)
    assert wrong
    assert wrong[1] == hint


def test_an_address_that_looks_like_a_pattern_matches_itself():
    assert matches("allowlist_identifiers/[a]*@b.example", "allowlist_identifiers/[a]*@b.example")
