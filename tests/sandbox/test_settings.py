"""The instance's settings, which there is one of each."""

import pytest

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
NULL_IS_A_VALUE = {"default_scopes", "domains_enrollment_modes"}
"""Or none, and refused."""
READABLE = [path for path in GROUPS if path not in list(GROUPS)[:1] + list(GROUPS)[-1:]]


@pytest.mark.parametrize("path", GROUPS)
def test_a_patch_changes_what_it_names_and_an_empty_one_reads(api, path):
    before = api.http.patch(path, json={}).json()
    sent = GROUPS[path]
    after = api.http.patch(path, json=sent).json()
    assert after == {**before, **sent}
    nulls = api.http.patch(path, json=dict.fromkeys(sent.keys() - NULL_IS_A_VALUE))
    assert nulls.json() == after
    assert api.http.patch(path).json() == after  # the document demands no body either
    dropped = api.http.patch(path, json={"colour": "red"})
    assert (dropped.status_code, dropped.json()) == (200, after)


@pytest.mark.parametrize("path", READABLE)
def test_what_can_be_read_is_what_was_answered(api, path):
    answer = api.http.patch(path, json=GROUPS[path]).json()
    assert api.http.get(path).json() == answer


@pytest.mark.parametrize("path", ["/instance/restrictions", "/beta_features/instance_settings"])
def test_what_cannot_be_read_is_written_only(api, tell, path):
    response = api.http.get(path)
    assert (response.status_code, tell.codes(response)) == (405, [("method_not_allowed", None)])


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


OAUTH = "/instance/oauth_application_settings"


@pytest.mark.parametrize("none", [None, []])
def test_no_scopes_are_the_default_ones_which_are_null(api, none):
    changed = api.http.patch(OAUTH, json={"default_scopes": ["profile", "email"]}).json()
    assert changed["default_scopes"] == ["profile", "email"]
    for answer in (api.http.patch(OAUTH, json={"default_scopes": none}), api.http.get(OAUTH)):
        assert answer.json()["default_scopes"] is None


@pytest.mark.parametrize("scopes", [["email", "email"], ["reports"], ["offline_access"]])
def test_a_default_scope_is_one_of_clerks_and_named_once(api, tell, scopes):
    response = api.http.patch(OAUTH, json={"default_scopes": scopes})
    assert tell.codes(response) == [("form_param_value_invalid", "default_scopes")]


def test_what_no_document_has_is_answered_once_it_was_sent(api):
    assert "oidc_sign_out_enabled" not in api.http.get(OAUTH).json()
    api.http.patch(OAUTH, json={"oidc_sign_out_enabled": False})
    assert api.http.get(OAUTH).json()["oidc_sign_out_enabled"] is False


@pytest.mark.parametrize("mode", ["restricted", "waitlist"])
def test_the_allowlist_goes_on_only_where_anybody_may_sign_up(open_api, tell, mode):
    api = open_api(sign_up_mode=mode)
    for path, name in (
        ("/instance/restrictions", "allowlist"),
        ("/beta_features/instance_settings", "restricted_to_allowlist"),
    ):
        response = api.http.patch(path, json={name: True})
        assert (response.status_code, tell.codes(response)) == (
            422,
            [("sign_up_mode_restricted_invalid_value", name)],
        )
        assert api.http.patch(path, json={name: False}).is_success
    assert api.http.patch("/instance/restrictions", json={"blocklist": True}).is_success
    api.http.post("http://sandbox.test/_sandbox/config", json={"sign_up_mode": "public"})
    changed = api.http.patch("/instance/restrictions", json={"allowlist": True}).json()
    assert changed["allowlist"] is True


def test_the_origin_of_development_shows_on_the_primary_domain(api):
    def shown():
        return api.http.get("/domains").json()["data"][0]["development_origin"]

    assert shown() == ""
    for sent, is_now in (("http://localhost:3000", "http://localhost:3000"), (None,) * 2, ("", "")):
        before = shown()
        api.http.patch("/instance", json={"development_origin": sent})
        assert shown() == (before if sent is None else is_now)
    api.http.patch("/instance", json={"development_origin": "http://localhost:3000"})
    api.http.post("http://sandbox.test/_sandbox/config", json={"instance": "production"})
    assert shown() == "http://localhost:3000", "what the domain is made anew for keeps it"


SUBDOMAINS = {"allowed_subdomains": ["App.Sandbox.Example.COM.", "*.eu.sandbox.example.com"]}


def test_subdomains_are_allowed_in_production(open_api, tell):
    api = open_api(instance="production")
    sent = {**SUBDOMAINS, "subdomain_allowlist_enabled": True}
    assert api.http.patch("/instance", json=sent).status_code == 204
    shown = api.http.get("/instance").json()
    assert shown["allowed_subdomains"] == ["app.sandbox.example.com", "*.eu.sandbox.example.com"]
    assert shown["subdomain_allowlist_enabled"] is True
    api.http.patch("/instance", json=dict.fromkeys(sent))
    assert api.http.get("/instance").json() == shown
    api.http.patch("/instance", json={"allowed_subdomains": []})
    assert api.http.get("/instance").json()["allowed_subdomains"] == []
    odd = [
        "sandbox.example.com",
        "*.sandbox.example.com",
        "a.example.net",
        "a b.sandbox.example.com",
    ]
    response = api.http.patch("/instance", json={"allowed_subdomains": odd})
    assert tell.codes(response) == [("form_param_value_invalid", "allowed_subdomains")] * 4


def test_a_subdomain_that_is_stored_is_not_judged_again(open_api):
    api = open_api(instance="production")
    domain = api.make("/domains", name="shop.example.net", is_satellite=True)["id"]
    hosts = ["a.shop.example.net"]
    api.http.patch("/instance", json={"allowed_subdomains": hosts})
    api.http.delete(f"/domains/{domain}")
    assert api.http.patch("/instance", json={"allowed_subdomains": hosts}).status_code == 204
    assert api.http.patch("/instance", json={"allowed_subdomains": ["b.shop.example.net"]}).is_error


@pytest.mark.parametrize("way", ["ignored", "refused"])
def test_subdomains_are_not_allowed_in_development(open_api, tell, way):
    api = open_api(contradictions=Contradictions(subdomains_in_development=way))
    none = {"allowed_subdomains": [], "subdomain_allowlist_enabled": False}
    response = api.http.patch("/instance", json={**SUBDOMAINS, "test_mode": False})
    if way == "refused":
        assert tell.codes(response) == [("form_param_value_invalid", "allowed_subdomains")]
    else:
        assert response.status_code == 204
    assert api.http.get("/instance").json().items() >= none.items()
    assert api.http.patch("/instance", json=none).status_code == 204


def test_an_instance_that_becomes_one_of_development_allows_no_subdomains(open_api):
    api = open_api(instance="production")
    api.http.patch("/instance", json=SUBDOMAINS)
    api.http.post("http://sandbox.test/_sandbox/config", json={"instance": "development"})
    assert api.http.get("/instance").json()["allowed_subdomains"] == []


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
