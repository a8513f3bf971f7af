import pytest
from clerk_backend_api import models


def test_a_user_lives_from_create_to_delete(api):
    made = api.clerk.users.create(
        email_address=["Ann@example.com", "ann2@example.com"],
        username="ann",
        first_name="Ann",
        external_id="x1",
        public_metadata={"role": "admin"},
    )
    assert made.id.startswith("user_")
    assert [e.email_address for e in made.email_addresses] == [
        "ann@example.com",
        "ann2@example.com",
    ]
    assert made.primary_email_address_id == made.email_addresses[0].id
    assert (made.username, made.first_name, made.external_id) == ("ann", "Ann", "x1")
    assert (made.public_metadata, made.unsafe_metadata) == ({"role": "admin"}, {})
    assert api.clerk.users.get(user_id=made.id) == made
    assert api.clerk.users.delete(user_id=made.id).deleted is True
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.users.get(user_id=made.id)
    assert caught.value.data.errors[0].code == "resource_not_found"


def test_what_identifies_a_user_belongs_to_one(api, tell):
    body = {"username": "ann", "external_id": "x1", "email_address": ["ann@example.com"]}
    api.make("/users", **body)
    response = api.http.post("/users", json={**body, "email_address": ["ANN@example.com"]})
    assert response.status_code == 422
    taken = "form_identifier_exists"
    assert tell.codes(response) == [
        (taken, "username"),
        (taken, "external_id"),
        (taken, "email_address"),
    ]
    response = api.http.post("/users", json={"email_address": ["ann"]})
    assert tell.codes(response) == [("form_param_format_invalid", "email_address")]


def test_a_user_can_own_a_key(api):
    user = api.user()
    assert api.make("/api_keys", name="key", subject=user)["subject"] == user
    api.clerk.users.delete(user_id=user)
    assert api.http.get("/api_keys", params={"subject": user}).status_code == 404


@pytest.mark.parametrize("environment", ["development", "production"])
def test_the_instance_says_what_it_is(open_api, environment):
    api = open_api(instance=environment)
    instance = api.clerk.instance_settings.get()
    assert instance.id.startswith("ins_")
    assert instance.environment_type == environment
    raw = api.http.get("/instance").json()
    assert (raw["id"], raw["allowed_origins"], raw["workspace_id"]) == (instance.id, [], None)


@pytest.mark.parametrize("slugs", [True, False])
def test_the_organization_settings_say_whether_slugs_are_on(open_api, slugs):
    settings = open_api(slugs=slugs).clerk.instance_settings.get_organization_settings()
    assert settings.slug_disabled is not slugs
    assert (settings.enabled, settings.max_allowed_memberships) == (True, 5)
