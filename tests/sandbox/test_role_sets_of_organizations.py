"""Which roles the members of an organization may have: those of its set."""

from __future__ import annotations

import pytest

from tests.sandbox.organization_model import (
    ADMIN,
    DEFAULT,
    MEMBER,
    SETTINGS,
    make_boss,
    make_role,
    make_set,
    roles_of,
)


@pytest.fixture
def sales(api):
    return make_role(api, "org:sales")


def member(api, organization, role):
    user, path = api.user(), f"/organizations/{organization['id']}/memberships"
    api.make(path, user_id=user, role=role)
    return f"{path}/{user}"


def test_members_are_counted_in_the_organizations_of_a_set(api):
    make_set(api, "role_set:team")
    for key in ("role_set:team", "role_set:default", "role_set:default"):
        api.make("/organizations", name="A", created_by=api.user(), role_set_key=key)
    (admin, staff) = api.http.get(DEFAULT).json()["roles"]
    assert (admin["members_count"], admin["has_members"]) == (2, True)
    assert (staff["members_count"], staff["has_members"]) == (0, False)


def test_a_role_that_is_not_in_the_set_is_given_to_nobody(api, sales, tell):
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    there, path = member(api, acme, MEMBER), f"/organizations/{acme['id']}"
    invitation = {"email_address": "a@x.example", "role": "org:sales"}
    for response in (
        api.http.post(f"{path}/memberships", json={"user_id": api.user(), "role": "org:sales"}),
        api.http.patch(there, json={"role": "org:sales"}),
        api.http.post(f"{path}/invitations", json=invitation),
    ):
        assert (response.status_code, tell.codes(response)) == (
            404,
            [("resource_not_found", "role")],
        )
    api.make(f"{DEFAULT}/roles", role_keys=["org:sales"])
    assert api.http.patch(there, json={"role": "org:sales"}).json()["role"] == "org:sales"
    assert api.http.post(f"{path}/invitations", json=invitation).is_success


def test_an_organization_has_the_initial_set_or_the_one_it_names(api):
    boss = make_boss(api)
    make_set(api, "role_set:team", roles=[boss, MEMBER], creator_role_key=boss)
    acme, beta = (
        api.make("/organizations", name="A", created_by=api.user(), **more)
        for more in ({}, {"role_set_key": "role_set:team"})
    )
    assert (acme["role_set_key"], roles_of(api, acme)) == ("role_set:default", [ADMIN])
    assert (beta["role_set_key"], roles_of(api, beta)) == ("role_set:team", [boss])
    api.http.patch("/role_sets/role_set:team", json={"type": "initial", "key": "role_set:new"})
    last = api.make("/organizations", name="C", created_by=api.user())
    assert (last["role_set_key"], roles_of(api, last)) == ("role_set:new", [boss])
    found = api.http.get(f"/organizations/{beta['id']}").json()
    assert found["role_set_key"] == "role_set:new"


def test_an_organization_changes_sets_with_roles_for_all_members(api, sales, tell):
    api.make(f"{DEFAULT}/roles", role_keys=["org:sales"])
    make_set(api, "role_set:team")
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    path = f"/organizations/{acme['id']}"
    member(api, acme, "org:sales")
    api.make(f"{path}/invitations", email_address="a@x.example", role="org:sales")
    api.http._transport.judge = None  # Clerk's document does not have the mappings
    for mappings, code in (
        (None, "missing"),
        ({}, "missing"),
        ({MEMBER: ADMIN}, "missing"),
        ({"org:sales": "org:x"}, "invalid"),
        ({"org:sales": "org:sales"}, "invalid"),
        ({"org:x": MEMBER, "org:sales": MEMBER}, "invalid"),
    ):
        body = {"role_set_key": "role_set:team", "reassignment_mappings": mappings}
        response = api.http.patch(path, json=body)
        assert response.status_code == 422
        assert tell.codes(response) == [
            (f"organization_role_set_reassignment_mappings_{code}", "reassignment_mappings")
        ]
        assert roles_of(api, acme) == ["org:sales", ADMIN, "org:sales"]
    body["reassignment_mappings"] = {"org:sales": 1}
    assert tell.codes(api.http.patch(path, json=body)) == [
        ("form_param_type_invalid", "reassignment_mappings")
    ]
    body["reassignment_mappings"] = {"org:sales": MEMBER}
    assert api.http.patch(path, json=body).json()["role_set_key"] == "role_set:team"
    assert roles_of(api, acme) == [MEMBER, ADMIN, MEMBER]


def test_a_set_that_an_organization_names_has_to_be_there(api, tell):
    acme = api.make("/organizations", name="Acme")
    response = api.http.patch(f"/organizations/{acme['id']}", json={"role_set_key": "role_set:x"})
    assert tell.codes(response) == [("form_resource_not_found", "role_set_key")]
    api.http._transport.judge = None  # Clerk's document does not have this field
    response = api.http.patch(SETTINGS, json={"initial_role_set_key": "role_set:x"})
    assert tell.codes(response) == [("form_resource_not_found", "initial_role_set_key")]
