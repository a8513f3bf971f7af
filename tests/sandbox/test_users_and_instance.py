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


def test_a_user_is_changed(api):
    made = api.make("/users", first_name="Ann", username="ann", email_address=["a@b.example"])
    api.clock.ms += 5
    changed = api.clerk.users.update(
        user_id=made["id"],
        first_name="Bea",
        username=None,
        locale="de-CH",
        password="correct horse",
        create_organizations_limit=3,
        created_at="2020-01-02T03:04:05Z",
    )
    assert (changed.first_name, changed.username, changed.locale) == ("Bea", None, "de-CH")
    assert (changed.password_enabled, changed.create_organizations_limit) == (True, 3)
    assert changed.created_at == 1577934245000
    assert changed.updated_at == made["created_at"] + 5
    assert api.clerk.users.get(user_id=made["id"]) == changed
    assert "correct horse" not in str(api.store.select("users"))


def test_a_users_metadata_is_merged_or_replaced_and_no_longer_patched(api, tell):
    id = api.make("/users", public_metadata={"a": {"b": 1, "c": 2}}, private_metadata={"x": 1})[
        "id"
    ]
    path = f"/users/{id}"
    body = {"public_metadata": {"a": {"b": None, "d": 3}}}
    merged = api.http.patch(f"{path}/metadata", json=body).json()
    assert merged["public_metadata"] == {"a": {"c": 2, "d": 3}}
    replaced = api.http.put(f"{path}/metadata", json={"public_metadata": {"e": 1}}).json()
    assert (replaced["public_metadata"], replaced["private_metadata"]) == ({"e": 1}, {"x": 1})
    response = api.http.patch(path, json={"public_metadata": {}, "unsafe_metadata": {}})
    unknown = "form_param_unknown"
    assert tell.codes(response) == [(unknown, "public_metadata"), (unknown, "unsafe_metadata")]
    older = {"Clerk-API-Version": "2025-11-10"}
    response = api.http.patch(path, json={"public_metadata": {"f": 1}}, headers=older)
    assert response.json()["public_metadata"] == {"f": 1}


def test_the_primary_address_is_one_of_the_users(api, tell):
    made = api.make(
        "/users", email_address=["a@b.example", "c@d.example"], phone_number=["+15555550100"]
    )
    second = made["email_addresses"][1]["id"]
    path = f"/users/{made['id']}"
    changed = api.http.patch(path, json={"primary_email_address_id": second}).json()
    assert changed["primary_email_address_id"] == second
    response = api.http.patch(path, json={"primary_phone_number_id": second})
    assert tell.codes(response) == [("form_resource_not_found", "primary_phone_number_id")]


@pytest.fixture
def people(api):
    people = {}
    for n, name in enumerate(("Ann", "Bob", "Cleo")):
        api.clock.ms += 1000
        people[name] = api.make(
            "/users",
            first_name=name,
            username=f"{name.lower()}_{3 - n}",
            external_id=f"x{n}",
            email_address=[f"{name.lower()}@acme.example"],
        )
    return people


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Cleo", "Bob", "Ann"]),
        ({"order_by": "created_at"}, ["Ann", "Bob", "Cleo"]),
        ({"order_by": "first_name"}, ["Ann", "Bob", "Cleo"]),
        ({"order_by": "+username"}, ["Ann", "Bob", "Cleo"]),
        ({"order_by": "-email_address"}, ["Cleo", "Bob", "Ann"]),
        ({"limit": 1, "offset": 1}, ["Bob"]),
        ({"query": "BOB"}, ["Bob"]),
        ({"query": "acme.example"}, ["Cleo", "Bob", "Ann"]),
        ({"name_query": "an"}, ["Ann"]),
        ({"email_address_query": "CLEO@"}, ["Cleo"]),
        ({"username_query": "_2"}, ["Bob"]),
        ({"email_address": ["ANN@acme.example", "bob@acme.example"]}, ["Bob", "Ann"]),
        ({"username": "ann_3"}, ["Ann"]),
        ({"external_id": ["x0", "x2"]}, ["Cleo", "Ann"]),
        ({"external_id": "-x0"}, ["Cleo", "Bob"]),
        ({"phone_number": "+15555550100"}, []),
        ({"banned": "true"}, []),
        ({"banned": "false"}, ["Cleo", "Bob", "Ann"]),
        ({"created_at_before": 1750000002000}, ["Ann"]),
        ({"created_at_after": 1750000002000}, ["Cleo"]),
        ({"last_active_at_since": 0}, []),
        ({"provider": "oauth_google", "provider_user_id": "x"}, []),
    ],
)
def test_users_are_found_by_what_they_are(api, people, query, names):
    found = api.http.get("/users", params=query).json()
    assert [user["first_name"] for user in found] == names
    filters = {k: v for k, v in query.items() if k not in ("limit", "offset", "order_by")}
    counted = api.http.get("/users/count", params=filters).json()["total_count"]
    assert counted == (3 if "limit" in query else len(names))


def test_users_are_found_by_id_and_by_organization(api, people):
    ann, bob = people["Ann"]["id"], people["Bob"]["id"]
    org = api.make("/organizations", name="Acme", created_by=bob)["id"]

    def names(**query):
        return [user["first_name"] for user in api.http.get("/users", params=query).json()]

    assert names(user_id=ann) == ["Ann"]
    assert names(user_id=f"-{ann}") == ["Cleo", "Bob"]
    assert names(organization_id=org) == ["Bob"]
    assert names(organization_id=f"-{org}") == ["Cleo", "Ann"]
    assert api.http.get("/users/count").json()["total_count"] == 3


def test_users_are_walked_by_cursor(api, people, tell):
    ids = [people[name]["id"] for name in ("Cleo", "Bob", "Ann")]
    walked, after = [], {}
    while page := api.http.get("/users", params={"limit": 1, **after}).json():
        walked += [user["id"] for user in page]
        after = {"starting_after": walked[-1]}
    assert walked == ids
    up = {"starting_after": ids[1], "order_by": "created_at"}
    assert [user["id"] for user in api.http.get("/users", params=up).json()] == ids[:1]
    for wrong in (
        {"starting_after": ids[0], "order_by": "username"},
        {"starting_after": ids[0], "offset": 1},
        {"starting_after": "user_x"},
    ):
        response = api.http.get("/users", params=wrong)
        assert tell.codes(response) == [("form_param_value_invalid", "starting_after")]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"order_by": "colour"}, "order_by"),
        ({"created_at_before": "x"}, "created_at_before"),
        ({"created_at_before": "9" * 30}, "created_at_before"),
        ({"banned": "maybe"}, "banned"),
        ({"username": ["x"] * 101}, "username"),
    ],
)
def test_a_filter_that_means_nothing_is_named(api, tell, query, name):
    response = api.http.get("/users", params=query)
    assert (response.status_code, tell.codes(response)[0][1]) == (422, name)
