"""What holds for all organizations, and the roles that it speaks of."""

import pytest
from clerk_backend_api import models

from clerkform.sandbox import create_app
from clerkform.sandbox.state import dump_store


def test_organizations_are_switched_off_and_on_by_the_api(api, tell):
    path = "/instance/organization_settings"
    assert api.http.patch(path, json={"enabled": False}).json()["enabled"] is False
    response = api.http.get("/organizations")
    assert tell.codes(response) == [("organization_not_enabled_in_instance", None)]
    assert api.http.patch(path, json={"enabled": True}).json()["enabled"] is True
    assert api.http.get("/organizations").is_success


def test_organizations_that_are_off_stay_so(open_api, tell):
    api = open_api(organizations=False)
    response = api.http.patch("/instance/organization_settings", json={"enabled": True})
    assert (response.status_code, tell.codes(response)) == (
        403,
        [("organizations_cannot_be_enabled", None)],
    )


@pytest.mark.parametrize("slugs", [True, False])
def test_slugs_are_switched_by_the_api(open_api, slugs):
    api = open_api(slugs=slugs)
    body = {"name": "Acme", "slug": "acme"}
    assert api.http.post("/organizations", json=body).is_success is slugs
    api.http.patch("/instance/organization_settings", json={"slug_disabled": slugs})
    body["slug"] = "acme2"
    assert api.http.post("/organizations", json=body).is_success is not slugs


def test_new_organizations_get_the_settings(api):
    body = {"max_allowed_memberships": 9, "admin_delete_enabled": False}
    api.http.patch("/instance/organization_settings", json=body)
    made = api.make("/organizations", name="Acme")
    assert {name: made[name] for name in body} == body


def roles(api):
    return {r["key"]: r for r in api.http.get("/organization_roles").json()["data"]}


def test_roles_go_in_by_their_ids_and_come_out_by_their_keys(api, tell):
    path = "/instance/organization_settings"
    admin, member = (roles(api)[key]["id"] for key in ("org:admin", "org:member"))
    sent = {"creator_role_id": admin, "domains_default_role_id": admin}
    changed = api.http.patch(path, json=sent).json()
    assert (changed["creator_role"], changed["domains_default_role"]) == ("org:admin",) * 2
    assert not sent.keys() & changed.keys()
    response = api.http.patch(path, json={"creator_role_id": member})
    assert (response.status_code, response.json()["errors"][0]["meta"]) == (
        422,
        {"permissions": ["org:sys_memberships:manage", "org:sys_profile:delete"]},
    )
    assert tell.codes(response) == [("organization_missing_creator_role_permissions", None)]
    assert api.http.get(path).json() == changed


def test_a_selection_of_organizations_wants_some(api, tell):
    path = "/instance/organization_settings"
    api.http._transport.judge = None  # Clerk's document does not have this field
    code = "force_organization_selection_not_allowed_when_organizations_disabled"
    sent = {"enabled": False, "force_organization_selection": True}
    assert tell.codes(api.http.patch(path, json=sent)) == [(code, None)]
    changed = api.http.patch(path, json={"force_organization_selection": True}).json()
    assert (changed["enabled"], changed["force_organization_selection"]) == (True, True)
    assert api.http.get(path).json() == changed


def test_a_part_of_the_creation_defaults_brings_the_others(api, tell):
    path, name = "/instance/organization_settings", "organization_creation_defaults"
    assert name not in api.http.get(path).json()
    api.http._transport.judge = None  # Clerk's document does not have this field
    sent = {"enabled": True, "fallback": {"name": "Acme"}, "colour": {"name": "red"}}
    first = api.http.patch(path, json={name: sent}).json()[name]
    assert (first["enabled"], first["fallback"]) == (True, {"name": "Acme"})
    assert first["organization_name_template"] == {"enabled": False, "template": ""}
    assert "colour" not in first
    assert api.http.patch(path, json={name: {}}).json()[name] == first
    second = api.http.patch(path, json={name: {"detect_from_email_domain": {"enabled": True}}})
    assert second.json()[name] == {**first, "detect_from_email_domain": {"enabled": True}}
    response = api.http.patch(path, json={name: {"fallback": {"name": 1}}})
    assert tell.codes(response) == [("form_param_type_invalid", f"{name}.fallback.name")]


def test_every_enrollment_mode_can_be_sent_and_none_is_an_empty_list(api, tell):
    path, name = "/instance/organization_settings", "domains_enrollment_modes"
    modes = ["manual_invitation", "automatic_invitation", "automatic_suggestion"]
    assert api.http.patch(path, json={name: [*modes, modes[0]]}).json()[name] == modes
    assert tell.codes(api.http.patch(path, json={name: None})) == [("form_param_nil", name)]


def test_the_roles_that_every_instance_has_are_listed(api):
    listed = api.clerk.organization_roles.list(order_by="+key")
    assert [(role.key, role.is_creator_eligible) for role in listed.data] == [
        ("org:admin", True),
        ("org:member", False),
    ]
    admin, member = listed.data
    assert {p.key for p in member.permissions} < {p.key for p in admin.permissions}
    assert {p.type for p in admin.permissions} == {"system"}
    assert api.clerk.organization_roles.list(query="MEMB").data == [member]
    assert api.clerk.organization_roles.list(query=admin.id).total_count == 1
    assert api.clerk.organization_roles.list(order_by="name", limit=1, offset=1).data == [member]
    other = {"Authorization": "Bearer sk_test_other"}
    elsewhere = api.http.get("/organization_roles", headers=other).json()["data"]
    assert not {role["id"] for role in elsewhere} & {admin.id, member.id}


def test_a_seeds_roles_take_the_place_of_those_of_their_keys(api):
    (role,) = (role for key, role in roles(api).items() if key == "org:member")
    own = {"id": "role_" + "0" * 27, "key": "org:member", "name": "Staff"}
    own["permissions"] = role["permissions"][:1]
    sales = {"key": "org:sales", "name": "Sales"}
    app = create_app(seed={"organization_roles": [own, sales]})
    seeded = dump_store(app.state.store)["organization_roles"]
    assert sorted((r["key"], r["name"]) for r in seeded) == [
        ("org:admin", "Admin"),
        ("org:member", "Staff"),
        ("org:sales", "Sales"),
    ]
    staff = next(r for r in seeded if r["key"] == "org:member")
    assert (staff["id"], staff["object"]) == (own["id"], "role")
    assert [p["key"] for p in staff["permissions"]] == [role["permissions"][0]["key"]]


def test_an_instance_that_was_made_without_roles_gets_them(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = open_api(path)
    before = api.http.get("/instance").json()["id"]
    for kind in ("organization_roles", "organization_permissions"):
        api.store.delete_all(kind)
    api.store.close()
    api = open_api(path)
    assert api.http.get("/instance").json()["id"] == before
    assert roles(api).keys() == {"org:admin", "org:member"}
    api.store.close()


def test_a_role_that_is_not_there_is_not_found(api):
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.instance_settings.update_organization_settings(
            request={"creator_role_id": "role_x"}
        )
    assert caught.value.raw_response.status_code == 404
    response = api.http.patch(
        "/instance/organization_settings", json={"domains_enrollment_modes": ["manual"]}
    )
    assert response.status_code == 422
