"""Members who change roles only after some time, by the sandbox's clock."""

from __future__ import annotations

import json

import jwt
import pytest

from clerkform.sandbox import Store, create_app, dump
from clerkform.sandbox.state import dump_store
from tests.sandbox.organization_model import (
    ADMIN,
    MEMBER,
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

CONFIG = "http://sandbox.test/_sandbox/config"


@pytest.fixture
def slow(open_api):
    return prepared(open_api(migration_time=1000))


def busy(api, tell, path, **body):
    method = "PATCH" if path == TEAM else "POST"
    response = api.http.request(method, path, json=body)
    return (response.status_code, tell.codes(response)) == (
        409,
        [("role_migration_in_progress", None)],
    )


def test_members_change_roles_when_the_time_has_come(slow, tell):
    api, began = slow, slow.clock.ms
    migration = replace_role(api).json()["role_set_migration"]
    team = api.http.get(TEAM).json()
    assert migration == team["role_set_migration"]
    assert migration == {
        "object": "role_set_migration",
        "id": migration["id"],
        "organization_id": None,
        "instance_id": api.http.get("/instance").json()["id"],
        "source_role_set_id": team["id"],
        "dest_role_set_id": None,
        "trigger_type": "role_removal",
        "status": "enqueued",
        "migrated_members": 0,
        "mappings": {SALES: MEMBER},
        "started_at": None,
        "completed_at": None,
        "created_at": began,
        "updated_at": began,
    }
    api.wait(500)
    later = {"status": "in_progress", "started_at": began + 500, "updated_at": began + 500}
    assert api.http.get(TEAM).json()["role_set_migration"] == {**migration, **later}
    api.wait(499)
    assert acmes_roles(api) == [ADMIN, SALES, SALES]
    assert [one["key"] for one in api.http.get(TEAM).json()["roles"]] == [ADMIN, MEMBER, SALES]
    api.wait(4001)
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]
    found = api.http.get(TEAM).json()
    assert "role_set_migration" not in found
    assert [one["key"] for one in found["roles"]] == [ADMIN, MEMBER]
    assert found["updated_at"] == began + 1000  # when it was over, not when somebody looked
    assert replace_role(api, ADMIN, MEMBER).status_code == 422


def test_meanwhile_the_sets_concerned_are_not_changed(slow, tell):
    api = slow
    make_set(api, "role_set:other")
    assert retire(api, "role_set:other", {SALES: MEMBER}).is_success
    assert api.http.get(TEAM).json()["role_set_migration"]["trigger_type"] == "role_set_deletion"
    make_role(api, "org:new")
    for path in (TEAM, "/role_sets/role_set:other"):
        assert busy(api, tell, f"{path}/roles", role_keys=["org:new"])
        assert busy(api, tell, f"{path}/roles/replace", role_key=MEMBER, to_role_key=ADMIN)
        assert busy(api, tell, f"{path}/replace", dest_role_set_key="role_set:default")
    assert busy(api, tell, TEAM, type="initial")
    make_set(api, "role_set:more")
    more = "/role_sets/role_set:more/replace"
    assert busy(api, tell, more, dest_role_set_key="role_set:other")
    api.http._transport.judge = None  # Clerk's document does not have this field
    sent = {"initial_role_set_key": "role_set:other"}
    assert api.http.patch(SETTINGS, json=sent).status_code == 409
    api.wait(1000)
    assert acme(api)["role_set_key"] == "role_set:other"
    assert api.http.get(TEAM).status_code == 404
    assert api.http.patch(SETTINGS, json=sent).is_success


def test_the_initial_set_does_not_change_meanwhile_by_other_ways(slow, tell):
    api = slow
    api.http.patch(TEAM, json={"type": "initial"})
    (found,) = api.http.get("/organization_roles?query=org:sales").json()["data"]
    assert replace_role(api, MEMBER, ADMIN).is_success
    body = {"name": "New", "key": "org:new", "include_in_initial_role_set": True}
    for response in (
        api.http.patch(SETTINGS, json={"creator_role_id": found["id"]}),
        api.http.post("/organization_roles", json=body),
    ):
        assert response.status_code == 409
    api.wait(1000)
    assert api.http.get(TEAM).json()["default_role"]["key"] == ADMIN
    assert api.http.patch(SETTINGS, json={"creator_role_id": found["id"]}).is_success


def test_a_new_key_and_new_members_go_along(slow):
    api = slow
    (sales,) = api.http.get("/organization_roles?query=org:sales").json()["data"]
    assert retire(api, mappings={SALES: MEMBER}).is_success
    api.http.patch(f"/organization_roles/{sales['id']}", json={"key": "org:sellers"})
    assert acmes_roles(api) == [ADMIN, "org:sellers", "org:sellers"]
    late = api.make("/organizations", name="Late", role_set_key="role_set:team")
    path = f"/organizations/{late['id']}/memberships"
    api.make(path, user_id=api.user(), role="org:sellers")
    api.wait(1000)
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]
    assert api.http.get(path).json()["data"][0]["role"] == MEMBER


def test_who_got_a_role_meanwhile_that_leads_nowhere_gets_the_default(slow):
    api = slow
    path = f"/organizations/{acme(api)['id']}"
    members = api.http.get(f"{path}/memberships?role={SALES}").json()["data"]
    user = members[0]["public_user_data"]["user_id"]
    (asked,) = api.http.get(f"{path}/invitations").json()["data"]
    api.http.post(f"{path}/invitations/{asked['id']}/revoke", json={})
    api.http.patch(f"{path}/memberships/{user}", json={"role": MEMBER})
    assert retire(api).is_success  # nobody has the role that the other set lacks
    api.http.patch(f"{path}/memberships/{user}", json={"role": SALES})
    api.wait(1000)
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]


def test_reads_that_lag_see_it_after_the_lag(open_api):
    api = prepared(open_api(migration_time=1000, read_lag=500))
    api.wait(500)
    replace_role(api)
    api.wait(1499)
    assert acmes_roles(api) == [ADMIN, SALES, SALES]
    api.wait(1)
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]
    replace_role(api, MEMBER, ADMIN)
    api.wait(9999)  # nobody asked when it was over
    assert acmes_roles(api) == [ADMIN, ADMIN, ADMIN]


def test_it_is_over_for_a_dump_as_well(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = prepared(open_api(path, migration_time=1000))
    replace_role(api)
    under_way = dump_store(api.store)
    assert under_way["role_sets"][-1]["role_set_migration"]["status"] == "enqueued"
    app = create_app(Store(clock=api.clock), seed=json.loads(json.dumps(under_way)))
    api.wait(1000)
    for found in (dump_store(api.store), dump_store(app.state.store), dump(path)):
        assert "role_set_migration" not in found["role_sets"][-1]
        assert {one["role"] for one in found["organization_memberships"]} == {ADMIN, MEMBER}
    api.store.close()


def test_how_long_it_takes_is_changed_while_it_runs(slow):
    api = slow
    assert api.http.post(CONFIG, json={"migration_time": "2s"}).json()["migration_time"] == 2000
    replace_role(api)
    api.http.post("http://sandbox.test/_sandbox/clock", json={"advance": 1999})
    assert acmes_roles(api) == [ADMIN, SALES, SALES]
    api.http.post("http://sandbox.test/_sandbox/clock", json={"advance": 1})
    assert acmes_roles(api) == [ADMIN, MEMBER, MEMBER]
    api.http.post(CONFIG, json={"migration_time": 0})
    replace_role(api, MEMBER, ADMIN)
    assert acmes_roles(api) == [ADMIN, ADMIN, ADMIN]


def test_tokens_have_the_former_role_until_then(slow):
    api = slow
    (member,) = (
        one["public_user_data"]["user_id"]
        for one in api.http.get(f"/organizations/{acme(api)['id']}/memberships").json()["data"]
        if one["role"] == SALES
    )
    session = api.make("/sessions", user_id=member, active_organization_id=acme(api)["id"])["id"]

    def role():
        token = api.make(f"/sessions/{session}/tokens")["jwt"]
        return jwt.decode(token, options={"verify_signature": False})["o"]["rol"]

    assert replace_role(api).is_success
    assert role() == "sales"
    api.wait(1000)
    assert role() == "member"
