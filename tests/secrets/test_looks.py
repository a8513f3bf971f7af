import pytest

from clerkform.secrets.looks import holds_key, is_no_variable


@pytest.mark.parametrize(
    "text",
    [
        *(
            "user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1",
            "ins_2fKq8ZrVtY0bN4sXwLd6hJcPmG1",
            "ak_short",
            "make_it",
        ),
        *("https://app.example.com/sso-callback/with-a-long-path/1234567890", "A" * 40, "1" * 40),
        "organizationMembershipPermissions",
    ],
)
def test_what_is_long_and_no_key_may_be_quoted(text):
    assert not holds_key(text)


@pytest.mark.parametrize(
    "name",
    ["BACKEND_JWT_SECRET", "A", "supabase_jwt_secret_v2_2024", "MyApp_Convex_SigningKey_v2_prod"],
)
def test_the_name_of_a_variable_may_be_shown(name):
    assert not is_no_variable(name)
