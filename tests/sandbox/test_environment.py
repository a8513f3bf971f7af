"""The Frontend API's environment; its document judges every answer."""

import base64

import jsonschema
import pytest

from clerkform.sandbox.frontend import publishable_key
from tests import documents
from tests.sandbox.conftest import Judge
from tests.sandbox.organization_model import make_boss, make_set

HOST = "https://sandbox.clerk.accounts.dev"
PATH = "/v1/environment"
CONFIG = "http://sandbox.test/_sandbox/config"


@pytest.fixture
def anonymous(open_api):
    """A sandbox, and what asks its Frontend API without a key."""

    def opened(host=HOST, **knobs):
        api = open_api(**knobs)
        assert api.http.get("/instance").is_success

        def ask(path=PATH, host=host, **query):
            request = api.http.build_request("GET", f"{host}{path}", params=query)
            del request.headers["Authorization"], request.headers["Clerk-API-Version"]
            return api.http.send(request)

        return api, ask

    return opened


def at(document, path):
    for name in path.split("."):
        document = document[name]
    return document


def test_the_whole_document_is_there_and_nothing_that_clerks_does_not_have(anonymous, judge):
    judge = judge or Judge(documents.need(), documents.need(api="fapi"))
    _, ask = anonymous()
    document = ask().json()
    components = judge.frontend.document["components"]["schemas"]
    assert document.keys() == components["Client.Environment"]["properties"].keys()
    for part in ("auth_config", "display_config", "user_settings", "organization_settings"):
        (name,) = (
            schema["$ref"].rsplit("/", 1)[1]
            for key, schema in components["Client.Environment"]["properties"].items()
            if key == part
        )
        assert document[part].keys() == components[name]["properties"].keys()
    del document["auth_config"]["test_mode"]
    with pytest.raises(jsonschema.ValidationError):
        judge.frontend.check_answer("GET", PATH, 200, document)


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize(
    ("path", "sent", "shown"),
    [
        ("/instance", {"test_mode": True}, {"auth_config.test_mode": True}),
        ("/instance", {"test_mode": False}, {"auth_config.test_mode": False}),
        ("/instance", {"cookieless_dev": False}, {"auth_config.cookieless_dev": False}),
        (
            "/instance",
            {"url_based_session_syncing": False},
            {"auth_config.url_based_session_syncing": False},
        ),
        (
            "/instance",
            {"support_email": "a@b.example"},
            {"display_config.support_email": "a@b.example"},
        ),
        ("/instance", {"support_email": ""}, {"display_config.support_email": None}),
        ("/instance", {"clerk_js_version": "5.1"}, {"display_config.clerk_js_version": "5.1"}),
        ("/instance", {"clerk_js_version": ""}, {"display_config.clerk_js_version": None}),
        (
            "/instance",
            {"preferred_sign_in_strategy_when_password_required": "otp"},
            {"display_config.preferred_sign_in_strategy": "otp"},
        ),
        (
            "/instance",
            {"preferred_sign_in_strategy_when_password_required": ""},
            {"display_config.preferred_sign_in_strategy": "password"},
        ),
        ("/instance", {"hibp": False}, {"user_settings.password_settings.disable_hibp": True}),
        ("/instance", {"hibp": True}, {"user_settings.password_settings.disable_hibp": False}),
        (
            "/beta_features/instance_settings",
            {"test_mode": False, "progressive_sign_up": False},
            {"auth_config.test_mode": False, "user_settings.sign_up.progressive": False},
        ),
        (
            "/beta_features/instance_settings",
            {"restricted_to_allowlist": True},
            {"user_settings.restrictions.allowlist.enabled": True},
        ),
        *(
            (
                "/instance/restrictions",
                {name: True},
                {f"user_settings.restrictions.{name}.enabled": True},
            )
            for name in (
                "allowlist",
                "blocklist",
                "allowlist_blocklist_disabled_on_sign_in",
                "block_email_subaddresses",
                "block_disposable_email_domains",
            )
        ),
        (
            "/instance/organization_settings",
            {
                "enabled": False,
                "max_allowed_memberships": 9,
                "admin_delete_enabled": False,
                "domains_enabled": True,
                "domains_enrollment_modes": ["automatic_suggestion", "manual_invitation"],
                "slug_disabled": True,
            },
            {
                "organization_settings.enabled": False,
                "organization_settings.max_allowed_memberships": 9,
                "organization_settings.actions.admin_delete": False,
                "organization_settings.domains.enabled": True,
                "organization_settings.domains.enrollment_modes": [
                    "automatic_suggestion",
                    "manual_invitation",
                ],
                "organization_settings.slug.disabled": True,
                "organization_settings.creator_role": "org:admin",
            },
        ),
    ],
)
def test_what_the_backend_api_writes_shows(anonymous, environment, path, sent, shown):
    host = HOST if environment == "development" else "https://clerk.sandbox.example.com"
    api, ask = anonymous(host, instance=environment)
    assert api.http.patch(path, json=sent).is_success
    document = ask().json()
    assert {path: at(document, path) for path in shown} == shown
    nulls = dict.fromkeys(sent.keys() - {"domains_enrollment_modes"})
    assert api.http.patch(path, json=nulls).is_success
    assert ask().json() == document


def test_roles_show_by_their_keys(anonymous):
    api, ask = anonymous()
    path = "/instance/organization_settings"
    assert at(ask().json(), "organization_settings.domains.default_role") == "org:member"
    admin = api.http.get("/organization_roles?query=org:admin").json()["data"][0]["id"]
    api.http.patch(path, json={"domains_default_role_id": admin})
    assert at(ask().json(), "organization_settings.domains.default_role") == "org:admin"


def test_the_role_of_creators_is_the_initial_sets_by_the_key_that_it_has_now(anonymous):
    api, ask = anonymous()

    def shown():
        settings = ask().json()["organization_settings"]
        return settings["creator_role"], settings["domains"]["default_role"]

    boss = make_boss(api)
    make_set(api, "role_set:team", boss, creator_role_key=boss)
    assert shown() == ("org:admin", "org:member")
    assert api.http.patch("/role_sets/role_set:team", json={"type": "initial"}).is_success
    assert shown() == (boss, "org:member")
    roles = {one["key"]: one["id"] for one in api.http.get("/organization_roles").json()["data"]}
    for key, new in ((boss, "org:chief"), ("org:member", "org:staff")):
        path = f"/organization_roles/{roles[key]}"
        assert api.http.patch(path, json={"key": new}).is_success
    assert shown() == ("org:chief", "org:staff")


def test_what_is_no_business_of_everybodys_does_not_show(anonymous):
    api, ask = anonymous()
    before = ask().text
    api.http.patch(
        "/instance", json={"allowed_origins": ["app://a"], "development_origin": "app://a"}
    )
    api.http.patch("/instance/communication", json={"blocked_country_codes": ["CH"]})
    api.http.patch("/instance/protect", json={"rules_enabled": True})
    api.http.patch("/instance/oauth_application_settings", json={"pkce_required": True})
    api.make("/allowlist_identifiers", identifier="ann@example.com")
    assert ask().text == before


def test_the_knobs_of_the_dashboard_show(anonymous):
    api, ask = anonymous()
    assert at(ask().json(), "api_keys_settings.enabled") is True
    off = {"api_keys": False, "organizations": False, "slugs": False, "sign_up_mode": "waitlist"}
    api.http.post(CONFIG, json=off)
    document = ask().json()
    assert set(document["api_keys_settings"].values()) == {False}
    assert at(document, "organization_settings.enabled") is False
    assert at(document, "organization_settings.slug.disabled") is True
    assert at(document, "user_settings.sign_up.mode") == "waitlist"


def test_an_instance_is_in_test_mode_from_the_start_in_development_alone(anonymous):
    api, ask = anonymous()
    names = ("test_mode", "cookieless_dev", "url_based_session_syncing")
    config = ask().json()["auth_config"]
    assert {config[name] for name in names} == {True}
    api.http.post(CONFIG, json={"instance": "production"})
    document = ask(host="https://clerk.sandbox.accounts.dev").json()
    assert {document["auth_config"][name] for name in names} == {False}
    assert document["display_config"]["instance_environment_type"] == "production"


def test_each_instance_answers_at_its_own_host(anonymous):
    api, ask = anonymous()
    other = {"Authorization": "Bearer sk_test_other"}
    api.http.patch("/instance", json={"support_email": "other@b.example"}, headers=other)
    (domain,) = api.http.get("/domains", headers=other).json()["data"]
    path = "display_config.support_email"
    assert at(ask(host=domain["frontend_api_url"]).json(), path) == "other@b.example"
    assert at(ask().json(), path) is None
    ids = [api.http.get("/instance", headers=h).json()["id"] for h in ({}, other)]
    hosts = (HOST, domain["frontend_api_url"])
    keys = [ask("/.well-known/jwks.json", host=host).json()["keys"] for host in hosts]
    assert [[key["kid"] for key in one] for one in keys] == [ids[:1], ids[1:]]
    assert keys[1] == api.http.get("/jwks", headers=other).json()["keys"]


def test_a_publishable_key_names_its_instance_where_the_host_is_this_machine(anonymous):
    api, ask = anonymous()
    here = "http://127.0.0.1:4010"
    key = publishable_key(api.store)
    assert base64.b64decode(key.removeprefix("pk_test_") + "==") == b"sandbox.clerk.accounts.dev$"
    for spelt in (key, f"{key}="):
        assert ask(host=here, publishable_key=spelt).json() == ask().json()
    assert len(ask("/.well-known/jwks.json", host=here, publishable_key=key).json()["keys"]) == 1
    for odd in (key.replace("test", "live"), key[:-2], "pk_test_", "x"):
        assert ask(host=here, publishable_key=odd).status_code == 400
    assert ask(host="https://evil.example", publishable_key=key).status_code == 400


@pytest.mark.parametrize(
    "host",
    ["http://localhost:4010", "https://clerk.accounts.dev", "https://x.sandbox.clerk.accounts.dev"],
)
def test_a_request_that_names_no_instance_is_told_so(anonymous, tell, host):
    _, ask = anonymous()
    response = ask(host=host)
    assert (response.status_code, tell.codes(response)) == (400, [("host_invalid", None)])


def test_behind_a_proxy_it_is_below_the_proxys_path(anonymous):
    api, ask = anonymous("https://clerk.sandbox.example.com", instance="production")
    (domain,) = api.http.get("/domains").json()["data"]
    before = ask().json()
    proxy = "https://www.example.com/__clerk"
    changed = api.http.patch(f"/domains/{domain['id']}", json={"proxy_url": proxy}).json()
    assert changed["frontend_api_url"] == proxy
    assert ask(f"/__clerk{PATH}", host="https://www.example.com").json() == before
    jwks = ask("/__clerk/.well-known/jwks.json", host="https://www.example.com").json()
    assert jwks == api.http.get("/jwks").json()
    for path in (PATH, f"/other{PATH}", "/__clerk/v1/instance", "/__clerk"):
        assert ask(path, host="https://www.example.com").status_code == 401, "the key is missing"
    assert ask().status_code == 400, "the host that it had has no instance any more"
    key = publishable_key(api.store)
    assert ask(host="http://localhost", publishable_key=key).json() == before


def test_it_counts_against_no_rate_limit(anonymous):
    _, ask = anonymous(rate_limit=(1, 10))
    assert [ask().status_code for _ in range(3)] == [200] * 3


def test_a_fault_breaks_it_as_any_other_path(anonymous, tell):
    api, ask = anonymous()
    whole = ask()
    other = whole.text.replace('"test_mode":true', '"test_mode":false')
    rules = [
        {"path": "/environment$", "status": 503, "times": 1},
        {"path": "/environment$", "drop": "auth_config.test_mode", "times": 1},
        {"path": "/environment$", "status": 200, "body": other, "times": 1},
    ]
    api.http.post(CONFIG, json={"faults": rules})
    assert ask().status_code == 503
    api.http._transport.judge = None
    assert "test_mode" not in ask().json()["auth_config"]
    assert ask().json()["auth_config"]["test_mode"] is False
    assert ask().json() == whole.json()
