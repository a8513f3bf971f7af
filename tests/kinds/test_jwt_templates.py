from clerkform.kinds.jwt_templates import KIND


def test_a_signing_key_says_that_it_is_a_custom_one():
    assert KIND.to_api({"name": "a", "signing_key": "k"}) == {
        "name": "a",
        "signing_key": "k",
        "custom_signing_key": True,
    }


def test_null_gives_the_key_up_and_is_not_sent():
    sent = KIND.to_api({"name": "a", "custom_signing_key": True, "signing_key": None})
    assert sent == {"name": "a", "custom_signing_key": False}


def test_what_says_nothing_of_a_key_leaves_live_as_it_is():
    sent = {"name": "a", "custom_signing_key": True, "lifetime": 60}
    assert KIND.to_api(sent) == sent
