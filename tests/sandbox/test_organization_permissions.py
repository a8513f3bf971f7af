import pytest
from clerk_backend_api import models

PATH = "/organization_permissions"
READ = {"name": "Read invoices", "key": "org:invoices:read"}


def test_a_permission_lives_from_create_to_delete(api):
    permissions = api.clerk.organization_permissions
    made = permissions.create(**READ, description="All of them.")
    assert (made.type, made.description) == ("user", "All of them.")
    assert permissions.get(permission_id=made.id) == made
    assert permissions.list(query=READ["key"]).data == [made]
    api.clock.ms += 5
    changed = permissions.update(permission_id=made.id, name="See invoices")
    assert (changed.name, changed.key, changed.description) == (
        "See invoices",
        made.key,
        made.description,
    )
    assert (changed.created_at, changed.updated_at) == (made.created_at, made.created_at + 5)
    assert permissions.delete(permission_id=made.id).deleted is True
    with pytest.raises(models.ClerkErrors) as caught:
        permissions.get(permission_id=made.id)
    assert caught.value.data.errors[0].code == "resource_not_found"


def codes_of(api, tell, method, path, body=None):
    response = api.http.request(method, path, json=body)
    return response.status_code, tell.codes(response)


def system_ones(api):
    listed = api.http.get(PATH, params={"limit": 500}).json()["data"]
    return [one for one in listed if one["type"] == "system"]


def test_a_system_permission_is_listed_and_cannot_be_modified(api, tell):
    before = system_ones(api)
    assert {one["key"][:8] for one in before} == {"org:sys_"}
    path = f"{PATH}/{before[0]['id']}"
    refused = (403, [("organization_system_permission_not_modifiable", None)])
    assert codes_of(api, tell, "PATCH", path, {"name": "Mine"}) == refused
    assert codes_of(api, tell, "PATCH", path, {"name": 1}) == refused
    assert codes_of(api, tell, "DELETE", path) == refused
    assert system_ones(api) == before


@pytest.mark.parametrize(
    "key",
    ["org:invoices", "org:sys_a:b", "org:A:b", "org:a-b:c", "org::a", "a:b:c", "org:a:b:c", ""],
)
def test_a_key_of_another_form_is_refused(api, tell, key):
    refused = (422, [("form_param_format_invalid", "key")])
    assert codes_of(api, tell, "POST", PATH, {"name": "A", "key": key}) == refused
    made = api.make(PATH, **READ)
    assert codes_of(api, tell, "PATCH", f"{PATH}/{made['id']}", {"key": key}) == refused


def test_a_permission_needs_a_name_and_a_key_and_nothing_is_null(api, tell):
    missing = [("form_param_missing", "name"), ("form_param_missing", "key")]
    assert codes_of(api, tell, "POST", PATH, {}) == (422, missing)
    nothing = {"name": None, "key": None, "description": None}
    made = api.make(PATH, **READ)
    refused = (422, [("form_param_nil", name) for name in nothing])
    assert codes_of(api, tell, "PATCH", f"{PATH}/{made['id']}", nothing) == refused
    assert codes_of(api, tell, "POST", PATH, {**READ, "name": ""}) == (
        422,
        [("form_param_min_length_exceeded", "name")],
    )
    assert api.http.patch(f"{PATH}/{made['id']}", json={}).json() == made


def test_a_key_is_one_permissions_alone(api, tell):
    made, other = api.make(PATH, **READ), api.make(PATH, name="Other", key="org:other:read")
    taken = (422, [("form_already_exists", "key")])
    assert codes_of(api, tell, "POST", PATH, READ) == taken
    path = f"{PATH}/{other['id']}"
    assert codes_of(api, tell, "PATCH", path, {"key": made["key"]}) == taken
    assert api.http.patch(path, json={"key": other["key"]}).is_success


def roles(api):
    listed = api.http.get("/organization_roles", params={"order_by": "+key"}).json()["data"]
    return {role["key"]: [one["key"] for one in role["permissions"]] for role in listed}


@pytest.fixture
def with_role(api):
    """An instance with a role that has a permission of its own between two others."""
    api.make(PATH, **READ)
    held = ["org:sys_memberships:read", READ["key"], "org:sys_billing:read"]
    role = {"object": "role", "id": "role_" + "0" * 27, "name": "Billing", "description": None}
    role |= {"key": "org:billing", "permissions": held, "created_at": 1, "updated_at": 1}
    with api.store.transaction(write=True):
        api.store.insert("organization_roles", role, created_at=1)
    return api


def test_another_key_stays_with_every_role_that_has_it(with_role):
    before = roles(with_role)
    (made,) = with_role.http.get(PATH, params={"query": READ["key"]}).json()["data"]
    changed = with_role.http.patch(f"{PATH}/{made['id']}", json={"key": "org:bills:read"})
    assert changed.is_success
    held = ["org:sys_memberships:read", "org:bills:read", "org:sys_billing:read"]
    assert roles(with_role) == {**before, "org:billing": held}


def test_a_deletion_takes_a_permission_from_every_role_for_good(with_role):
    before = roles(with_role)
    (made,) = with_role.http.get(PATH, params={"query": READ["key"]}).json()["data"]
    assert with_role.http.delete(f"{PATH}/{made['id']}").is_success
    with_role.make(PATH, **READ)
    held = ["org:sys_memberships:read", "org:sys_billing:read"]
    assert roles(with_role) == {**before, "org:billing": held}


@pytest.mark.parametrize("order_by", ["created_at", "+name", "-key"])
def test_the_list_is_walked_page_by_page_in_any_order(api, order_by):
    for n in range(5):
        api.make(PATH, name=f"It {n}", key=f"org:it:{n}")
    whole = api.http.get(PATH, params={"order_by": order_by, "limit": 500}).json()
    found = []
    for offset in range(0, whole["total_count"], 3):
        query = {"order_by": order_by, "limit": 3, "offset": offset}
        page = api.http.get(PATH, params=query).json()
        assert page["total_count"] == whole["total_count"]
        found += page["data"]
    assert found == whole["data"]
    name = order_by.lstrip("+-")
    values = [one[name] for one in found]
    assert values == sorted(values, reverse=order_by.startswith("-"))


def test_the_first_of_an_unordered_list_is_the_newest(api):
    made = api.make(PATH, **READ)
    assert api.http.get(PATH, params={"limit": 1}).json()["data"] == [made]
