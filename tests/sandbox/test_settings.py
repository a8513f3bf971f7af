"""The instance's settings, which there is one of each."""

import pytest
from clerk_backend_api import models

from clerkform.sandbox import Contradictions

GROUPS = {
    "/instance/restrictions": {"allowlist": True, "block_email_subaddresses": True},
    "/instance/communication": {"blocked_country_codes": ["CH", "AT"]},
    "/instance/protect": {"rules_enabled": True, "specter_enabled": True},
    "/instance/oauth_application_settings": {
        "dynamic_oauth_client_registration": True,
        "default_scopes": ["openid", "email"],
    },
    "/instance/organization_settings": {
        "max_allowed_memberships": 9,
        "admin_delete_enabled": False,
        "domains_enabled": True,
        "domains_enrollment_modes": ["automatic_invitation"],
    },
    "/beta_features/instance_settings": {"from_email_address": "hello2"},
}
READABLE = [path for path in GROUPS if path not in list(GROUPS)[:1] + list(GROUPS)[-1:]]


@pytest.mark.parametrize("path", GROUPS)
def test_a_patch_changes_what_it_names_and_an_empty_one_reads(api, path):
    before = api.http.patch(path, json={}).json()
    sent = GROUPS[path]
    after = api.http.patch(path, json=sent).json()
    assert after == {**before, **sent}
    nulls = api.http.patch(path, json=dict.fromkeys(sent.keys() - {"default_scopes"}))
    assert nulls.json() == after
    assert api.http.patch(path).json() == after  # the document demands no body either
    dropped = api.http.patch(path, json={"colour": "red"})
    assert (dropped.status_code, dropped.json()) == (200, after)


@pytest.mark.parametrize("path", READABLE)
def test_what_can_be_read_is_what_was_answered(api, path):
    answer = api.http.patch(path, json=GROUPS[path]).json()
    assert api.http.get(path).json() == answer


@pytest.mark.parametrize("path", ["/instance/restrictions", "/beta_features/instance_settings"])
def test_what_cannot_be_read_is_no_operation(api, path):
    assert api.http.get(path).status_code == 501


def test_the_instance_takes_much_and_shows_its_origins_only(api, tell):
    body = {
        "test_mode": False,
        "hibp": True,
        "support_email": "help@acme.example",
        "clerk_js_version": "",
        "development_origin": "http://localhost:3000",
        "allowed_origins": ["chrome-extension://abc", "https://a.example:8443"],
        "preferred_sign_in_strategy_when_password_required": "otp",
        "colour": "red",
    }
    before = api.http.get("/instance").json()
    answer = api.http.patch("/instance", json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    after = {**before, "allowed_origins": body["allowed_origins"]}
    assert api.http.get("/instance").json() == after
    for unchanged in ({}, {"allowed_origins": None}, {"allowed_origins": []}):
        assert api.http.patch("/instance", json=unchanged).status_code == 204
        assert api.http.get("/instance").json() == after
    assert api.clerk.instance_settings.update(request={"hibp": False}) is None


def test_empty_origins_may_clear_them(open_api):
    api = open_api(contradictions=Contradictions(allowed_origins_empty="clears"))
    api.http.patch("/instance", json={"allowed_origins": ["https://a.example"]})
    api.http.patch("/instance", json={"allowed_origins": []})
    assert api.http.get("/instance").json()["allowed_origins"] == []


@pytest.mark.parametrize(
    "origin", ["a.example", "https://a.example/", "https://", "https://[::1", ""]
)
def test_an_origin_has_a_scheme_and_a_host_and_no_path(api, tell, origin):
    response = api.http.patch("/instance", json={"allowed_origins": [origin]})
    assert (response.status_code, tell.codes(response)) == (
        422,
        [("form_invalid_origin", "allowed_origins")],
    )


def test_the_beta_allowlist_is_the_restrictions_one(api):
    beta = api.clerk.beta_features.update_instance_settings(
        request={"restricted_to_allowlist": True}
    )
    assert beta.restricted_to_allowlist is True
    assert api.clerk.instance_settings.update_restrictions(request={}).allowlist is True
    api.http.patch("/instance/restrictions", json={"allowlist": False})
    answer = api.http.patch("/beta_features/instance_settings", json={}).json()
    assert answer["restricted_to_allowlist"] is False
    assert answer["id"] == api.http.get("/instance").json()["id"]


def test_countries_are_replaced_whole_and_unknown_ones_dropped(api, tell):
    path = "/instance/communication"

    def patch(codes):
        return api.http.patch(path, json={"blocked_country_codes": codes})

    assert patch(["CH", "ZZ", "AT"]).json()["blocked_country_codes"] == ["CH", "AT"]
    assert patch(["DE"]).json()["blocked_country_codes"] == ["DE"]
    assert patch([]).json()["blocked_country_codes"] == []
    name = "blocked_country_codes"
    assert tell.codes(patch(["ch"])) == [("form_param_format_invalid", name)]
    assert tell.codes(patch(["CH", "CH"])) == [("form_param_duplicate", name)]
    assert tell.codes(patch(["CH"] * 251)) == [("form_param_array_size_exceeded", name)]


def test_null_scopes_are_the_default_ones(api):
    path = "/instance/oauth_application_settings"
    default = api.http.get(path).json()["default_scopes"]
    changed = api.http.patch(path, json={"default_scopes": ["b", "a", "b"]}).json()
    assert changed["default_scopes"] == ["b", "a"]
    assert api.http.patch(path, json={"default_scopes": None}).json()["default_scopes"] == default


def test_organizations_are_switched_off_and_on_by_the_api(api, tell):
    path = "/instance/organization_settings"
    assert api.http.patch(path, json={"enabled": False}).json()["enabled"] is False
    response = api.http.get("/organizations")
    assert tell.codes(response) == [("organization_not_enabled_in_instance", None)]
    assert api.http.patch(path, json={"enabled": True}).json()["enabled"] is True
    assert api.http.get("/organizations").is_success


def test_organizations_that_are_off_stay_so(open_api, tell):
    api = open_api(organizations=False)
    response = api.http.patch("/instance/organization_settings", json={"enabled": True})
    assert (response.status_code, tell.codes(response)) == (
        403,
        [("organizations_cannot_be_enabled", None)],
    )


@pytest.mark.parametrize("slugs", [True, False])
def test_slugs_are_switched_by_the_api(open_api, slugs):
    api = open_api(slugs=slugs)
    body = {"name": "Acme", "slug": "acme"}
    assert api.http.post("/organizations", json=body).is_success is slugs
    api.http.patch("/instance/organization_settings", json={"slug_disabled": slugs})
    body["slug"] = "acme2"
    assert api.http.post("/organizations", json=body).is_success is not slugs


def test_new_organizations_get_the_settings(api):
    body = {"max_allowed_memberships": 9, "admin_delete_enabled": False}
    api.http.patch("/instance/organization_settings", json=body)
    made = api.make("/organizations", name="Acme")
    assert {name: made[name] for name in body} == body


def test_a_role_that_is_not_there_is_not_found(api):
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.instance_settings.update_organization_settings(
            request={"creator_role_id": "role_x"}
        )
    assert caught.value.raw_response.status_code == 404
    response = api.http.patch(
        "/instance/organization_settings", json={"domains_enrollment_modes": ["manual"]}
    )
    assert response.status_code == 422


@pytest.mark.parametrize("path", ["/instance/restrictions", "/beta_features/instance_settings"])
def test_a_plan_without_restrictions_answers_402(open_api, path):
    api = open_api(unentitled=frozenset({"restrictions"}))
    response = api.http.patch(path, json={})
    assert response.status_code == 402
    assert response.json()["errors"][0]["meta"] == {"unsupported_features": ["restrictions"]}


def test_a_proxy_is_checked_in_production(open_api, tell):
    api = open_api(instance="production")
    domain = api.make("/domains", name="shop.example.net", is_satellite=True)["id"]
    url = "https://shop.example.net/__clerk"
    found = api.clerk.proxy_checks.verify(request={"domain_id": domain, "proxy_url": url})
    assert (found.domain_id, found.proxy_url, found.successful) == (domain, url, True)
    dead = "https://proxy.invalid/__clerk"
    broken = [("invalid_proxy_configuration", "proxy_url")]
    body = {"domain_id": domain, "proxy_url": dead}
    assert tell.codes(api.http.post("/proxy_checks", json=body)) == broken
    assert tell.codes(api.http.patch(f"/domains/{domain}", json={"proxy_url": dead})) == broken
    body = {"domain_id": "dmn_x", "proxy_url": url}
    response = api.http.post("/proxy_checks", json=body)
    assert tell.codes(response) == [("form_resource_not_found", "domain_id")]
    missing = "form_param_missing"
    response = api.http.post("/proxy_checks", json={})
    assert tell.codes(response) == [(missing, "domain_id"), (missing, "proxy_url")]


def test_a_proxy_is_not_checked_in_development(api):
    id = api.http.get("/domains").json()["data"][0]["id"]
    body = {"domain_id": id, "proxy_url": "https://a.example"}
    assert api.http.post("/proxy_checks", json=body).status_code == 422
