"""A role that leaves a set, and a set that goes: its members change along."""

from __future__ import annotations

import pytest

from tests.sandbox.organization_model import (
    ADMIN,
    MEMBER,
    POINTING,
    SALES,
    SETTINGS,
    TEAM,
    acme,
    acmes_roles,
    make_role,
    make_set,
    prepared,
    replace_role,
    retire,
)


@pytest.fixture
def api(open_api):
    return prepared(open_api())


def test_who_has_a_role_that_leaves_a_set_has_the_other(api):
    beta = api.make("/organizations", name="Beta", created_by=api.user())
    api.make("/role_sets/role_set:default/roles", role_keys=[SALES])
    path = f"/organizations/{beta['id']}/memberships"
    api.make(path, user_id=api.user(), role=SALES)
    found = api.clerk.role_sets.replace_role(
        role_set_key_or_id="role_set:team", role_key=SALES, to_role_key=MEMBER
    )
    assert [one.key for one in found.roles] == [ADMIN, MEMBER]
    assert [one.members_count for one in found.roles] == [1, 1]
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]
    assert api.http.get(path).json()["data"][0]["role"] == SALES


def test_what_replaces_the_default_and_the_creator_role_is_it(api, tell):
    for name in POINTING:
        api.http.patch(TEAM, json={name: SALES})
    response = replace_role(api, SALES, MEMBER)
    assert (response.status_code, tell.codes(response)) == (
        422,
        [("organization_missing_creator_role_permissions", None)],
    )
    found = replace_role(api, SALES, ADMIN).json()
    assert (found["default_role"]["key"], found["creator_role"]["key"]) == (ADMIN, ADMIN)


def test_the_settings_follow_the_creator_role_of_the_initial_set(api):
    api.http.patch(TEAM, json={"type": "initial"})
    assert replace_role(api, ADMIN, SALES).is_success
    assert api.http.get(SETTINGS).json()["creator_role"] == SALES


@pytest.mark.parametrize(
    ("old", "new", "status", "found"),
    [
        ("org:x", MEMBER, 404, ("resource_not_found", None)),
        (SALES, "org:x", 404, ("resource_not_found", "to_role_key")),
        (SALES, SALES, 422, ("form_param_value_invalid", "to_role_key")),
        (SALES, "org:other", 422, ("form_param_value_invalid", "to_role_key")),
        (SALES, None, 422, ("form_param_nil", "to_role_key")),
    ],
)
def test_a_role_is_replaced_by_another_of_the_set(api, tell, old, new, status, found):
    make_role(api, "org:other")
    response = replace_role(api, old, new)
    assert (response.status_code, tell.codes(response)) == (status, [found])
    assert acmes_roles(api) == [ADMIN, SALES, SALES]


def test_a_set_that_goes_moves_its_organizations(api):
    id = api.http.get(TEAM).json()["id"]
    gone = api.clerk.role_sets.replace(
        role_set_key_or_id=id,
        dest_role_set_key="role_set:default",
        reassignment_mappings={SALES: MEMBER},
    )
    assert (gone.object, gone.id, gone.deleted) == ("role_set", id, True)
    assert api.http.get(TEAM).status_code == 404
    assert acme(api)["role_set_key"] == "role_set:default"
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]


def test_roles_that_the_other_set_has_stay_unless_mappings_say_otherwise(api):
    make_set(api, "role_set:other", SALES)
    assert retire(api, "role_set:other", {ADMIN: SALES}).is_success
    assert acmes_roles(api) == [SALES, SALES, SALES]
    assert acme(api)["role_set_key"] == "role_set:other"


@pytest.mark.parametrize(
    ("to", "mappings", "status", "found"),
    [
        ("role_set:x", None, 404, ("resource_not_found", None)),
        ("role_set:team", None, 422, ("form_param_value_invalid", "dest_role_set_key")),
        *(
            (
                "role_set:default",
                mappings,
                422,
                (f"organization_role_set_reassignment_mappings_{code}", "reassignment_mappings"),
            )
            for mappings, code in (
                (None, "missing"),
                ({}, "missing"),
                ({SALES: "org:x"}, "invalid"),
                ({SALES: SALES}, "invalid"),
                ({SALES: MEMBER, "org:x": MEMBER}, "invalid"),
            )
        ),
        (
            "role_set:default",
            {SALES: 1},
            422,
            ("form_param_type_invalid", "reassignment_mappings"),
        ),
    ],
)
def test_a_set_goes_only_where_its_members_can(api, tell, to, mappings, status, found):
    response = retire(api, to, mappings)
    assert (response.status_code, tell.codes(response)) == (status, [found])
    assert acme(api)["role_set_key"] == "role_set:team"


def test_the_initial_set_stays(api, tell):
    body = {"dest_role_set_key": "role_set:team"}
    response = api.http.post("/role_sets/role_set:default/replace", json=body)
    assert (response.status_code, tell.codes(response)) == (
        403,
        [("cannot_delete_initial_role_set", None)],
    )
