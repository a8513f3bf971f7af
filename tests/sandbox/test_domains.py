import pytest
from clerk_backend_api import models

from clerkform.sandbox import Contradictions

PROXY = "https://shop.example.net/__clerk"


def primary(api):
    return next(d for d in api.http.get("/domains").json()["data"] if not d["is_satellite"])


@pytest.mark.parametrize("instance", ["development", "production"])
def test_a_satellite_lives_from_create_to_delete(open_api, instance):
    domains = open_api(instance=instance).clerk.domains
    (first,) = domains.list().data
    assert first.is_satellite is False
    made = domains.add(request={"name": "Shop.example.net", "is_satellite": True})
    assert made.id.startswith("dmn_")
    assert (made.name, made.is_satellite) == ("shop.example.net", True)
    assert made.accounts_portal_url is None
    listed = domains.list()
    assert (listed.data, listed.total_count) == ([made, first], 2)
    renamed = domains.update(domain_id=made.id, name="store.example.net", is_secondary=True)
    assert (renamed.id, renamed.name) == (made.id, "store.example.net")
    assert domains.list().data[0] == renamed
    assert domains.delete(domain_id=made.id).deleted is True
    assert domains.list().data == [first]


def test_the_primary_domain_can_be_renamed_and_not_deleted(api):
    domains = api.clerk.domains
    id = primary(api)["id"]
    assert domains.update(domain_id=id, name="other.accounts.dev").name == "other.accounts.dev"
    with pytest.raises(models.ClerkErrors) as caught:
        domains.delete(domain_id=id)
    assert caught.value.raw_response.status_code == 403
    assert caught.value.data.errors[0].code == "operation_not_allowed_on_primary_domain"
    assert primary(api)["id"] == id


def test_a_proxy_is_for_production(open_api):
    production, name = open_api(instance="production"), "shop.example.net"
    made = production.make("/domains", name=name, is_satellite=True, proxy_url=PROXY)
    assert (made["proxy_url"], made["frontend_api_url"]) == (PROXY, PROXY)
    update = {"domain_id": made["id"]}
    assert production.clerk.domains.update(**update, proxy_url=None).proxy_url is None
    assert production.clerk.domains.update(**update, proxy_url=PROXY).proxy_url == PROXY
    assert production.clerk.domains.update(**update, name="a.example").proxy_url == PROXY


def test_a_proxy_may_be_allowed_in_development(open_api):
    api = open_api(contradictions=Contradictions(proxy_url_in_development="allowed"))
    body = {"name": "shop.example.net", "is_satellite": True}
    made = api.make("/domains", **body, proxy_url=PROXY)
    assert (made["proxy_url"], made["frontend_api_url"]) == (PROXY, PROXY)
    check = {"domain_id": made["id"], "proxy_url": PROXY}
    assert api.make("/proxy_checks", **check)["successful"] is True
    path = f"/domains/{made['id']}"
    left = api.http.patch(path, json={"proxy_url": None}).json()
    assert left["frontend_api_url"] == "https://sandbox.clerk.accounts.dev"
    assert api.http.patch(path, json={"proxy_url": PROXY}).json() == made


def test_a_proxy_is_refused_in_development(api, tell):
    body = {"name": "shop.example.net", "is_satellite": True}
    response = api.http.post("/domains", json={**body, "proxy_url": PROXY})
    assert response.status_code == 422
    assert tell.codes(response) == [("form_param_value_invalid", "proxy_url")]
    made = api.make("/domains", **body, proxy_url=None)
    response = api.http.patch(f"/domains/{made['id']}", json={"proxy_url": PROXY})
    assert response.status_code == 400
    assert tell.codes(response) == [("domain_update_forbidden", None)]
    assert api.http.patch(f"/domains/{made['id']}", json={"proxy_url": None}).is_success


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example.net", "insecure_url"),
        ("/__clerk", "form_param_format_invalid"),
        ("https://[::1", "form_param_format_invalid"),
        ("https://a b", "form_param_format_invalid"),
    ],
)
def test_a_proxy_is_a_full_https_url(open_api, tell, url, code):
    body = {"name": "shop.example.net", "is_satellite": True, "proxy_url": url}
    response = open_api(instance="production").http.post("/domains", json=body)
    assert tell.codes(response) == [(code, "proxy_url")]


@pytest.mark.parametrize(
    ("instance", "name", "fine"),
    [
        ("development", "localhost:3000", True),
        ("development", "a.example.com:8080", True),
        ("production", "a.example.com", True),
        ("production", "localhost", False),
        ("production", "a.example.com:8080", False),
        ("production", "https://a.example.com", False),
        ("development", "https://a.example.com", False),
        ("development", "a_b.example.com", False),
        ("development", "", False),
        ("production", "-a.example.com", False),
        ("production", "\N{KELVIN SIGN}.example.com", False),
        ("production", "a.example.com/path", False),
        ("production", ".".join(["a" * 60] * 5), False),
    ],
)
def test_a_name_has_no_scheme_and_a_port_only_in_development(open_api, tell, instance, name, fine):
    api = open_api(instance=instance)
    response = api.http.post("/domains", json={"name": name, "is_satellite": True})
    assert response.is_success is fine
    if not fine:
        assert tell.codes(response) == [("form_param_format_invalid", "name")]


def test_a_name_belongs_to_one_domain(api, tell):
    body = {"name": "shop.example.net", "is_satellite": True}
    made = api.make("/domains", **body)
    other = api.make("/domains", name="b.example.net", is_satellite=True)
    for response in (
        api.http.post("/domains", json={**body, "name": "SHOP.example.net"}),
        api.http.patch(f"/domains/{other['id']}", json={"name": body["name"]}),
    ):
        assert response.status_code == 422
        assert tell.codes(response) == [("form_already_exists", "name")]
    assert api.http.patch(f"/domains/{made['id']}", json={"name": body["name"]}).is_success


def test_only_satellites_are_added(api, tell):
    response = api.http.post("/domains", json={"name": "a.example", "is_satellite": False})
    assert response.status_code == 422
    assert tell.codes(response) == [("primary_domain_already_exists", "is_satellite")]
    response = api.http.post("/domains", json={})
    missing = "form_param_missing"
    assert tell.codes(response) == [(missing, "name"), (missing, "is_satellite")]


def test_create_ignores_unknown_fields_and_update_refuses_them(api, tell):
    made = api.make("/domains", name="a.example", is_satellite=True, colour="red")
    response = api.http.patch(f"/domains/{made['id']}", json={"colour": "red"})
    assert tell.codes(response) == [("form_param_unknown", "colour")]


def test_a_plan_without_satellites_answers_402(open_api):
    api = open_api(unentitled=frozenset({"satellites"}))
    response = api.http.post("/domains", json={"name": "a.example", "is_satellite": True})
    assert response.status_code == 402
    assert api.http.get("/domains").is_success


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_domain_that_is_not_there_is_not_found(api, method):
    assert api.http.request(method, "/domains/dmn_x", json={}).status_code == 404
