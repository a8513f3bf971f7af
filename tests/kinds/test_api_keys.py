import pytest

from clerkform.kinds.api_keys import KIND

USER = "user_000000000000000000000000000"


def test_an_answer_has_an_instant_where_a_manifest_has_seconds():
    body = {"created_at": 1_000, "expiration": 61_400}
    assert KIND.from_api(body)["seconds_until_expiration"] == 60
    assert (
        KIND.from_api({"created_at": 1_000, "expiration": None})["seconds_until_expiration"] is None
    )


def test_a_key_that_no_longer_works_is_nobodys():
    assert KIND.ignore({"revoked": True, "expired": True}) == "revoked"
    assert KIND.ignore({"revoked": False, "expired": True}) == "expired"
    assert KIND.ignore({"revoked": False, "expired": False}) is None


@pytest.mark.parametrize(
    "item",
    [
        {"name": "ab", "subject": USER},
        {"name": " abc", "subject": USER},
        {"name": "abc", "subject": "acme"},
        {"name": "abc", "subject": {"organization": "acme", "user": "x"}},
        {"name": "abc", "subject": USER, "type": "ab"},
        {"name": "abc", "subject": USER, "scopes": "all"},
        {"name": "abc", "subject": USER, "seconds_until_expiration": 0},
        {"name": "abc", "subject": USER, "lifecycle": {"deletion": "forget"}},
    ],
)
def test_what_clerk_would_refuse_is_refused_here(item):
    with pytest.raises(ValueError, match="validation error"):
        KIND.model.model_validate(item)


@pytest.mark.parametrize("expiration", [10**999, -(10**999), 1e308, -1e308, float(10**15)])
def test_a_key_that_expires_at_no_time_expires_at_none_that_is_known(expiration):
    body = {"expiration": expiration, "created_at": 0}
    assert KIND.from_api(body)["seconds_until_expiration"] is None
