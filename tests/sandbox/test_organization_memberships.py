from __future__ import annotations

import pytest
from clerk_backend_api import models

from clerkform.sandbox import SandboxError, Settings, create_app
from clerkform.sandbox.state import dump_store
from clerkform.sandbox.store import Store
from tests.sandbox.organization_model import example

NOBODY = "user_" + "0" * 27


@pytest.fixture
def acme(api):
    """An organization whose only member is its creator."""
    return api.make("/organizations", name="Acme", created_by=api.user())


def path_of(organization, user=None, tail=""):
    path = f"/organizations/{organization['id']}/memberships"
    return f"{path}/{user}{tail}" if user else path


def join(api, organization, user=None, role="org:member", **body):
    user = user or api.user()
    return api.make(path_of(organization), user_id=user, role=role, **body)


def users(api, path, **query):
    response = api.http.get(path, params=query)
    assert response.is_success, response.text
    return [one["public_user_data"]["user_id"] for one in response.json()["data"]]


def test_a_membership_lives_from_create_to_delete(api, acme):
    sdk, user = api.clerk.organization_memberships, api.user()
    made = sdk.create(organization_id=acme["id"], user_id=user, role="org:member")
    assert made.id.startswith("orgmem_")
    assert (made.role, made.role_name, made.public_user_data.user_id) == (
        "org:member",
        "Member",
        user,
    )
    assert made.permissions == ["org:sys_memberships:read", "org:sys_billing:read"]
    assert made.organization.id == acme["id"]
    listed = sdk.list(organization_id=acme["id"])
    assert (listed.data[0], listed.total_count) == (made, 2)
    changed = sdk.update(organization_id=acme["id"], user_id=user, role="org:admin")
    assert (changed.id, changed.role, changed.role_name) == (made.id, "org:admin", "Admin")
    gone = sdk.delete(organization_id=acme["id"], user_id=user)
    assert gone == changed
    assert users(api, path_of(acme)) == [acme["created_by"]]


def test_a_creator_is_a_member_with_the_role_of_creators(api, acme):
    (creator,) = api.http.get(path_of(acme)).json()["data"]
    assert (creator["role"], creator["public_user_data"]["user_id"]) == (
        "org:admin",
        acme["created_by"],
    )
    assert creator["organization"] == acme
    empty = api.make("/organizations", name="Empty")
    assert api.http.get(path_of(empty)).json() == {"data": [], "total_count": 0}


def test_members_are_counted_by_what_there_is(api, acme):
    join(api, acme)
    api.make("/organizations", name="Beta", created_by=api.user())
    query = {"include_members_count": "true", "order_by": "-members_count"}
    listed = api.http.get("/organizations", params=query).json()["data"]
    assert [(one["name"], one["members_count"]) for one in listed] == [("Acme", 2), ("Beta", 1)]
    api.http.delete(path_of(acme, acme["created_by"]))
    one = api.http.get(f"/organizations/{acme['id']}", params=query).json()
    assert one["members_count"] == 2


def test_what_others_see_of_a_member(api, acme):
    user = api.make(
        "/users", username="ann", first_name="Ann", email_address=["Ann@a.example", "b@a.example"]
    )
    data = join(api, acme, user["id"])["public_user_data"]
    assert data == {
        "user_id": user["id"],
        "first_name": "Ann",
        "last_name": None,
        "image_url": user["image_url"],
        "profile_image_url": user["image_url"],
        "has_image": False,
        "username": "ann",
        "banned": False,
        "identifier": "ann@a.example",
    }
    named = api.make("/users", username="bob")["id"]
    assert join(api, acme, named)["public_user_data"]["identifier"] == "bob"
    assert join(api, acme)["public_user_data"]["identifier"] is None


def test_nobody_is_a_member_twice(api, acme, tell):
    again = {"user_id": acme["created_by"], "role": "org:member"}
    response = api.http.post(path_of(acme), json=again)
    assert response.status_code == 400
    assert tell.codes(response) == [("already_a_member_in_organization", None)]
    assert users(api, path_of(acme)) == [acme["created_by"]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"user_id": NOBODY}, ("resource_not_found", None)),
        ({"role": "org:boss"}, ("resource_not_found", "role")),
        ({"role": "admin"}, ("resource_not_found", "role")),
    ],
)
def test_a_user_and_a_role_have_to_be_there(api, acme, tell, body, found):
    body = {"user_id": api.user(), "role": "org:member", **body}
    response = api.http.post(path_of(acme), json=body)
    assert response.status_code == 404
    assert tell.codes(response) == [found]


def test_a_wrong_field_is_named(api, acme, tell):
    response = api.http.post(path_of(acme), json={"role": 1, "public_metadata": []})
    assert response.status_code == 422
    assert tell.codes(response) == [
        ("form_param_missing", "user_id"),
        ("form_param_type_invalid", "role"),
        ("form_param_type_invalid", "public_metadata"),
    ]
    response = api.http.patch(path_of(acme, acme["created_by"]), json={"role": None})
    assert tell.codes(response) == [("form_param_nil", "role")]


@pytest.mark.parametrize(("limit", "full"), [(1, True), (2, False), (0, False)])
def test_an_organization_has_no_more_members_than_it_may(api, tell, limit, full):
    user = api.user()
    acme = api.make("/organizations", name="A", created_by=user, max_allowed_memberships=limit)
    response = api.http.post(path_of(acme), json={"user_id": api.user(), "role": "org:member"})
    assert response.status_code == (403 if full else 200)
    if full:
        assert tell.codes(response) == [("organization_membership_quota_exceeded", None)]
        assert f"your limit of {limit} organization" in response.text


def test_somebody_has_to_be_left_who_may_manage_members(api, acme, tell):
    creator, member = acme["created_by"], api.user()
    join(api, acme, member)
    for response in (
        api.http.delete(path_of(acme, creator)),
        api.http.patch(path_of(acme, creator), json={"role": "org:member"}),
    ):
        assert response.status_code == 400
        assert tell.codes(response) == [("organization_minimum_permissions_needed", None)]
    assert api.http.patch(path_of(acme, creator), json={"role": "org:admin"}).is_success
    assert api.http.patch(path_of(acme, member), json={"role": "org:admin"}).is_success
    assert api.http.patch(path_of(acme, creator), json={"role": "org:member"}).is_success
    assert api.http.delete(path_of(acme, creator)).is_success
    assert users(api, path_of(acme)) == [member]


def test_a_user_who_goes_leaves_every_organization(api, acme):
    member = api.user()
    join(api, acme, member)
    other = api.make("/organizations", name="Beta", created_by=acme["created_by"])
    assert api.http.delete(f"/users/{acme['created_by']}").is_success
    assert users(api, path_of(acme)) == [member]
    assert users(api, path_of(other)) == []
    name = "missing_member_with_elevated_permissions"
    query = {f"include_{name}": "true"}
    assert api.http.get(f"/organizations/{acme['id']}", params=query).json()[name] is True
    assert api.http.patch(path_of(acme, member), json={"role": "org:admin"}).is_success
    assert api.http.get(f"/organizations/{acme['id']}", params=query).json()[name] is False


def test_an_organization_that_goes_takes_its_memberships_along(api, acme):
    other = api.make("/organizations", name="Beta", created_by=acme["created_by"])
    assert api.http.delete(f"/organizations/{acme['id']}").is_success
    assert api.http.get(path_of(acme)).status_code == 404
    assert users(api, "/organization_memberships") == [other["created_by"]]


def test_whoever_is_removed_has_the_organization_active_no_longer(api, acme):
    user = api.user()
    join(api, acme, user)
    made = api.make("/sessions", user_id=user, active_organization_id=acme["id"])
    theirs = api.make("/sessions", user_id=acme["created_by"], active_organization_id=acme["id"])
    assert api.http.delete(path_of(acme, user)).is_success
    left = api.http.get(f"/sessions/{made['id']}").json()
    assert left["last_active_organization_id"] is None
    assert api.http.get(f"/sessions/{theirs['id']}").json() == theirs


def test_metadata_merges_at_every_depth_and_null_removes(api, acme, tell):
    user = api.user()
    made = join(api, acme, user, public_metadata={"a": {"x": 1, "y": 2}}, private_metadata=None)
    assert (made["public_metadata"], made["private_metadata"]) == ({"a": {"x": 1, "y": 2}}, {})
    changed = api.clerk.organization_memberships.update_metadata(
        organization_id=acme["id"],
        user_id=user,
        public_metadata={"a": {"y": None, "z": [1]}},
        private_metadata={"p": 1},
    )
    assert changed.public_metadata == {"a": {"x": 1, "z": [1]}}
    assert changed.private_metadata == {"p": 1}
    path = path_of(acme, user, "/metadata")
    response = api.http.patch(path, json={"role": "org:admin"})
    assert tell.codes(response) == [("form_param_unknown", "role")]
    response = api.http.patch(path, json={"public_metadata": {"b": "x" * 8192}})
    assert tell.codes(response) == [("form_param_exceeds_allowed_size", "public_metadata")]
    assert api.http.get(path_of(acme)).json()["data"][0]["public_metadata"] == {
        "a": {"x": 1, "z": [1]}
    }


def test_a_slug_stands_for_no_id_and_a_stranger_for_no_member(api, acme, tell):
    user = acme["created_by"]
    for path in (
        "/organizations/acme/memberships",
        f"/organizations/acme/memberships/{user}",
        path_of(acme, NOBODY),
        path_of(acme, api.user()),
    ):
        methods = ("GET", "POST") if path.endswith("memberships") else ("PATCH", "DELETE")
        for method in methods:
            body = {"user_id": user, "role": "org:member"}
            response = api.http.request(method, path, json=body)
            assert response.status_code == 404, (method, path)
            assert tell.codes(response)[0][0] == "resource_not_found"
    assert api.http.get(f"/users/{NOBODY}/organization_memberships").status_code == 404


def test_members_are_found_by_who_they_are(api, acme):
    ann = api.make("/users", username="ann", first_name="Ann", email_address=["a@x.example"])["id"]
    bob = api.make("/users", username="bob", phone_number=["+15555550100"])["id"]
    join(api, acme, ann)
    join(api, acme, bob)
    api.make("/organizations", name="Beta", created_by=ann)
    creator = acme["created_by"]

    def found(**query):
        return users(api, path_of(acme), **query)

    assert found() == [bob, ann, creator]
    assert found(limit=1, offset=1) == [ann]
    assert found(user_id=[ann, bob]) == [bob, ann]
    assert found(user_id=f"-{ann}") == [bob, creator]
    assert found(username="bob") == [bob]
    assert found(email_address="A@x.example") == [ann]
    assert found(phone_number="+15555550100") == [bob]
    assert found(role="org:member") == [bob, ann]
    assert found(role=["org:admin", "org:none"]) == [creator]
    assert found(query="A@X.") == [ann]
    assert found(name_query="ANN", role="org:admin") == []
    assert found(created_at_after=api.clock.ms) == []
    assert found(created_at_before=api.clock.ms + 1, username_query="o") == [bob]
    assert found(external_id="nobody", banned="true") == [bob, ann, creator]
    counted = api.http.get(path_of(acme), params={"role": "org:member", "limit": 1}).json()
    assert (len(counted["data"]), counted["total_count"]) == (1, 2)
    assert found(order_by="+username") == [creator, ann, bob]
    assert found(order_by="-username") == [bob, ann, creator]
    assert found(order_by="email_address")[-1] == ann
    assert found(order_by="created_at") == [creator, ann, bob]


@pytest.mark.parametrize(
    "query",
    [{"order_by": "role"}, {"user_id": ["x"] * 101}, {"role": ["x"] * 101}, {"limit": 501}],
)
def test_a_query_has_bounds(api, acme, query):
    assert api.http.get(path_of(acme), params=query).status_code == 422


def test_all_memberships_and_those_of_a_user_are_listed(api, acme):
    user = acme["created_by"]
    beta = api.make("/organizations", name="Beta", created_by=user)
    member = api.user()
    join(api, beta, member)
    assert users(api, "/organization_memberships") == [member, user, user]
    assert users(api, "/organization_memberships", order_by="+created_at", limit=2) == [user, user]
    mine = api.http.get(f"/users/{user}/organization_memberships").json()
    assert [one["organization"]["name"] for one in mine["data"]] == ["Beta", "Acme"]
    assert mine["total_count"] == 2
    of_user = api.http.get("/organizations", params={"user_id": member}).json()["data"]
    assert [one["name"] for one in of_user] == ["Beta"]
    listed = api.http.get("/users", params={"organization_id": f"-{beta['id']}"}).json()
    assert listed == []


def test_writes_are_limited_for_each_membership(open_api):
    api = open_api(rate_limit="real")
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    ann, bob = api.user(), api.user()
    join(api, acme, ann)
    join(api, acme, bob)
    role = {"role": "org:member"}
    sent = [api.http.patch(path_of(acme, ann), json=role).status_code for _ in range(10)]
    assert set(sent) == {200}
    assert api.http.patch(path_of(acme, ann, "/metadata"), json={}).status_code == 429
    assert api.http.patch(path_of(acme, bob), json=role).status_code == 200


def test_reads_may_lag_behind(open_api):
    api = open_api(read_lag=500)
    acme = api.make("/organizations", name="Acme", created_by=api.user())
    api.wait(500)
    ann = api.user()
    join(api, acme, ann)
    query = {"order_by": "username"}
    assert users(api, path_of(acme), **query) == [acme["created_by"]]
    api.wait(500)
    assert users(api, path_of(acme), user_id=ann) == [ann]


SEED = example("Members of organizations")


def seeded(**changed):
    return create_app(Store(), Settings(), seed={**SEED, **changed})


def test_an_organization_with_three_members_is_easily_seeded():
    store = seeded().state.store
    (acme,) = store.select("organizations")
    found = store.select("organization_memberships", descending=False)
    assert [one["role"] for one in found] == ["org:admin", "org:member", "org:member"]
    assert {one["organization_id"] for one in found} == {acme["id"]}
    assert [one["user_id"] for one in found] == [
        user["id"] for user in store.select("users", descending=False)
    ]


@pytest.mark.parametrize(
    ("membership", "says"),
    [
        ({"user_id": "ann"}, "are of the organization None"),
        ({"organization": "beta", "user_id": "ann"}, "are of the organization 'beta'"),
        ({"organization": {"slug": "acme"}, "user_id": "ann"}, "are of the organization None"),
        ({"organization": "acme"}, "are of the user None"),
        ({"organization": "acme", "user_id": "nobody"}, "are of the user 'nobody'"),
        ({"organization": "acme", "user_id": ["ann"]}, r"are of the user \['ann'\]"),
        ({"organization": "acme", "public_user_data": "ann"}, "are of the user None"),
        ({"organization": "acme", "user_id": "ann", "role": "org:boss"}, "no role 'org:boss'"),
        ({"organization": "acme", "user_id": "ann", "role": 1}, "role` is of another type"),
        ({"organization": "acme", "user_id": "ann", "colour": 1}, "has no `colour`"),
    ],
)
def test_a_seeds_membership_is_of_what_is_there(membership, says):
    with pytest.raises(SandboxError, match=says):
        seeded(organization_memberships=[membership])


def test_a_seeds_member_may_be_named_by_an_address_or_by_ids():
    user = {"email_addresses": [{"email_address": "eve@x.example"}]}
    eve = {"user_id": "Eve@x.example", "public_metadata": {"a": 1}}
    named = {"organization": "acme", **eve}
    store = seeded(users=[user], organization_memberships=[named]).state.store
    (found,) = store.select("organization_memberships")
    assert (found["role"], found["public_metadata"]) == ("org:member", {"a": 1})
    dumped = dump_store(store)["organization_memberships"][0]
    assert (dumped["organization"]["slug"], dumped["role_name"]) == ("acme", "Member")
    ids = {"organization": found["organization_id"], "user_id": found["user_id"]}
    users, organizations = store.select("users"), store.select("organizations")
    again = seeded(users=users, organizations=organizations, organization_memberships=[ids])
    (second,) = again.state.store.select("organization_memberships")
    assert (second["organization_id"], second["user_id"]) == (
        found["organization_id"],
        found["user_id"],
    )


def test_a_seed_has_nobody_twice_in_one_organization():
    twice = [{"organization": "acme", "user_id": "ann"}] * 2
    with pytest.raises(SandboxError, match="have 'ann' twice"):
        seeded(organization_memberships=twice)


def test_a_wrong_role_is_told_by_the_sdk(api, acme):
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.organization_memberships.create(
            organization_id=acme["id"], user_id=api.user(), role="boss"
        )
    assert caught.value.data.errors[0].long_message == "Organization role not found"
