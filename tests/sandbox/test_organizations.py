import re

import pytest
from clerk_backend_api import models

from clerkform.sandbox.routes import operations

OF_ORGANIZATIONS = re.compile("/organizations|.*/organization_(memberships|invitations)$")
OLD = {"Clerk-API-Version": "2025-11-10"}
NOBODY = "user_" + "0" * 27


def names(api, **query):
    return [o["name"] for o in api.http.get("/organizations", params=query).json()["data"]]


def test_an_organization_lives_from_create_to_delete(api):
    organizations = api.clerk.organizations
    made = organizations.create(request={"name": "Acme", "slug": "acme"})
    assert made.id.startswith("org_")
    assert (made.name, made.slug, made.max_allowed_memberships) == ("Acme", "acme", 5)
    assert (made.public_metadata, made.private_metadata) == ({}, {})
    assert organizations.get(organization_id=made.id).id == made.id
    assert organizations.get(organization_id="acme").id == made.id
    listed = organizations.list()
    assert ([o.id for o in listed.data], listed.total_count) == ([made.id], 1)
    changed = organizations.update(
        organization_id=made.id, name="Acme Inc", admin_delete_enabled=False
    )
    assert (changed.name, changed.slug, changed.admin_delete_enabled) == ("Acme Inc", "acme", False)
    gone = organizations.delete(organization_id=made.id)
    assert (gone.object, gone.id, gone.slug) == ("organization", made.id, "acme")
    with pytest.raises(models.ClerkErrors) as caught:
        organizations.get(organization_id="acme")
    assert caught.value.data.errors[0].long_message == "Given organization not found."


def test_everything_sent_at_creation_comes_back(api):
    made = api.make(
        "/organizations",
        name="Acme",
        slug="a-1",
        max_allowed_memberships=0,
        created_at="2012-10-20T07:15:20.902Z",
        role_set_key="role_set:default",
        public_metadata={"tier": None, "list": [None]},
        private_metadata={"x": {"y": 1}},
        colour="ignored",
    )
    assert (made["slug"], made["max_allowed_memberships"]) == ("a-1", 0)
    assert made["created_at"] == 1350717320902
    assert made["public_metadata"] == {"tier": None, "list": [None]}
    assert made["private_metadata"] == {"x": {"y": 1}}
    assert not {"colour", "created_by", "members_count"} & made.keys()
    assert api.http.get(f"/organizations/{made['id']}").json() == made


def test_a_null_is_a_default_on_create_and_no_change_on_update(api):
    nulls = dict.fromkeys(("slug", "max_allowed_memberships", "created_at", "role_set_key"))
    made = api.make("/organizations", name="Acme", **nulls, public_metadata=None)
    assert (made["slug"], made["max_allowed_memberships"]) == ("acme", 5)
    assert (made["role_set_key"], made["public_metadata"]) == ("role_set:default", {})
    path = f"/organizations/{made['id']}"
    body = {**nulls, "name": None, "admin_delete_enabled": None}
    assert api.http.patch(path, json=body).json() == made


def test_self_serve_sso_is_answered_once_it_was_set(api):
    made = api.make("/organizations", name="Acme", self_serve_sso_enabled=True)
    assert "self_serve_sso_enabled" not in made
    path = f"/organizations/{made['id']}"
    changed = api.http.patch(path, json={"self_serve_sso_enabled": True}).json()
    assert changed["self_serve_sso_enabled"] is True
    assert api.http.get(path).json() == changed
    assert api.http.patch(path, json={"self_serve_sso_enabled": 1}).status_code == 422


def test_a_creator_is_the_first_member(api):
    user = api.user()
    made = api.make("/organizations", name="Acme", created_by=user)
    api.make("/organizations", name="Zeta")
    assert made["created_by"] == user
    counted = api.http.get("/organizations", params={"include_members_count": "true"}).json()
    assert [o["members_count"] for o in counted["data"]] == [0, 1]
    one = api.http.get(f"/organizations/{made['id']}?include_members_count=true").json()
    assert one["members_count"] == 1
    assert names(api, user_id=user) == ["Acme"]
    assert names(api, user_id=f"-{user}") == ["Zeta"]
    assert names(api, order_by="-members_count") == ["Acme", "Zeta"]


def test_a_creator_has_to_exist(api, tell):
    response = api.http.post("/organizations", json={"name": "Acme", "created_by": NOBODY})
    assert response.status_code == 400
    assert tell.codes(response) == [("organization_creator_not_found", None)]


def test_a_slug_is_made_from_the_name_and_belongs_to_one(api, tell):
    first = api.make("/organizations", name="Ácme & Söhne!")
    assert first["slug"] == "cme-s-hne"
    second = api.make("/organizations", name="Ácme & Söhne!")
    assert second["slug"].startswith("cme-s-hne-")
    assert api.make("/organizations", name="東京")["slug"] == "organization"
    for response in (
        api.http.post("/organizations", json={"name": "x", "slug": first["slug"]}),
        api.http.patch(f"/organizations/{second['id']}", json={"slug": first["slug"]}),
    ):
        assert response.status_code == 422
        assert tell.codes(response) == [("form_identifier_exists", "slug")]
    same = api.http.patch(f"/organizations/{first['id']}", json={"slug": first["slug"]})
    assert same.is_success


def test_slugs_that_are_off_are_made_and_not_taken(open_api, tell):
    api = open_api(slugs=False)
    made = api.make("/organizations", name="Acme", slug=None)
    assert made["slug"] == "acme"
    for response in (
        api.http.post("/organizations", json={"name": "x", "slug": "x"}),
        api.http.patch(f"/organizations/{made['id']}", json={"slug": "x"}),
    ):
        assert response.status_code == 403
        assert tell.codes(response) == [("organization_slugs_disabled", "slug")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", None, "form_param_nil"),
        ("name", " ", "form_param_value_invalid"),
        ("name", "a" * 257, "form_param_max_length_exceeded"),
        ("name", "see https://x.example", "form_param_value_invalid"),
        ("name", "<b>Acme</b>", "form_param_value_invalid"),
        ("slug", "Acme", "form_param_format_invalid"),
        ("slug", "a_b", "form_param_format_invalid"),
        ("max_allowed_memberships", -1, "form_param_value_invalid"),
        ("max_allowed_memberships", 10**30, "form_param_value_too_large"),
        ("created_at", "yesterday", "form_param_format_invalid"),
        ("created_at", "2012-02-31T00:00:00Z", "form_param_format_invalid"),
        ("created_at", "2012-10-20", "form_param_format_invalid"),
        ("created_at", 1350717320902, "form_param_type_invalid"),
        ("role_set_key", "role_set:other", "form_resource_not_found"),
        ("public_metadata", [], "form_param_type_invalid"),
        ("private_metadata", {"x": "y" * 8192}, "form_param_exceeds_allowed_size"),
    ],
)
def test_a_wrong_field_is_named(api, tell, field, value, code):
    response = api.http.post("/organizations", json={"name": "Acme", field: value})
    assert response.status_code == 422
    assert tell.codes(response) == [(code, field)]
    assert names(api) == []


def test_the_newest_come_first_even_of_one_millisecond(api):
    for n in range(12):
        api.make("/organizations", name=f"o{n}")
    assert names(api) == [f"o{n}" for n in range(11, 1, -1)]
    assert names(api, offset=10) == ["o1", "o0"]
    assert names(api, order_by="created_at", limit=500) == [f"o{n}" for n in range(12)]
    assert names(api, order_by="+created_at", limit=2) == ["o0", "o1"]


def test_the_list_is_ordered_by_name_when_asked(api):
    for name in ("b", "c", "a"):
        api.make("/organizations", name=name)
    assert names(api, order_by="name") == ["a", "b", "c"]
    assert names(api, order_by="-name") == ["c", "b", "a"]
    response = api.http.get("/organizations", params={"order_by": "slug"})
    assert response.status_code == 422


def test_the_list_is_narrowed_by_query_and_ids(api):
    a, b, c = (api.make("/organizations", name=n)["id"] for n in ("Acme", "Acme 100%", "Zeta"))
    assert names(api, query="ACME") == ["Acme 100%", "Acme"]
    assert names(api, query="0%") == ["Acme 100%"]
    assert names(api, query="acme-100") == ["Acme 100%"]
    assert names(api, query=c) == ["Zeta"]
    assert names(api, query=c[:-1]) == []
    assert names(api, organization_id=[a, c, "org_x"]) == ["Zeta", "Acme"]
    assert names(api, organization_id=[f"+{a}", b]) == ["Acme 100%", "Acme"]
    assert names(api, organization_id=f"-{b}") == ["Zeta", "Acme"]
    assert api.http.get("/organizations", params={"query": "acme"}).json()["total_count"] == 2
    response = api.http.get("/organizations", params={"organization_id": ["x"] * 101})
    assert response.status_code == 422


def test_metadata_merges_at_every_depth_and_null_removes(api):
    made = api.make(
        "/organizations", name="Acme", public_metadata={"keep": 1, "deep": {"a": 1, "b": [1, 2]}}
    )
    merged = api.clerk.organizations.merge_metadata(
        organization_id=made["id"],
        public_metadata={
            "deep": {"a": None, "b": [None], "c": {"gone": None, "stays": {}}},
            "absent": None,
            "keep": {"now": "an object"},
        },
    )
    assert merged.public_metadata == {
        "keep": {"now": "an object"},
        "deep": {"b": [None], "c": {"stays": {}}},
    }
    assert merged.private_metadata == {}


def test_the_order_of_metadata_keys_is_not_kept(api):
    def order(organization):
        return [list(organization["public_metadata"]), list(organization["public_metadata"]["b"])]

    body = {"public_metadata": {"b": {"d": 1, "c": 2}, "a": 0}}
    made = api.make("/organizations", name="Acme", **body)
    path = f"/organizations/{made['id']}"
    for organization in (
        made,
        api.http.put(f"{path}/metadata", json=body).json(),
        api.http.patch(f"{path}/metadata", json=body).json(),
        api.http.patch(path, json=body, headers=OLD).json(),
    ):
        assert order(organization) == [["a", "b"], ["c", "d"]]


def test_metadata_is_replaced_by_top_level_field(api):
    made = api.make(
        "/organizations", name="Acme", public_metadata={"a": 1}, private_metadata={"b": 2}
    )
    replaced = api.clerk.organizations.replace_metadata(
        organization_id=made["id"], public_metadata={"c": {"d": None}}
    )
    assert (replaced.public_metadata, replaced.private_metadata) == ({"c": {"d": None}}, {"b": 2})
    path = f"/organizations/{made['id']}/metadata"
    assert api.http.put(path, json={"private_metadata": {}}).json()["private_metadata"] == {}
    assert api.http.put(path, json={}).json()["public_metadata"] == {"c": {"d": None}}


def test_merged_metadata_has_a_limit_of_8_kilobytes(api, tell):
    made = api.make("/organizations", name="Acme", public_metadata={"a": "x" * 5000})
    path = f"/organizations/{made['id']}/metadata"
    exactly = {"a": "x" * (8192 - len('{"a":""}'))}
    assert api.http.put(path, json={"private_metadata": exactly}).is_success
    for method, body in (
        ("PATCH", {"public_metadata": {"b": "x" * 5000}}),
        ("PUT", {"public_metadata": {"a": exactly["a"] + "x"}}),
    ):
        response = api.http.request(method, path, json=body)
        assert response.status_code == 422
        code = "form_param_exceeds_allowed_size"
        assert tell.codes(response) == [(code, "public_metadata")]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_metadata_is_an_object_and_nothing_else_is_taken(api, tell, method):
    path = f"/organizations/{api.make('/organizations', name='Acme')['id']}/metadata"
    body = {"public_metadata": None, "name": "x"}
    response = api.http.request(method, path, json=body)
    assert response.status_code == 422
    assert tell.codes(response) == [
        ("form_param_unknown", "name"),
        ("form_param_nil", "public_metadata"),
    ]


def test_an_update_takes_metadata_only_in_older_versions(api, tell):
    made = api.make("/organizations", name="Acme", public_metadata={"a": 1, "b": 2})
    path, body = f"/organizations/{made['id']}", {"public_metadata": {"a": 3}}
    response = api.http.patch(path, json=body)
    assert response.status_code == 422
    assert tell.codes(response) == [("form_param_unknown", "public_metadata")]
    assert api.http.get(path).json() == made
    assert api.http.patch(path, json=body, headers=OLD).json()["public_metadata"] == {"a": 3}
    del api.http.headers["Clerk-API-Version"]
    assert api.http.patch(path, json=body).is_success


@pytest.mark.parametrize(
    ("method", "tail"),
    [("PATCH", ""), ("DELETE", ""), ("PATCH", "/metadata"), ("PUT", "/metadata")],
)
def test_a_slug_stands_for_the_id_in_get_only(api, method, tail):
    api.make("/organizations", name="Acme", slug="acme")
    assert api.http.request(method, f"/organizations/acme{tail}", json={}).status_code == 404
    assert api.http.get("/organizations/acme").is_success


def test_organizations_that_are_off_answer_403(open_api, tell):
    api = open_api(organizations=False)
    about = [operation for operation in operations() if OF_ORGANIZATIONS.match(operation.path)]
    assert len(about) >= 22
    for operation in about:
        path = re.sub(r"\{\w+\}", "x", operation.path)
        response = api.http.request(operation.method, path, json={})
        assert response.status_code == 403
        assert tell.codes(response) == [("organization_not_enabled_in_instance", None)]
    assert api.http.get("/instance/organization_settings").json()["enabled"] is False


def test_deleting_an_organization_takes_the_subject_of_its_keys_away(api):
    made = api.make("/organizations", name="Acme")
    api.make("/api_keys", name="key", subject=made["id"])
    query = {"subject": made["id"]}
    assert api.http.get("/api_keys", params=query).json()["total_count"] == 1
    assert api.http.delete(f"/organizations/{made['id']}").is_success
    assert api.http.get("/api_keys", params=query).status_code == 404


def test_whether_an_admin_is_missing_is_told_on_request(api):
    name = "missing_member_with_elevated_permissions"
    query = {f"include_{name}": "true"}
    owned = api.make("/organizations", name="Acme", created_by=api.user())
    empty = api.make("/organizations", name="Bravo")
    assert name not in api.http.get(f"/organizations/{owned['id']}").json()
    for organization, missing in ((owned, False), (empty, True)):
        path = f"/organizations/{organization['id']}"
        assert api.http.get(path, params=query).json() == {**organization, name: missing}
    listed = api.http.get("/organizations", params=query).json()["data"]
    assert [found[name] for found in listed] == [True, False]
    response = api.http.get("/organizations", params={f"include_{name}": "maybe"})
    assert response.status_code == 422
