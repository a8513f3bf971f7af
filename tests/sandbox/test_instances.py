"""Each secret key is an instance of its own."""

import json

import pytest

from clerkform.sandbox import (
    SandboxError,
    SandboxTransport,
    Settings,
    Store,
    create_app,
    dump,
    read_seed,
    reset,
)
from clerkform.sandbox.serve import serve
from clerkform.sandbox.state import dump_store


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_each_key_has_its_own_objects_and_settings(api):
    ann, bob = bearer("sk_test_ann"), bearer("sk_test_bob")
    body = {"name": "t", "claims": {}}
    made = api.http.post("/jwt_templates", json=body, headers=ann).json()
    assert api.http.get(f"/jwt_templates/{made['id']}", headers=bob).status_code == 404
    assert api.http.get("/jwt_templates", headers=bob).json() == []
    assert api.http.post("/jwt_templates", json=body, headers=bob).is_success
    api.http.patch("/instance/protect", json={"rules_enabled": True}, headers=ann)
    assert api.http.get("/instance/protect", headers=bob).json()["rules_enabled"] is False
    ids = {api.http.get("/instance", headers=who).json()["id"] for who in (ann, bob, ann)}
    assert len(ids) == 2
    hosts = [
        api.http.get("/domains", headers=who).json()["data"][0]["frontend_api_url"]
        for who in (ann, bob)
    ]
    assert hosts == [
        "https://sandbox.clerk.accounts.dev",
        "https://sandbox-2.clerk.accounts.dev",
    ]


def test_each_key_has_its_own_limit(open_api):
    api = open_api(rate_limit=(2, 10))
    ann, bob = bearer("sk_test_ann"), bearer("sk_test_bob")
    statuses = [api.http.get("/instance", headers=who).status_code for who in (ann, ann, ann, bob)]
    assert statuses == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("instance", "key", "requests"),
    [
        ("development", "sk_test_x", 100),
        ("production", "sk_test_x", 1000),
        (None, "sk_live_x", 1000),
    ],
)
def test_the_real_limits_are_those_of_the_environment(open_api, instance, key, requests):
    api = open_api(instance=instance, rate_limit="real", key=key)
    api.http._transport.judge = None
    for _ in range(requests):
        assert api.http.get("/instance").is_success
    assert api.http.get("/instance").headers["Retry-After"] == "10"
    assert api.http.get("/jwks").is_success
    api.wait(10_000)
    assert api.http.get("/instance").is_success


def test_a_user_has_a_limit_of_its_own(open_api):
    api = open_api(rate_limit="real")
    path = f"/users/{api.user()}"
    assert all(api.http.patch(path, json={}).is_success for _ in range(10))
    assert api.http.patch(f"{path}/metadata", json={}).status_code == 429
    assert api.http.get(path).is_success


def test_a_key_may_say_what_kind_of_instance_it_opens(open_api):
    api = open_api(instance=None)
    kinds = {
        key: api.http.get("/instance", headers=bearer(key)).json()["environment_type"]
        for key in ("sk_live_a", "sk_test_b")
    }
    assert kinds == {"sk_live_a": "production", "sk_test_b": "development"}


def test_an_instance_without_a_key_is_not_for_one_of_the_other_kind(open_api, tmp_path):
    open_api(tmp_path / "state.db").store.close()
    api = open_api(tmp_path / "state.db", instance=None)
    live = api.http.get("/instance", headers=bearer("sk_live_a")).json()
    assert live["environment_type"] == "production"
    assert api.http.get("/instance").json()["environment_type"] == "development"
    api.store.close()


def test_a_file_holds_all_of_them_and_no_key(open_api, tmp_path):
    path = tmp_path / "state.db"
    keys = ("sk_test_one_key", "sk_test_another_key")
    ids = []
    for _ in range(2):
        api = open_api(path)
        ids.append([api.http.get("/instance", headers=bearer(k)).json()["id"] for k in keys])
        for key in keys:
            body = {"url": f"app://{key[8:]}/{len(ids)}"}
            api.http.post("/redirect_urls", json=body, headers=bearer(key))
        api.store.close()
    assert ids[0] == ids[1]
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not any(key.encode() in stored for key in keys)
    with pytest.raises(SandboxError, match=rf"{ids[0][0]} \(development\), {ids[0][1]}"):
        dump(path)
    assert len(dump(path, instance=ids[0][1])["redirect_urls"]) == 2
    reset(path)
    for id in ids[0]:
        assert dump(path, instance=id)["redirect_urls"] == []


def test_one_of_the_wrong_kind_is_enough_to_refuse_the_file(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = open_api(path, instance=None)
    api.http.get("/instance", headers=bearer("sk_test_a"))
    api.http.get("/instance", headers=bearer("sk_live_a"))
    api.store.close()
    store = Store(path)
    with pytest.raises(SandboxError, match="production instance"):
        create_app(store, Settings(instance="development"))
    create_app(store, Settings(instance=None))
    store.close()


def test_a_file_of_another_version_is_left_alone(tmp_path):
    path = tmp_path / "state.db"
    store = Store(path)
    store.database.execute("PRAGMA user_version = 1")
    store.close()
    before = path.read_bytes()
    with pytest.raises(SandboxError, match="another version"):
        Store(path)
    assert path.read_bytes() == before


def test_a_dump_is_a_seed(open_api, tmp_path, api):
    user = api.make("/users", email_address=["a@b.example"], username="ann")["id"]
    org = api.make("/organizations", name="Acme", created_by=user)["id"]
    api.make("/api_keys", name="key", subject=org, claims={"a": 1})
    api.make("/jwt_templates", name="t", claims={"a": "{{user.id}}"})
    api.make("/redirect_urls", url="app://x")
    api.make("/allowlist_identifiers", identifier="a@b.example", notify=True)
    api.make("/blocklist_identifiers", identifier="*@*.evil.example")
    api.make("/domains", name="shop.example.net", is_satellite=True)
    api.make("/sessions", user_id=user, active_organization_id=org)
    api.http.patch("/instance/communication", json={"blocked_country_codes": ["CH"]})
    api.http.patch("/instance/organization_settings", json={"slug_disabled": True})
    api.http.patch("/beta_features/instance_settings", json={"restricted_to_allowlist": True})
    first = dump_store(api.store)
    app = create_app(Store(clock=api.clock), seed=json.loads(json.dumps(first)))
    second = dump_store(app.state.store)
    for dumped in (first, second):
        for name in ("instance", "instance_settings"):
            dumped[name].pop("id")
        for name in ("allowlist_identifiers", "blocklist_identifiers"):
            assert dumped[name][0].pop("instance_id").startswith("ins_")
    assert second == first


def test_each_new_instance_starts_with_the_seed(open_api, tmp_path):
    path = tmp_path / "seed.json"
    path.write_text('{"redirect_urls": [{"url": "app://x"}], "instance": null}')
    app = create_app(settings=Settings(instance=None), seed=read_seed(path))
    api = open_api()
    api.http._transport.transport = SandboxTransport(app)
    for key in ("sk_test_a", "sk_live_b"):
        (found,) = api.http.get("/redirect_urls", headers=bearer(key)).json()
        assert found["url"] == "app://x"
        api.http.delete(f"/redirect_urls/{found['id']}", headers=bearer(key))
    assert api.http.get("/redirect_urls", headers=bearer("sk_live_b")).json() == []


@pytest.mark.parametrize("text", ["", "[]", '{"machines": []}', None])
def test_a_file_that_is_no_seed_is_refused_before_it_is_needed(tmp_path, text):
    path = tmp_path / "seed.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SandboxError, match="seed"):
        read_seed(path)
    with pytest.raises(SandboxError, match="seed"):
        serve("127.0.0.1", 0, Settings(), seed=path)
    with pytest.raises(SandboxError, match="seed"):
        create_app(settings=Settings(instance=None), seed={"machines": []})


def seeded(seed):
    return create_app(seed=seed).state.store


def test_a_seed_may_leave_out_what_has_a_default():
    user = "user_" + "0" * 27
    store = seeded(
        {
            "users": [{"id": user, "email_addresses": [{"email_address": "a@b.example"}]}],
            "organizations": [{"name": "Acme"}, {"name": "Acme"}],
            "jwt_templates": [{"name": "t", "claims": {}}],
            "api_keys": [{"name": "key", "subject": user, "secret": "ak_mine"}],
            "domains": [{"name": "Main.example", "is_satellite": False}],
            "protect": {"rules_enabled": True},
        }
    )
    (found,) = store.select("users")
    assert found["primary_email_address_id"] == found["email_addresses"][0]["id"]
    slugs = {o["slug"] for o in store.select("organizations")}
    assert "acme" in slugs
    assert len(slugs) == 2
    assert store.select("jwt_templates")[0]["lifetime"] == 60
    assert store.find_by_secret("api_keys", "ak_mine")["name"] == "key"
    assert [d["name"] for d in store.select("domains")] == ["main.example"]


@pytest.mark.parametrize(
    ("seed", "says"),
    [
        ({"machines": []}, "has `machines`"),
        ({"jwt_templates": {}}, "`jwt_templates` is a list"),
        ({"jwt_templates": [1]}, r"`jwt_templates\[0\]` is an object"),
        ({"jwt_templates": [{"name": "t"}]}, r"`jwt_templates\[0\]` needs `claims`"),
        ({"jwt_templates": [{"name": "t", "claims": []}]}, r"\[0\].claims` is of another type"),
        ({"redirect_urls": [{"url": "a://b", "colour": 1}]}, r"\[0\]` has no `colour`"),
        ({"redirect_urls": [{"url": "a://b", "id": "x"}]}, r"\[0\].id` does not look"),
        ({"redirect_urls": [{"url": "a://b"}] * 2}, r"\[1\].url` is there already"),
        ({"protect": {"rules_enabled": 1}}, "`protect.rules_enabled` is none"),
        ({"protect": []}, "`protect` is an object"),
        ({"users": [{"email_addresses": [{}]}]}, "email_addresses without a value"),
        ({"instance": {"allowed_origins": [1]}}, "`instance.allowed_origins` is a list"),
    ],
)
def test_a_seed_that_is_none_says_where(seed, says):
    with pytest.raises(SandboxError, match=says):
        seeded(seed)
