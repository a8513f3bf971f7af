import json

import pytest

from clerkform.sandbox import SandboxError, create_app, dump, reset
from clerkform.sandbox.organization_domains import COMMON, DISPOSABLE
from clerkform.sandbox.state import dump_store

SETTINGS = "/instance/organization_settings"
ALL = "/organization_domains"
MANUAL, JOINS, ASKS = "manual_invitation", "automatic_invitation", "automatic_suggestion"


@pytest.fixture
def acme(api):
    return domains_of(api.make("/organizations", name="Acme", slug="acme"))


@pytest.fixture
def beta(api):
    return domains_of(api.make("/organizations", name="Beta", slug="beta"))


def domains_of(organization):
    return f"/organizations/{organization['id']}/domains"


def make(api, path, name="acme.example", mode=MANUAL, **more):
    return api.make(path, name=name, enrollment_mode=mode, **more)


def refused(api, tell, method, path, body=None):
    response = api.http.request(method, path, json=body)
    return response.status_code, tell.codes(response)


def names(api, path=ALL, **query):
    answer = api.http.get(path, params={"order_by": "name", **query})
    assert answer.is_success, answer.text
    return [one["name"] for one in answer.json()["data"]]


def test_a_domain_lives_from_create_to_delete(api, acme):
    made = make(api, acme, "Acme.Example", ASKS)
    assert (made["name"], made["enrollment_mode"]) == ("acme.example", ASKS)
    assert made["affiliation_verification"]["status"] == "verified"
    assert made["verification"] == made["affiliation_verification"]
    assert made["ownership_verification"] is None
    assert made["public_organization_data"]["slug"] == "acme"
    assert api.http.get(acme).json() == {"data": [made], "total_count": 1}
    api.clock.ms += 5
    changed = api.http.patch(f"{acme}/{made['id']}", json={"enrollment_mode": MANUAL}).json()
    assert changed == {**made, "enrollment_mode": MANUAL, "updated_at": made["created_at"] + 5}
    gone = api.http.delete(f"{acme}/{made['id']}").json()
    assert gone == {"object": "organization_domain", "id": made["id"], "deleted": True}
    assert names(api) == []


def test_a_domain_is_verified_and_no_longer(api, acme):
    made = make(api, acme, verified=False)
    assert made["affiliation_verification"] is made["verification"] is None
    path = f"{acme}/{made['id']}"
    statuses = []
    for verified in (True, None, False):
        changed = api.http.patch(path, json={"verified": verified}).json()
        assert changed["verification"] == changed["affiliation_verification"]
        statuses.append(changed["affiliation_verification"]["status"])
    assert statuses == ["verified", "verified", "unverified"]


def test_null_and_nothing_change_nothing(api, acme):
    made = make(api, acme, mode=JOINS)
    for body in ({}, {"enrollment_mode": None, "verified": None}):
        assert api.http.patch(f"{acme}/{made['id']}", json=body).json() == made


def test_a_create_needs_a_name_and_a_mode_and_takes_nothing_else(api, tell, acme):
    missing = [("form_param_missing", "name"), ("form_param_missing", "enrollment_mode")]
    assert refused(api, tell, "POST", acme, {}) == (422, missing)
    body = {"name": "acme.example", "enrollment_mode": MANUAL, "colour": "red"}
    assert refused(api, tell, "POST", acme, body) == (422, [("form_param_unknown", "colour")])
    body = {"name": None, "enrollment_mode": None, "verified": None}
    nothing = [("form_param_nil", "name"), ("form_param_nil", "enrollment_mode")]
    assert refused(api, tell, "POST", acme, body) == (422, nothing)


@pytest.mark.parametrize(
    "name", ["acme", "https://acme.example", "a@acme.example", "*.acme.example"]
)
def test_a_name_is_a_host_without_a_scheme(api, tell, acme, name):
    body = {"name": name, "enrollment_mode": MANUAL}
    assert refused(api, tell, "POST", acme, body) == (422, [("form_param_format_invalid", "name")])


@pytest.mark.parametrize(
    ("code", "known"),
    [("organization_domain_common", COMMON), ("organization_domain_blocked", DISPOSABLE)],
)
def test_a_mail_providers_domain_is_nobodys(api, tell, acme, code, known):
    for name in known:
        body = {"name": name.upper(), "enrollment_mode": MANUAL}
        assert refused(api, tell, "POST", acme, body) == (422, [(code, "name")])


def test_an_organization_has_a_name_once_verified_or_not(api, tell, acme):
    make(api, acme, verified=False)
    body = {"name": "ACME.example", "enrollment_mode": MANUAL, "verified": False}
    code = "organization_domain_already_exists_same_organization"
    assert refused(api, tell, "POST", acme, body) == (422, [(code, "name")])


def test_one_organization_alone_has_a_name_verified(api, tell, acme, beta):
    first = make(api, acme)
    taken = (422, [("organization_domain_already_exists", "name")])
    body = {"name": "acme.example", "enrollment_mode": MANUAL}
    assert refused(api, tell, "POST", beta, body) == taken
    second = make(api, beta, verified=False)
    path = f"{beta}/{second['id']}"
    assert refused(api, tell, "PATCH", path, {"verified": True}) == taken
    assert api.http.patch(f"{acme}/{first['id']}", json={"verified": False}).is_success
    assert api.http.patch(path, json={"verified": True}).is_success
    assert names(api, verified="true", query=beta.split("/")[2]) == ["acme.example"]


def test_domains_are_there_where_the_settings_have_them(api, tell, acme):
    made = make(api, acme)
    api.http.patch(SETTINGS, json={"domains_enabled": False})
    off = (403, [("organization_domains_not_enabled", None)])
    one = f"{acme}/{made['id']}"
    for method, path, body in [
        ("GET", ALL, None),
        ("GET", acme, None),
        ("POST", acme, {}),
        ("PATCH", one, {}),
        ("DELETE", one, None),
        ("POST", f"{one}/verify_ownership", None),
    ]:
        assert refused(api, tell, method, path, body) == off
    api.http.patch(SETTINGS, json={"enabled": False})
    assert refused(api, tell, "GET", ALL) == (403, [("organization_not_enabled_in_instance", None)])


def test_a_mode_is_one_of_the_settings(api, tell, acme):
    api.http.patch(SETTINGS, json={"domains_enrollment_modes": [ASKS]})
    made, code = make(api, acme, mode=ASKS), "organization_domain_enrollment_mode_not_enabled"
    body = {"name": "b.example", "enrollment_mode": JOINS}
    assert refused(api, tell, "POST", acme, body) == (403, [(code, None)])
    path = f"{acme}/{made['id']}"
    assert refused(api, tell, "PATCH", path, {"enrollment_mode": JOINS}) == (403, [(code, None)])
    api.http.patch(SETTINGS, json={"domains_enrollment_modes": []})
    assert api.http.patch(path, json={"enrollment_mode": MANUAL}).is_success


def test_only_a_connection_has_users_sign_in_by_it(api, tell, acme):
    path = f"{acme}/{make(api, acme)['id']}"
    invalid = [("organization_domain_enrollment_mode_invalid", "enrollment_mode")]
    assert refused(api, tell, "PATCH", path, {"enrollment_mode": "enterprise_sso"}) == (
        422,
        invalid,
    )
    odd = [("form_param_value_invalid", "enrollment_mode")]
    assert refused(api, tell, "PATCH", path, {"enrollment_mode": "by_mail"}) == (422, odd)


def test_an_organization_has_as_many_as_the_settings_say(api, tell, acme, beta):
    api.http.patch(SETTINGS, json={"max_allowed_domains": 2})
    for n in range(2):
        make(api, acme, f"a{n}.example")
    body = {"name": "b.example", "enrollment_mode": MANUAL}
    code = "organization_domain_quota_exceeded"
    assert refused(api, tell, "POST", acme, body) == (403, [(code, None)])
    assert make(api, beta, "b.example")


def test_an_ownership_is_verified_once(api, acme):
    path = f"{acme}/{make(api, acme, verified=False)['id']}/verify_ownership"
    api.clock.ms += 5
    first = api.http.post(path).json()
    shown = first["ownership_verification"]
    assert (shown["status"], shown["strategy"]) == ("verified", "manual_override")
    assert shown["verified_at"] == first["updated_at"] == api.clock.ms
    assert first["affiliation_verification"] is None
    api.clock.ms += 5
    assert api.http.post(path).json() == first


def test_the_last_whose_ownership_is_verified_stays(api, tell, acme):
    made = [make(api, acme, f"a{n}.example")["id"] for n in range(3)]
    for id in made[:2]:
        assert api.http.post(f"{acme}/{id}/verify_ownership").is_success
    for id in made[1:]:
        assert api.http.delete(f"{acme}/{id}").is_success
    code = "organization_domain_last_verified_cannot_delete"
    assert refused(api, tell, "DELETE", f"{acme}/{made[0]}") == (422, [(code, None)])


def test_a_domain_is_found_under_its_organization_alone(api, tell, acme, beta):
    made = make(api, acme)
    missing = (404, [("resource_not_found", None)])
    for method, end in [("PATCH", ""), ("DELETE", ""), ("POST", "/verify_ownership")]:
        path = f"{beta}/{made['id']}{end}"
        assert refused(api, tell, method, path, {} if method != "DELETE" else None) == missing
        path = f"/organizations/org_{'0' * 27}/domains/{made['id']}{end}"
        assert refused(api, tell, method, path, {} if method != "DELETE" else None) == missing
    assert names(api, acme) == ["acme.example"]
    assert names(api, beta) == []


def test_the_domains_of_an_organization_go_with_it(api, acme, beta):
    make(api, acme)
    make(api, beta, "beta.example")
    assert api.http.delete(acme.removesuffix("/domains")).is_success
    assert names(api) == ["beta.example"]


@pytest.fixture
def four(api, acme, beta):
    """In the order of the alphabet, the newest last."""
    make(api, acme, "a.example", MANUAL)
    make(api, acme, "b.example", JOINS, verified=False)
    make(api, beta, "c.example", ASKS)
    make(api, beta, "d.other", MANUAL, verified=False)
    return api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verified": "true"}, "ac"),
        ({"verified": "false"}, "bd"),
        ({"enrollment_mode": MANUAL}, "ad"),
        ({"enrollment_mode": f"{JOINS},{ASKS}"}, "bc"),
        ({"enrollment_mode": [JOINS, ASKS]}, "bc"),
        ({"enrollment_mode": f"-{MANUAL}"}, "bc"),
        ({"enrollment_mode": f"{MANUAL},{ASKS},-{MANUAL}"}, "c"),
        ({"enrollment_mode": MANUAL, "verified": "true"}, "a"),
        ({"query": ".OTHER"}, "d"),
        ({"query": "org_"}, ""),
        ({"domains": ["B.example", "c.example", "x.example"]}, "bc"),
        ({"order_by": "-name"}, "dcba"),
        ({"order_by": "created_at"}, "abcd"),
        ({"order_by": "+name", "limit": 2, "offset": 1}, "bc"),
    ],
)
def test_the_list_of_all_is_filtered_and_ordered(four, query, found):
    assert "".join(name[0] for name in names(four, **query)) == found


def test_the_list_of_all_is_narrowed_to_an_organization(four, beta):
    id = beta.split("/")[2]
    for query in ({"organization_id": id}, {"query": id}):
        assert names(four, **query) == ["c.example", "d.other"]
    assert names(four, beta, verified="false", enrollment_mode=f"-{JOINS}") == ["d.other"]


def test_the_newest_come_first(four, acme):
    assert [one["name"][0] for one in four.http.get(ALL).json()["data"]] == [*"dcba"]
    assert [one["name"][0] for one in four.http.get(acme).json()["data"]] == [*"ba"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("verified", value) for value in ("", "yes")),
        *(("enrollment_mode", value) for value in ("by_mail", "-", f"{MANUAL},")),
        *(("query", value) for value in ("", "  ")),
        ("order_by", "enrollment_mode"),
    ],
)
def test_a_filter_that_is_none_is_refused(api, tell, name, value):
    response = api.http.get(ALL, params={name: value})
    assert (response.status_code, tell.codes(response)) == (
        422,
        [("form_param_value_invalid", name)],
    )


SEED = {
    "organizations": [{"name": "Acme", "slug": "acme"}, {"name": "Beta", "slug": "beta"}],
    "organization_domains": [
        {
            "organization": "acme",
            "name": "Acme.example",
            "enrollment_mode": JOINS,
            "verified": True,
        },
        {"organization": "beta", "name": "acme.example"},
    ],
}


def test_a_seed_has_domains_and_a_dump_is_one():
    first = dump_store(create_app(seed=SEED).state.store)
    acme, beta = first["organization_domains"]
    assert (acme["name"], acme["enrollment_mode"]) == ("acme.example", JOINS)
    assert acme["verification"]["status"] == "verified"
    assert (beta["enrollment_mode"], beta["verification"]) == (MANUAL, None)
    second = dump_store(create_app(seed=json.loads(json.dumps(first))).state.store)
    assert second["organization_domains"] == [acme, beta]


@pytest.mark.parametrize(
    ("domain", "says"),
    [
        ({"name": "b.example"}, "are of the organization None"),
        ({"organization": "gone", "name": "b.example"}, "are of the organization 'gone'"),
        ({"organization": "acme", "name": "b"}, "a `name` that is none: 'b'"),
        ({"organization": "acme"}, "needs `name`"),
        ({"organization": "acme", "name": "b.example", "enrollment_mode": "x"}, "mode` that is"),
        ({"organization": "acme", "name": "b.example", "verified": 1}, "verified` that is none: 1"),
        (
            {"organization": "acme", "name": "b.example", "ownership_verification": "verified"},
            "ownership_verification` that is none",
        ),
        ({"organization": "acme", "name": "ACME.example"}, "have 'acme.example' twice"),
        ({"organization": "beta", "name": "b.example", "colour": 1}, "has no `colour`"),
    ],
)
def test_a_seeds_domain_is_judged(domain, says):
    domains = [SEED["organization_domains"][0], domain]
    with pytest.raises(SandboxError, match=says):
        create_app(seed={**SEED, "organization_domains": domains})


def test_a_seed_has_a_name_verified_for_one_organization():
    domains = [{**one, "verified": True} for one in SEED["organization_domains"]]
    with pytest.raises(SandboxError, match="twice"):
        create_app(seed={**SEED, "organization_domains": domains})


def test_a_reset_takes_domains_away(open_api, tmp_path):
    path = tmp_path / "state.db"
    api = open_api(path)
    make(api, domains_of(api.make("/organizations", name="Acme")))
    reset(path)
    assert dump(path)["organization_domains"] == []
