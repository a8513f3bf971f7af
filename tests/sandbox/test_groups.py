"""A group is one value: whatever the sandbox does for its own, it does for one from outside."""

import ast
import json
from pathlib import Path

import pytest

import clerkform.sandbox
from clerkform.sandbox import (
    ClerkSandbox,
    Fault,
    SandboxError,
    Store,
    create_app,
    dump,
    read_seed,
    reset,
    routes,
)
from clerkform.sandbox.groups import Collection, Group, Groups
from clerkform.sandbox.operation import Operation
from clerkform.sandbox.state import dump_store
from tests.sandbox.made_up_routes import FLEETS, GROUPS, SHIP_YARD

PACKAGE = Path(clerkform.sandbox.__file__).parent
SERVES_ALL = (
    *("app", "body", "control", "database", "fixture", "groups", "instances", "limits", "lists"),
    *("operation", "pages", "router", "seed", "serve", "singletons", "state", "store", "transport"),
)


@pytest.fixture
def api(open_api):
    return open_api(groups=GROUPS)


@pytest.mark.parametrize("module", SERVES_ALL)
def test_what_serves_every_group_names_none(module):
    """But for the instance, which each sandbox has before it has anything."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text())
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    dialects = {"api_keys"} if module == "operation" else set()
    assert texts & set(routes.kinds()) <= {"instance"} | dialects
    names = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    assert not [n.module for n in names if n.module.startswith("clerkform.sandbox.routes.")]


def test_the_apis_own_groups_are_found_and_each_keeps_what_it_says():
    assert {"instance", "organizations", "protect"} <= set(routes.kinds())
    assert len(set(routes.kinds())) == len(routes.kinds())
    assert all(not operation.public for operation in routes.operations())


def test_a_group_from_outside_is_served_beside_the_apis_own(api):
    fleets = [api.make("/fleets", name=name) for name in ("a", "b")]
    secret = fleets[0].pop("signing_secret")
    token = fleets[0].pop("relay.token")
    path = f"/fleets/{fleets[0]['fleet_id']}"
    assert api.http.get(path).json() == fleets[0]
    assert api.http.get(f"{path}/secrets").json() == {
        "signing_secret": secret,
        "relay.token": token,
    }
    page = api.http.get("/fleets?paginated=true&limit=2").json()
    assert ([fleet["name"] for fleet in page["data"]], page["total_count"]) == (["b", "a"], 3)
    rotated = api.make(f"{path}/rotate")
    assert (rotated["relay.token"], rotated["signing_secret"] != secret) == (token, True)
    other = fleets[1]["fleet_id"]
    assert api.make(f"{path}/allies", fleet_id=other)["allies"] == [other]
    assert api.http.delete(f"{path}/allies/{other}").json()["allies"] == []
    ship = api.make(f"{path}/ships", name="x")
    assert api.http.get(f"{path}/ships").json() == [ship]
    assert api.http.get(f"/fleets/{other}/ships").json() == []
    assert api.http.delete(path).json()["deleted"] is True
    assert api.http.get(f"{path}/ships").status_code == 404
    assert api.make("/redirect_urls", url="app://x")
    key = api.http.headers.pop("Authorization")
    assert api.http.get("/fleets").status_code == 401
    api.http.headers["Authorization"] = key


def test_settings_from_outside_are_changed_without_an_answer_or_without_being_read(api):
    answer = api.http.patch("/harbour", json={"depth": 12})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.http.get("/harbour").json() == {"object": "harbour", "depth": 12}
    assert api.http.get("/night_watch").status_code == 405
    url = "http://sandbox.test/harbour_document"
    del api.http.headers["Authorization"]
    for armed in (True, False):
        headers = {"Authorization": f"Bearer {api.key}"}
        assert api.http.patch("/night_watch", json={"armed": armed}, headers=headers).is_success
        assert api.http.get(url).json() == {"harbour": {"night": {"unarmed": not armed}}}


def test_a_dump_of_groups_from_outside_is_a_seed(api):
    made = api.make("/fleets", name="a", relay={"host": "h", "token": "whsec_mine"})
    api.make(f"/fleets/{made['fleet_id']}/ships", name="x")
    api.http.patch("/harbour", json={"depth": 12})
    first = dump_store(api.store, groups=GROUPS)
    assert made["relay"] == {"host": "h"}
    assert "whsec_" not in json.dumps(first)
    assert [fleet["name"] for fleet in first["fleets"]] == ["home", "a"]
    assert first["harbour"] == {"object": "harbour", "depth": 12}
    app = create_app(Store(clock=api.clock), seed=first, groups=GROUPS)
    second = dump_store(app.state.store, groups=GROUPS)
    for name in ("fleets", "ships", "harbour", "night_watch"):
        assert second[name] == first[name]


def test_a_seed_brings_secrets_and_what_it_leaves_out_is_made(tmp_path):
    path = tmp_path / "seed.json"
    path.write_text('{"fleets": [{"name": "a", "relay": {"token": "t", "host": "h"}}]}')
    store = create_app(seed=read_seed(path, groups=GROUPS), groups=GROUPS).state.store
    with pytest.raises(SandboxError, match="has `fleets`"):
        read_seed(path)
    fleet = store.find("fleets", "name", "a")
    assert (fleet["relay"], fleet["flag"], fleet["allies"]) == ({"host": "h"}, "white", [])
    secrets = FLEETS.opened(store.secret("fleets", fleet["fleet_id"]))
    assert secrets["relay.token"] == "t"
    assert secrets["signing_secret"].startswith("whsec_")


@pytest.mark.parametrize(
    ("seed", "says"),
    [
        ({"fleets": [{}]}, r"`fleets\[0\]` needs `name`"),
        ({"fleets": [{"name": "a", "id": "x"}]}, "has no `id`"),
        ({"fleets": [{"name": "a", "created_at": 1}]}, "has no `created_at`"),
        ({"fleets": [{"name": "a", "fleet_id": "x"}]}, "fleet_id` does not look like an id"),
        ({"fleets": [{"name": "a", "relay": {"token": 1}}]}, "relay.token` is of another type"),
        ({"fleets": [{"name": "a"}, {"name": "a"}]}, r"\[1\].name` is there already"),
        ({"ships": [{"name": "x", "fleet_id": "y"}]}, "is of no fleet"),
        ({"harbour": {"depth": True}}, "`harbour.depth` is none"),
        ({"night_watch": {"depth": 1}}, "`night_watch.depth` is none"),
        ({"protect": {"enabled": True}}, "`protect.enabled` is none"),
        ({"instance": {"colour": 1}}, "`instance.colour` is none"),
        ({"api_keys": [{"name": "key", "subject": "x", "secret": 1}]}, "secret` is of another"),
    ],
)
def test_a_seed_is_judged_by_what_its_group_declares(seed, says):
    with pytest.raises(SandboxError, match=says):
        create_app(seed=seed, groups=GROUPS)


def test_a_seeds_objects_find_what_they_belong_to(api):
    made = api.make("/fleets", name="a")
    ship = {"name": "x", "fleet_id": made["fleet_id"]}
    fleet = {"name": "a", "fleet_id": made["fleet_id"]}
    store = create_app(seed={"ships": [ship], "fleets": [fleet]}, groups=GROUPS).state.store
    assert store.count("ships") == 1


def test_a_reset_leaves_what_is_there_from_the_start(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = open_api(path, groups=GROUPS)
    fresh = dump(path, groups=GROUPS)
    assert [fleet["name"] for fleet in fresh["fleets"]] == ["home"]
    api.make(f"/fleets/{api.make('/fleets', name='a')['fleet_id']}/ships", name="x")
    api.http.patch("/harbour", json={"depth": 12})
    assert "fleets" not in dump(path)
    reset(path, groups=GROUPS)
    assert dump(path, groups=GROUPS) == fresh
    api.store.close()


def test_a_seeds_own_takes_the_place_of_what_is_there_from_the_start():
    seed = {"fleets": [{"name": "mine", "is_home": True}, {"name": "home"}]}
    store = create_app(seed=seed, groups=GROUPS).state.store
    assert [fleet["name"] for fleet in store.select("fleets", descending=False)] == ["mine", "home"]


def test_what_depends_on_the_environment_follows_it(api):
    url = "http://sandbox.test/_sandbox/config"
    assert api.http.post(url, json={"instance": "production"}).is_success
    assert [fleet["flag"] for fleet in api.http.get("/fleets").json()] == ["black"]


def test_faults_lag_limits_and_plans_are_for_groups_from_outside_too(open_api):
    broken = Fault("/fleets$", "POST", status=503, times=1)
    api = open_api(
        groups=GROUPS,
        faults=(broken,),
        read_lag=500,
        rate_limit=(50, 10.0),
        unentitled=frozenset({"organizations"}),
    )
    assert api.http.post("/fleets", json={"name": "a"}).status_code == 503
    path = f"/fleets/{api.make('/fleets', name='a')['fleet_id']}"
    assert api.http.get(path).status_code == 404
    api.wait(500)
    assert api.http.get(path).is_success
    sent = [api.http.post(f"{path}/allies", json={"fleet_id": str(n)}) for n in range(3)]
    assert [response.status_code for response in sent] == [200, 200, 429]
    other = f"/fleets/{api.make('/fleets', name='b')['fleet_id']}"
    assert api.http.post(f"{other}/allies", json={"fleet_id": "x"}).is_success
    assert api.http.get(path).json()["allies"] == []
    api.wait(500)
    assert api.http.get(path).json()["allies"] == ["0", "1"]
    assert api.http.get("/fleets").status_code == 402


def test_what_requests_have_in_secret_is_hidden_at_any_depth(api):
    api.make("/fleets", name="a", relay={"host": "h", "token": "mine"})
    api.http.patch("/harbour", json={"pass": [{"word": "mine"}, 1], "password": "mine"})
    response = api.http.get("http://sandbox.test/_sandbox/requests")
    assert "mine" not in response.text
    first, second = (request["body"] for request in response.json())
    assert first["relay"] == {"host": "h", "token": "***"}
    assert second == {"pass": [{"word": "***"}, 1], "password": "***"}


def test_the_fixture_takes_groups_and_dumps_them():
    with ClerkSandbox(groups=GROUPS) as sandbox:
        assert [fleet["name"] for fleet in sandbox.dump()["fleets"]] == ["home"]


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (Group((Operation("GET", "/fleets/{id}", dict),)), r"two groups .* have GET /fleets/{}"),
        (Group((), (Collection("ships", "shp"),)), "have ships"),
        (Group((), (Collection("users", "usr"),)), "have users"),
        (Group((), (Collection("crews", "crw", after=("boats",)),)), "crews come after boats"),
        (Group((), (Collection("crews", "crw", after=("crews",)),)), "cycle"),
    ],
)
def test_groups_that_get_in_each_others_way_are_refused(group, says):
    with pytest.raises(ValueError, match=says):
        create_app(groups=(SHIP_YARD, group))


def test_an_index_is_made_for_what_is_unique_or_looked_up():
    assert set(Groups((SHIP_YARD,)).indexed) == {"name", "fleet_id"}
    store = Store()
    create_app(store, groups=GROUPS)
    create_app(store, groups=GROUPS)
    rows = store.database.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    assert {"objects_fleet_id", "objects_slug", "objects_user_id"} <= {name for (name,) in rows}
