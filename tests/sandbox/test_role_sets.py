"""Which roles the members of an organization may have: the sets of them."""

from __future__ import annotations

import pytest

from clerkform.sandbox import Fault
from tests.sandbox.organization_model import (
    ADMIN,
    DEFAULT,
    MEMBER,
    POINTING,
    SETTINGS,
    example,
    make_boss,
    make_role,
    make_set,
)

TEAM = "role_set:team"


@pytest.fixture
def sales(api):
    return make_role(api, "org:sales")


def initial(api):
    found = api.http.get("/role_sets").json()["data"]
    (one,) = (one["key"] for one in found if one["type"] == "initial")
    return one


def test_every_instance_starts_with_one_that_has_both_roles(api):
    (found,) = api.clerk.role_sets.list().data
    assert (found.key, found.name, found.type.value) == ("role_set:default", "Primary", "initial")
    assert [one.key for one in found.roles] == [ADMIN, MEMBER]
    assert (found.default_role.key, found.creator_role.key) == (MEMBER, ADMIN)
    assert (found.roles[0].members_count, found.roles[0].has_members) == (0, False)
    assert api.clerk.role_sets.get(role_set_key_or_id=found.id) == found
    assert api.clerk.role_sets.get(role_set_key_or_id=found.key) == found
    assert "role_set_migration" not in api.http.get(DEFAULT).json()


def test_a_set_is_made_and_changed(api, sales):
    sdk = api.clerk.role_sets
    made = sdk.create(
        name="The Team",
        description="d",
        roles=[ADMIN, MEMBER, "org:sales", ADMIN],
        default_role_key="org:sales",
        creator_role_key=ADMIN,
    )
    assert (made.key, made.type.value, made.description) == ("role_set:the_team", "custom", "d")
    assert [one.key for one in made.roles] == [ADMIN, MEMBER, "org:sales"]
    assert (made.default_role.id, made.creator_role.key) == (sales["id"], ADMIN)
    changed = sdk.update(role_set_key_or_id=made.id, name="Team", default_role_key=MEMBER)
    assert (changed.name, changed.key, changed.default_role.key) == ("Team", made.key, MEMBER)
    assert sdk.get(role_set_key_or_id=made.key) == changed
    nulls = dict.fromkeys(("name", "key", "description", "type", *POINTING))
    before = api.http.get(f"/role_sets/{made.id}").json()
    for body in ({}, nulls, {"colour": "red"}):
        assert api.http.patch(f"/role_sets/{made.id}", json=body).json() == before


def test_a_key_is_made_from_the_name_and_there_once(api):
    body = {"name": "Ünï 1!", "roles": [ADMIN, MEMBER], **POINTING}
    first, second = (api.make("/role_sets", **body)["key"] for _ in range(2))
    assert first == "role_set:n_1"
    assert second.startswith("role_set:n_1_")
    assert api.make("/role_sets", **{**body, "name": "!"})["key"] == "role_set:roles"


def test_sets_are_found_and_ordered(api):
    made = make_set(api, TEAM)
    listed = api.clerk.role_sets.list
    assert [one.key for one in listed().data] == ["role_set:team", "role_set:default"]
    assert [one.key for one in listed(order_by="+key", limit=1).data] == ["role_set:default"]
    assert [one.key for one in listed(order_by="name", offset=1).data] == ["role_set:team"]
    assert listed(query="TEAM").total_count == listed(query=made["id"]).total_count == 1
    assert api.http.get("/role_sets?order_by=type").status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        ({"name": None}, 422, ("form_param_nil", "name")),
        ({"key": "team"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "role_set:Team"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "role_set:default"}, 422, ("form_already_exists", "key")),
        ({"type": "primary"}, 422, ("form_param_value_invalid", "type")),
        ({"roles": []}, 422, ("form_param_value_invalid", "roles")),
        ({"roles": "org:admin"}, 422, ("form_param_type_invalid", "roles")),
        ({"roles": [ADMIN, MEMBER, "org:x"]}, 404, ("resource_not_found", "roles")),
        ({"default_role_key": "org:x"}, 404, ("resource_not_found", "default_role_key")),
        ({"roles": [ADMIN]}, 422, ("form_param_value_invalid", "default_role_key")),
        ({"roles": [MEMBER]}, 422, ("form_param_value_invalid", "creator_role_key")),
        (
            {"creator_role_key": MEMBER},
            422,
            ("organization_missing_creator_role_permissions", None),
        ),
        ({"colour": "red"}, 422, ("form_param_unknown", "colour")),
    ],
)
def test_a_wrong_field_is_named(api, tell, body, status, found):
    sent = {"name": "S", "key": "role_set:s", "roles": [ADMIN, MEMBER], **POINTING, **body}
    response = api.http.post("/role_sets", json=sent)
    assert (response.status_code, tell.codes(response)) == (status, [found])
    assert api.http.get("/role_sets").json()["total_count"] == 1


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        ({"key": "team"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "role_set:default"}, 422, ("form_already_exists", "key")),
        ({"type": "custom"}, 422, ("form_param_value_invalid", "type")),
        ({"default_role_key": "org:x"}, 404, ("resource_not_found", "default_role_key")),
        ({"default_role_key": "org:sales"}, 422, ("form_param_value_invalid", "default_role_key")),
        (
            {"creator_role_key": MEMBER},
            422,
            ("organization_missing_creator_role_permissions", None),
        ),
    ],
)
def test_a_wrong_change_is_named(api, sales, tell, body, status, found):
    made = make_set(api, TEAM)
    path = f"/role_sets/{made['id']}"
    response = api.http.patch(path, json=body)
    assert (response.status_code, tell.codes(response)) == (status, [found])
    assert api.http.get(path).json() == made


def test_a_set_that_is_not_there_is_not_found(api, tell):
    path = "/role_sets/role_set:x"
    replacing = {"role_key": ADMIN, "to_role_key": MEMBER}
    for method, tail, body in (
        ("GET", "", {}),
        ("PATCH", "", {}),
        ("POST", "/roles", {"role_keys": [ADMIN]}),
        ("POST", "/roles/replace", replacing),
        ("POST", "/replace", {"dest_role_set_key": "role_set:default"}),
    ):
        response = api.http.request(method, path + tail, json=body)
        assert (response.status_code, tell.codes(response)) == (404, [("resource_not_found", None)])


def test_sets_are_so_many(open_api, tell):
    api = open_api(max_role_sets=2)
    assert api.http.get(SETTINGS).json()["max_role_sets_allowed"] == 2
    make_set(api, TEAM)
    body = {"name": "S", "roles": [ADMIN, MEMBER], **POINTING}
    response = api.http.post("/role_sets", json=body)
    assert response.status_code == 403
    assert tell.codes(response) == [("organization_instance_role_sets_quota_exceeded", None)]


def test_a_plan_may_lack_a_second_set(open_api, tell):
    api = open_api(unentitled=frozenset({"role_sets"}))
    response = api.http.post("/role_sets", json={})
    assert response.status_code == 402
    assert response.json()["errors"][0]["meta"] == {"unsupported_features": ["role_sets"]}
    make_role(api, "org:sales")
    assert api.make(f"{DEFAULT}/roles", role_keys=["org:sales"])


def test_sets_are_only_read_where_organizations_are_off(open_api, tell):
    api = open_api(organizations=False)
    assert api.http.get("/role_sets").json()["data"] == [api.http.get(DEFAULT).json()]
    for method, path in (
        ("POST", "/role_sets"),
        ("PATCH", DEFAULT),
        ("POST", f"{DEFAULT}/roles"),
        ("POST", f"{DEFAULT}/roles/replace"),
        ("POST", f"{DEFAULT}/replace"),
    ):
        response = api.http.request(method, path, json={})
        assert (response.status_code, tell.codes(response)) == (
            403,
            [("organization_not_enabled_in_instance", None)],
        )


def test_an_account_may_lack_the_lists(open_api, tell):
    (rule,) = example("Roles and role sets")
    api = open_api(faults=(Fault(**rule),))
    for path in ("/organization_roles", "/role_sets", "/organization_permissions"):
        response = api.http.get(path)
        assert (response.status_code, tell.codes(response)) == (404, [("resource_not_found", None)])
    assert api.http.get(DEFAULT).is_success


def test_one_set_is_initial(api):
    team = make_set(api, TEAM)
    assert initial(api) == "role_set:default"
    changed = api.http.patch("/role_sets/role_set:team", json={"type": "initial"}).json()
    assert (changed["type"], initial(api)) == ("initial", "role_set:team")
    assert api.http.get(SETTINGS).json()["initial_role_set_key"] == "role_set:team"
    assert make_set(api, "role_set:other", type="initial")["type"] == "initial"
    assert initial(api) == "role_set:other"
    assert make_set(api, "role_set:more", type="custom")["type"] == "custom"
    api.http._transport.judge = None  # Clerk's document does not have this field
    sent = {"initial_role_set_key": team["key"]}
    assert api.http.patch(SETTINGS, json=sent).json()["initial_role_set_key"] == team["key"]
    assert initial(api) == "role_set:team"
    assert api.http.patch(SETTINGS, json=sent).is_success


def test_the_creator_role_of_the_settings_is_the_initial_sets(api, tell):
    boss = make_boss(api)
    id = api.http.get("/organization_roles?query=org:boss").json()["data"][0]["id"]
    response = api.http.patch(SETTINGS, json={"creator_role_id": id})
    assert (response.status_code, tell.codes(response)) == (404, [("resource_not_found", None)])
    api.make(f"{DEFAULT}/roles", role_keys=[boss])
    assert api.http.patch(SETTINGS, json={"creator_role_id": id}).json()["creator_role"] == boss
    assert api.http.get(DEFAULT).json()["creator_role"]["key"] == boss
    make_set(api, TEAM)
    api.http.patch(DEFAULT, json={"creator_role_key": ADMIN})
    assert api.http.get(SETTINGS).json()["creator_role"] == ADMIN


def test_roles_are_added(api, sales, tell):
    path = f"{DEFAULT}/roles"
    weak, boss = make_role(api, "org:weak")["key"], make_boss(api)
    found = api.clerk.role_sets.add_roles(
        role_set_key_or_id="role_set:default",
        role_keys=["org:sales", boss, boss],
        default_role_key="org:sales",
        creator_role_key=boss,
    )
    assert [one.key for one in found.roles] == [ADMIN, MEMBER, "org:sales", boss]
    assert (found.default_role.key, found.creator_role.key) == ("org:sales", boss)
    for body, status, told in (
        ({"role_keys": []}, 422, ("form_param_value_invalid", "role_keys")),
        ({"role_keys": ["org:x"]}, 404, ("resource_not_found", "role_keys")),
        ({"role_keys": [ADMIN]}, 422, ("form_already_exists", "role_keys")),
        (
            {"role_keys": [weak], "creator_role_key": weak},
            422,
            ("organization_missing_creator_role_permissions", None),
        ),
        (
            {"role_keys": [weak], "default_role_key": "org:x"},
            404,
            ("resource_not_found", "default_role_key"),
        ),
    ):
        response = api.http.post(path, json=body)
        assert (response.status_code, tell.codes(response)) == (status, [told])
    for number in range(7):
        make_role(api, f"org:r{number}")
    many = [f"org:r{number}" for number in range(7)]
    response = api.http.post(path, json={"role_keys": many})
    assert tell.codes(response) == [("form_param_array_size_exceeded", "role_keys")]
    assert len(api.make(path, role_keys=many[:6])["roles"]) == 10
