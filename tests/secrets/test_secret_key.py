import pytest

from clerkform.errors import UsageError
from clerkform.secrets.secret_key import check_secret_key


@pytest.mark.parametrize(
    "key",
    ["pk_test_Y2FuYXJ5JA", " pk_live_x", "***", "sk_test_****ab", "sk_live_••••", "sk_test_..."],
)
def test_what_is_no_secret_key_is_named_and_not_quoted(key):
    with pytest.raises(UsageError) as caught:
        check_secret_key(key, "CLERK_SECRET_KEY_STAGING")
    assert caught.value.message.startswith("CLERK_SECRET_KEY_STAGING holds ")
    assert key.strip() not in caught.value.message
    assert "sk_test_" in caught.value.hint


@pytest.mark.parametrize("key", ["sk_test_0123456789", "sk_live_a-b_c", "anything else"])
def test_what_may_be_a_secret_key_is_none_of_its_business(key):
    check_secret_key(key, "CLERK_SECRET_KEY")
