"""Roles of organizations: what may be done with them, and what keeps them."""

from __future__ import annotations

import jwt
import pytest
from clerk_backend_api.security.authenticaterequest import _compute_org_permissions

from tests.sandbox.organization_model import DEFAULT, SETTINGS, make_role, permissions

PERMISSIONS = "organization_permissions"
NOBODY = "perm_" + "0" * 27
NEEDED = ["org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete"]


def roles(api):
    return {one["key"]: one for one in api.http.get("/organization_roles").json()["data"]}


def add_to_default(api, *keys, **body):
    return api.make(f"{DEFAULT}/roles", role_keys=list(keys), **body)


def path_of(role, *permission):
    """Of a role, or of the permission of it with this id."""
    path = f"/organization_roles/{role['id']}"
    return "/".join((path, "permissions", *permission)) if permission else path


def keys(role):
    return [one["key"] for one in role["permissions"]]


def test_a_role_lives_from_create_to_delete(api):
    sdk, ids = api.clerk.organization_roles, permissions(api)
    read, manage = (ids[f"org:sys_memberships:{what}"] for what in ("read", "manage"))
    made = sdk.create(name="Sales", key="org:sales", permissions=[manage, read, manage])
    assert made.id.startswith("role_")
    assert (made.name, made.key, made.description, made.is_creator_eligible) == (
        "Sales",
        "org:sales",
        None,
        False,
    )
    assert [one.key for one in made.permissions] == [
        "org:sys_memberships:manage",
        "org:sys_memberships:read",
    ]
    assert sdk.get(organization_role_id=made.id) == made
    changed = sdk.update(organization_role_id=made.id, description="Sells", permissions=[])
    assert (changed.name, changed.description, changed.permissions) == ("Sales", "Sells", [])
    assert sdk.list(query="sales").data == [changed]
    gone = sdk.delete(organization_role_id=made.id)
    assert (gone.object, gone.id, gone.deleted) == ("role", made.id, True)
    assert roles(api).keys() == {"org:admin", "org:member"}


def test_a_null_leaves_a_role_as_it_is(api):
    made = make_role(api, "org:sales", description="d", permissions=list(permissions(api).values()))
    assert made["is_creator_eligible"] is True
    api.wait(5)
    nulls = dict.fromkeys(("name", "key", "description", "permissions"))
    for body in ({}, nulls, {"colour": "red"}):
        changed = api.http.patch(path_of(made), json=body).json()
        assert changed == {**made, "updated_at": made["created_at"] + 5}
    without = make_role(api, "org:other", description=None, permissions=None)
    assert (without["description"], without["permissions"]) == (None, [])


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        ({"name": None}, 422, ("form_param_nil", "name")),
        ({"key": "sales"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "org:Sales"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "org:a:b"}, 422, ("form_param_format_invalid", "key")),
        ({"key": "org:admin"}, 422, ("form_already_exists", "key")),
        ({"permissions": "all"}, 422, ("form_param_type_invalid", "permissions")),
        ({"permissions": [NOBODY]}, 404, ("resource_not_found", None)),
        (
            {"include_in_initial_role_set": 1},
            422,
            ("form_param_type_invalid", "include_in_initial_role_set"),
        ),
        ({"colour": "red"}, 422, ("form_param_unknown", "colour")),
    ],
)
def test_a_wrong_field_is_named(api, tell, body, status, found):
    response = api.http.post("/organization_roles", json={"name": "S", "key": "org:s", **body})
    assert response.status_code == status
    assert tell.codes(response) == [found]
    assert roles(api).keys() == {"org:admin", "org:member"}
    made = make_role(api, "org:mine")
    if not {"colour", "include_in_initial_role_set"} & body.keys() and None not in body.values():
        response = api.http.patch(path_of(made), json=body)
        assert tell.codes(response) == [found]
        assert api.http.get(path_of(made)).json() == made


def test_a_role_that_is_not_there_is_not_found(api, tell):
    made = make_role(api, "org:sales")
    nobody = {"id": "role_x"}
    for method, path in (
        ("GET", path_of(nobody)),
        ("PATCH", path_of(nobody)),
        ("DELETE", path_of(nobody)),
        ("POST", path_of(nobody, NOBODY)),
        ("DELETE", path_of(nobody, NOBODY)),
        ("POST", path_of(made, NOBODY)),
        ("DELETE", path_of(made, NOBODY)),
    ):
        response = api.http.request(method, path, json={})
        assert (response.status_code, tell.codes(response)) == (404, [("resource_not_found", None)])


def test_permissions_are_given_and_taken_one_by_one(api, tell):
    sdk, made = api.clerk.organization_roles, make_role(api, "org:sales")
    key = "org:sys_domains:read"
    id = permissions(api)[key]
    assert tell.codes(api.http.delete(path_of(made, id))) == [
        ("organization_role_permission_association_not_found", None)
    ]
    given = sdk.assign_permission(organization_role_id=made["id"], permission_id=id)
    assert [one.key for one in given.permissions] == [key]
    response = api.http.post(path_of(made, id))
    assert response.status_code == 409
    assert tell.codes(response) == [("organization_role_permission_association_exists", None)]
    taken = sdk.remove_permission(organization_role_id=made["id"], permission_id=id)
    assert taken.permissions == []


def test_a_custom_role_is_one_of_so_many(open_api, tell):
    api = open_api(max_roles=2)
    assert api.http.get(SETTINGS).json()["max_allowed_roles"] == 2
    for key in ("org:a", "org:b"):
        make_role(api, key)
    response = api.http.post("/organization_roles", json={"name": "C", "key": "org:c"})
    assert response.status_code == 403
    assert tell.codes(response) == [("organization_instance_roles_quota_exceeded", None)]
    api.http.delete(path_of(roles(api)["org:a"]))
    assert make_role(api, "org:c")


def test_a_plan_may_lack_custom_roles(open_api, tell):
    api = open_api(unentitled=frozenset({"custom_roles"}))
    response = api.http.post("/organization_roles", json={"name": "S", "key": "org:s"})
    assert response.status_code == 402
    assert response.json()["errors"][0]["meta"] == {"unsupported_features": ["custom_roles"]}
    assert api.http.patch(path_of(roles(api)["org:member"]), json={"name": "M"}).is_success


def test_roles_are_only_read_where_organizations_are_off(open_api, tell):
    api = open_api(organizations=False)
    member = roles(api)["org:member"]
    assert api.http.get(path_of(member)).json() == member
    for method, path in (
        ("POST", "/organization_roles"),
        ("PATCH", path_of(member)),
        ("DELETE", path_of(member)),
        ("POST", path_of(member, NOBODY)),
        ("DELETE", path_of(member, NOBODY)),
    ):
        response = api.http.request(method, path, json={})
        assert (response.status_code, tell.codes(response)) == (
            403,
            [("organization_not_enabled_in_instance", None)],
        )


def test_a_new_role_is_in_the_initial_set_where_it_asks_for_that(api, tell):
    for key, asked in (("org:in", True), ("org:out", False), ("org:null", None)):
        make_role(api, key, include_in_initial_role_set=asked)
    found = api.http.get(DEFAULT).json()
    assert [one["key"] for one in found["roles"]] == ["org:admin", "org:member", "org:in"]


def test_the_initial_set_takes_no_eleventh_role(open_api, tell):
    api = open_api(max_roles=20)
    for number in range(8):
        make_role(api, f"org:r{number}", include_in_initial_role_set=True)
    body = {"name": "X", "key": "org:x", "include_in_initial_role_set": True}
    response = api.http.post("/organization_roles", json=body)
    assert tell.codes(response) == [
        ("form_param_array_size_exceeded", "include_in_initial_role_set")
    ]
    assert "org:x" not in roles(api)


def test_a_role_of_creators_keeps_what_they_need(api, tell):
    admin, ids = roles(api)["org:admin"], permissions(api)
    needed = [ids[key] for key in NEEDED]
    for response in (
        api.http.patch(path_of(admin), json={"permissions": needed[1:]}),
        api.http.delete(path_of(admin, needed[0])),
    ):
        assert response.status_code == 422
        assert tell.codes(response) == [("organization_missing_creator_role_permissions", None)]
        assert response.json()["errors"][0]["meta"] == {"permissions": NEEDED[:1]}
    assert roles(api)["org:admin"] == admin
    assert keys(api.http.patch(path_of(admin), json={"permissions": needed}).json()) == NEEDED


def refusal(api, tell, role):
    response = api.http.delete(path_of(role))
    assert response.status_code == 422
    ((code, _),) = tell.codes(response)
    return code


def test_a_role_in_use_is_not_deleted(api, tell):
    admin, member = roles(api)["org:admin"], roles(api)["org:member"]
    assert refusal(api, tell, admin) == "organization_role_default_creator_role"
    assert refusal(api, tell, member) == "organization_role_domain_default_role"
    sales = make_role(api, "org:sales")
    add_to_default(api, "org:sales")
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    path = f"/organizations/{acme['id']}"
    user = api.user()
    api.make(f"{path}/memberships", user_id=user, role="org:sales")
    assert refusal(api, tell, sales) == "organization_role_assigned_members"
    api.http.delete(f"{path}/memberships/{user}")
    asked = api.make(f"{path}/invitations", email_address="a@x.example", role="org:sales")
    api.make(f"{path}/invitations/{asked['id']}/revoke")
    assert refusal(api, tell, sales) == "organization_role_exists_in_invitations"
    api.http.delete(path)
    assert refusal(api, tell, sales) == "organization_role_exists_in_role_set"
    api.make(f"{DEFAULT}/roles/replace", role_key="org:sales", to_role_key="org:member")
    assert api.http.delete(path_of(sales)).is_success


def test_a_new_key_is_new_for_all_who_name_it(api):
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    path = f"/organizations/{acme['id']}"
    api.make(f"{path}/invitations", email_address="a@x.example", role="org:member")
    for old, new in (("org:member", "org:staff"), ("org:admin", "org:owner")):
        changed = api.http.patch(path_of(roles(api)[old]), json={"key": new}).json()
        assert changed["key"] == new
    settings = api.http.get(SETTINGS).json()
    assert (settings["creator_role"], settings["domains_default_role"]) == (
        "org:owner",
        "org:staff",
    )
    (one,) = api.http.get(f"{path}/memberships").json()["data"]
    assert (one["role"], one["role_name"]) == ("org:owner", "Admin")
    (asked,) = api.http.get(f"{path}/invitations").json()["data"]
    assert (asked["role"], asked["role_name"]) == ("org:staff", "Member")
    found = api.http.get(DEFAULT).json()
    assert [one["key"] for one in found["roles"]] == ["org:owner", "org:staff"]
    assert (found["default_role"]["key"], found["creator_role"]["key"]) == (
        "org:staff",
        "org:owner",
    )


def test_tokens_have_the_permissions_that_a_role_has_now(api):
    own = [f"org:{name}" for name in ("posts:read", "posts:write", "bills:write")]
    ids = [permissions(api)["org:sys_profile:manage"]]
    for number, key in enumerate(own):
        head = {"object": "permission", "id": f"perm_{number:027}", "key": key, "type": "user"}
        more = {"name": key, "description": "", "created_at": 1, "updated_at": 1}
        ids.append(api.store.insert(PERMISSIONS, {**head, **more}, created_at=1)["id"])
    make_role(api, "org:editor", permissions=ids, include_in_initial_role_set=True)
    acme, user = api.make("/organizations", name="Acme")["id"], api.user()
    api.make(f"/organizations/{acme}/memberships", user_id=user, role="org:editor")
    session = api.make("/sessions", user_id=user, active_organization_id=acme)["id"]
    api.make("/jwt_templates", name="t", claims={"may": "{{org_membership.permissions}}"})

    def claims(path=""):
        token = api.make(f"/sessions/{session}/tokens{path}")["jwt"]
        return jwt.decode(token, options={"verify_signature": False})

    assert sorted(_compute_org_permissions(claims())) == sorted(own)
    assert claims()["fea"] == "o:bills,o:posts"
    assert claims("/t")["may"] == sorted([*own, "org:sys_profile:manage"])
    editor = roles(api)["org:editor"]
    ids = {one["key"]: one["id"] for one in editor["permissions"]}
    api.http.delete(path_of(editor, ids["org:posts:write"]))
    assert _compute_org_permissions(claims()) == ["org:bills:write", "org:posts:read"]
    api.http.patch(path_of(editor), json={"permissions": []})
    assert "fea" not in claims()
    assert claims()["o"].keys() == {"id", "slg", "rol"}
    assert claims("/t")["may"] == []


def test_tokens_have_the_keys_of_now(api):
    bills = api.make("/organization_permissions", name="Read bills", key="org:bills:read")["id"]
    role = make_role(api, "org:clerk", permissions=[bills], include_in_initial_role_set=True)
    acme, user = api.make("/organizations", name="Acme")["id"], api.user()
    api.make(f"/organizations/{acme}/memberships", user_id=user, role="org:clerk")
    session = api.make("/sessions", user_id=user, active_organization_id=acme)["id"]
    claims = {
        "role": "{{org.role}}",
        "may": "{{org_membership.permissions}}",
        "all": "{{user.organizations}}",
    }
    api.make("/jwt_templates", name="t", claims=claims)

    def said():
        found = [
            jwt.decode(
                api.make(f"/sessions/{session}/tokens{path}")["jwt"],
                options={"verify_signature": False},
            )
            for path in ("", "/t")
        ]
        return found[0]["o"]["rol"], _compute_org_permissions(found[0]), found[1]

    def is_told(role, *may):
        rol, custom, template = said()
        assert (f"org:{rol}", custom) == (role, [*may])
        assert {name: template[name] for name in claims} == {
            "role": role,
            "may": [*may],
            "all": {acme: role},
        }

    is_told("org:clerk", "org:bills:read")
    path = f"/organization_permissions/{bills}"
    assert api.http.patch(path, json={"key": "org:invoices:see"}).is_success
    assert api.http.patch(path_of(role), json={"key": "org:bookkeeper"}).is_success
    is_told("org:bookkeeper", "org:invoices:see")
    assert api.http.delete(path).is_success
    is_told("org:bookkeeper")
    replaced = {"role_key": "org:bookkeeper", "to_role_key": "org:member"}
    api.make(f"{DEFAULT}/roles/replace", **replaced)
    assert said()[0] == "member"
