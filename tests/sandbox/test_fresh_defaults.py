"""Instances as Clerk makes them, where the sandbox is asked for such."""

import pytest

from clerkform.sandbox import Settings, create_app, dump, reset
from clerkform.sandbox.state import dump_store

CONFIG = "http://sandbox.test/_sandbox/config"
ORGANIZATIONS = "/instance/organization_settings"


@pytest.fixture
def fresh(open_api):
    def opened(*args, **knobs):
        api = open_api(*args, fresh_defaults=True, **knobs)
        api.http._transport.judge = None  # organization settings have what no document has
        return api

    return opened


def settings_of(api):
    return {
        "allowed_origins": api.http.get("/instance").json()["allowed_origins"],
        "enabled": api.http.get(ORGANIZATIONS).json()["enabled"],
        "slug_disabled": api.http.get(ORGANIZATIONS).json()["slug_disabled"],
        "domains_enabled": api.http.get(ORGANIZATIONS).json()["domains_enabled"],
        "modes": api.http.get(ORGANIZATIONS).json()["domains_enrollment_modes"],
        "blocked": len(api.http.get("/instance/communication").json()["blocked_country_codes"]),
    }


NEW = {
    "allowed_origins": None,
    "enabled": False,
    "slug_disabled": True,
    "domains_enabled": False,
    "modes": [],
    "blocked": 222,
}
OTHERWISE = {
    "allowed_origins": [],
    "enabled": True,
    "slug_disabled": False,
    "domains_enabled": True,
    "modes": ["automatic_invitation", "automatic_suggestion"],
    "blocked": 0,
}


def test_a_fresh_instance_is_as_clerk_makes_one(fresh, open_api):
    api = fresh()
    assert settings_of(api) == NEW
    assert settings_of(open_api()) == OTHERWISE
    defaults = api.http.get(ORGANIZATIONS).json()["organization_creation_defaults"]
    assert defaults["enabled"] is True
    restrictions = api.http.patch("/instance/restrictions", json={}).json()
    assert {value for name, value in restrictions.items() if name != "object"} == {False}
    assert api.http.get("/organizations").status_code == 403
    assert api.http.get("/organization_roles").json()["total_count"] == 2


def test_what_is_fresh_can_be_changed(fresh):
    api = fresh()
    api.http.patch("/instance", json={"allowed_origins": ["app://a"]})
    api.http.patch(ORGANIZATIONS, json={"enabled": True, "slug_disabled": False})
    api.http.patch("/instance/communication", json={"blocked_country_codes": ["KP"]})
    after = {"allowed_origins": ["app://a"], "enabled": True, "slug_disabled": False, "blocked": 1}
    assert settings_of(api) == {**NEW, **after}
    assert api.make("/organizations", name="Acme", slug="acme")


def test_it_is_about_instances_that_are_made_from_then_on(open_api):
    api = open_api()
    assert settings_of(api) == OTHERWISE
    api.http.post(CONFIG, json={"fresh_defaults": True})
    assert settings_of(api) == OTHERWISE
    api.http.headers["Authorization"] = "Bearer sk_test_other"
    api.http._transport.judge = None
    assert settings_of(api) == NEW


def test_a_seed_has_its_say_over_what_is_fresh_and_a_dump_is_such_a_seed():
    seed = {"organization_settings": {"enabled": True}}
    app = create_app(settings=Settings(fresh_defaults=True), seed=seed)
    found = dump_store(app.state.store)
    assert found["organization_settings"]["enabled"] is True
    assert found["organization_settings"]["slug_disabled"] is True
    again = dump_store(create_app(seed=found).state.store)
    for dumped in (found, again):
        dumped["instance"].pop("id")
    for kind in ("instance", "organization_settings", "communication"):
        assert again[kind] == found[kind]
    assert found["instance"]["allowed_origins"] is None


@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_reset_leaves_the_settings_of_a_new_instance(open_api, tmp_path, is_fresh):
    path = tmp_path / "state.db"
    api = open_api(path)
    id = api.http.get("/instance").json()["id"]
    api.http.patch("/instance", json={"support_email": "a@b.example", "allowed_origins": ["a://b"]})
    api.http.patch("/instance/communication", json={"blocked_country_codes": ["KP"]})
    api.store.close()
    reset(path, fresh_defaults=is_fresh)
    found = dump(path)
    assert (found["instance"]["id"], found["instance"]["support_email"]) == (id, "")
    assert found["instance"]["allowed_origins"] == (None if is_fresh else [])
    assert found["organization_settings"]["enabled"] is not is_fresh
    assert len(found["communication"]["blocked_country_codes"]) == (222 if is_fresh else 0)


def test_a_state_that_is_opened_again_is_not_fresh_again(fresh, tmp_path):
    path = tmp_path / "state.db"
    api = fresh(path)
    api.http.patch(ORGANIZATIONS, json={"enabled": True})
    api.store.close()
    api = fresh(path)
    assert settings_of(api) == {**NEW, "enabled": True}
    api.store.close()
