import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.jwt.cases import TemplateTest
from clerkform.jwt.context import SAMPLE_USER, context
from clerkform.jwt.judge import NOTHING, judge, path_of
from clerkform.jwt.render import render
from clerkform.model.canonical import same

CLAIMS = {
    "aud": "convex",
    "role": "{{user.public_metadata.role}}",
    "ns": {"https://a.example/x": "{{user.username}}", "none": "{{org.slug}}", "list": [1, 2]},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([1.0, "1", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=6,
)


def failures(**expected):
    test = TemplateTest.model_validate({"name": "x", **expected})
    return judge(test, render(CLAIMS, context(SAMPLE_USER)))


@pytest.mark.parametrize(
    "expected",
    [
        {"claims": {"role": "admin"}},
        {"claims": {"ns": {"none": None, "list": [1, 2]}}},
        {"claims": {}},
        {
            "claims": {
                "aud": "convex",
                "role": "admin",
                "ns": {"https://a.example/x": "ada", "none": None, "list": [1, 2]},
            },
            "match": "exact",
        },
        {"absent": ["sub", "ns.other", "ns.list.2", "role.x"]},
        {"max_bytes": 2000},
        {"valid_for": {"audience": ["other", "convex"], "algorithms": ["RS256", "ES256"]}},
        {
            "valid_for": {"issuer": "https://clerk.example.com"},
            "issuer": "https://clerk.example.com",
        },
        {"rejected_by": {"audience": "other"}},
        {"rejected_by": {"audience": "convex", "algorithms": ["HS256"]}},
        {"rejected_by": {"issuer": "https://clerk.example.com"}},
    ],
)
def test_what_is_so_passes(expected):
    assert failures(**expected) == ()


@pytest.mark.parametrize(
    ("expected", "code", "at", "claim"),
    [
        ({"claims": {"role": "user"}}, "claim-differs", ("claims", "role"), ("role",)),
        (
            {"claims": {"ns": {"list": [1]}}},
            "claim-differs",
            ("claims", "ns", "list"),
            ("ns", "list"),
        ),
        ({"claims": {"ns": {"no": None}}}, "claim-missing", ("claims", "ns", "no"), ("ns", "no")),
        (
            {"claims": {"aud": "convex", "ns": CLAIMS["ns"]}, "match": "exact"},
            "claim-unexpected",
            ("claims",),
            ("role",),
        ),
        ({"absent": ["sub", "ns.none"]}, "claim-present", ("absent", 1), ("ns", "none")),
        ({"absent": ["ns.list.1"]}, "claim-present", ("absent", 0), ("ns", "list", 1)),
        ({"max_bytes": 100}, "too-large", ("max_bytes",), None),
        ({"valid_for": {"audience": "other"}}, "refused", ("valid_for",), None),
        ({"valid_for": {"algorithms": ["HS256"]}}, "refused", ("valid_for",), None),
        ({"valid_for": {"issuer": "https://x.example"}}, "refused", ("valid_for",), None),
        ({"rejected_by": {"audience": "convex"}}, "accepted", ("rejected_by",), None),
    ],
)
def test_what_is_not_so_fails_at_its_expectation(expected, code, at, claim):
    found = failures(**expected)
    assert (code, at, claim) in [(one.code, one.at, one.claim) for one in found]


def test_a_difference_has_both_values():
    (failure,) = failures(claims={"role": "user"})
    assert (failure.expected, failure.rendered) == ("user", "admin")
    (failure,) = failures(claims={"more": None})
    assert (failure.expected, failure.rendered) == (None, NOTHING)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ns.none", ("ns", "none")),
        ("ns.https://a.example/x", ("ns", "https://a.example/x")),
        ("ns.list.0", ("ns", "list", 0)),
        ("ns.", None),
        ("", None),
    ],
)
def test_a_name_leads_into_claims_whose_keys_have_dots(name, path):
    assert path_of(name, CLAIMS) == path


@given(JSON, JSON)
def test_whatever_is_rendered_is_what_it_is_and_nothing_else(one, other):
    test = TemplateTest(name="x", claims={"c": one}, match="exact")
    assert judge(test, render({"c": one}, context({}))) == ()
    assert (judge(test, render({"c": other}, context({}))) == ()) == same(one, other)


@given(JSON, JSON)
def test_values_are_the_same_as_json_is(one, other):
    assert same(one, one)
    assert same(one, other) == same(other, one)
    assert not same(True, 1)
    assert same(1, 1.0)
