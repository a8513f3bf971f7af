"""Roles and role sets in a seed, in a dump and after a reset."""

from __future__ import annotations

import json

import pytest

from clerkform.sandbox import SandboxError, Store, create_app, dump, reset
from clerkform.sandbox.state import dump_store
from tests.sandbox.organization_model import (
    ADMIN,
    MEMBER,
    POINTING,
    make_role,
    make_set,
    permissions,
)

TEAM = {"name": "Team", "key": "role_set:team", "roles": [ADMIN, MEMBER], **POINTING}


def test_a_dump_of_role_sets_is_a_seed(api):
    make_set(api, "role_set:team", make_role(api, "org:sales")["key"], type="initial")
    api.make("/organizations", name="Acme", created_by=api.user())
    first = dump_store(api.store)
    app = create_app(Store(clock=api.clock), seed=json.loads(json.dumps(first)))
    second = dump_store(app.state.store)
    for name in ("role_sets", "organizations", "organization_settings"):
        assert second[name] == first[name]


def test_a_seeds_initial_set_takes_the_place_of_the_first_one():
    seed = {"role_sets": [{**TEAM, "type": "initial"}], "organizations": [{"name": "Acme"}]}
    found = dump_store(create_app(seed=seed).state.store)
    assert [one["key"] for one in found["role_sets"]] == ["role_set:team"]
    assert found["organizations"][0]["role_set_key"] == "role_set:team"
    found = dump_store(create_app(seed={"role_sets": [TEAM]}).state.store)
    assert [one["type"] for one in found["role_sets"]] == ["initial", "custom"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"roles": [ADMIN, "org:x"]}, "no role 'org:x' to put into role_set:team"),
        ({"roles": [ADMIN, {"key": 1}]}, "no role 1 to put"),
        ({"roles": []}, "1 to 10 roles each"),
        ({"roles": "org:admin"}, "roles` is of another type"),
        ({"default_role_key": "org:x"}, "a `default_role_key` for role_set:team"),
        ({"creator_role_key": None}, "a `creator_role_key` for role_set:team"),
        ({"type": "primary"}, "a `type` that is none: 'primary'"),
        ({"key": "role_set:default"}, "key` is there already"),
        ({"role_set_migration": {"id": "x"}}, "a migration of no `created_at`"),
        ({"colour": 1}, "has no `colour`"),
    ],
)
def test_a_seeds_role_set_is_judged(changed, says):
    with pytest.raises(SandboxError, match=says):
        create_app(seed={"role_sets": [{**TEAM, **changed}]})


def test_a_seed_has_one_initial_set_and_organizations_of_sets_that_are_there():
    two = [{**TEAM, "key": f"role_set:{name}", "type": "initial"} for name in "ab"]
    with pytest.raises(SandboxError, match=r"role_sets\[1\]` is a second one"):
        create_app(seed={"role_sets": two})
    for key in ("role_set:x", 1, ["x"]):
        with pytest.raises(SandboxError, match="a `role_set_key` that is none"):
            create_app(seed={"organizations": [{"name": "Acme", "role_set_key": key}]})


def roles(api):
    return {one["key"]: one for one in api.http.get("/organization_roles").json()["data"]}


def test_a_dump_of_roles_is_a_seed(api):
    make_role(
        api,
        "org:sales",
        permissions=list(permissions(api).values())[:2],
        include_in_initial_role_set=True,
    )
    first = dump_store(api.store)
    app = create_app(Store(clock=api.clock), seed=json.loads(json.dumps(first)))
    second = dump_store(app.state.store)
    for name in ("organization_roles", "role_sets", "organization_settings"):
        assert second[name] == first[name]


def test_a_seeds_members_have_roles_of_their_set():
    seed = {
        "organization_roles": [{"name": "Sales", "key": "org:sales"}],
        "organizations": [{"name": "Acme", "slug": "acme"}],
        "users": [{"username": "ann"}],
        "organization_memberships": [
            {"organization": "acme", "user_id": "ann", "role": "org:sales"}
        ],
    }
    with pytest.raises(SandboxError, match=r"no role 'org:sales' to give: .* role_set:default"):
        create_app(seed=seed)
    primary = {"name": "Primary", "key": "role_set:default", "type": "initial", **POINTING}
    primary["roles"] = ["org:admin", "org:member", "org:sales"]
    store = create_app(seed={**seed, "role_sets": [primary]}).state.store
    assert dump_store(store)["organization_memberships"][0]["role_name"] == "Sales"


def test_a_reset_takes_changes_of_roles_back(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = open_api(path)
    fresh = dump(path)
    found = roles(api)
    make_role(api, "org:sales", include_in_initial_role_set=True)
    api.http.patch(
        f"/organization_roles/{found['org:member']['id']}",
        json={"name": "Staff", "permissions": []},
    )
    api.http.patch(f"/organization_roles/{found['org:admin']['id']}", json={"key": "org:owner"})
    other = {"name": "Other", "key": "role_set:other", "roles": ["org:owner", "org:member"]}
    pointing = {"default_role_key": "org:member", "creator_role_key": "org:owner"}
    api.make("/role_sets", **other, **pointing, type="initial")
    reset(path)
    left = dump(path)

    def shown(dumped):
        own = [
            {**one, "permissions": sorted(held["key"] for held in one["permissions"])}
            for one in dumped["organization_roles"]
        ]
        sets = [
            {**one, "roles": [role["key"] for role in one["roles"]]} for one in dumped["role_sets"]
        ]
        unlike = ("id", "created_at", "updated_at", "default_role", "creator_role")
        shown = [{n: one[n] for n in one if n not in unlike} for one in (*own, *sets)]
        return sorted(shown, key=lambda one: one["key"])

    assert shown(left) == shown(fresh)
    assert left["organization_settings"] == fresh["organization_settings"]
    api.store.close()
