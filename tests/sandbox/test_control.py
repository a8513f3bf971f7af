"""What only a sandbox has: /_sandbox, and the knobs it turns."""

import asyncio
from dataclasses import fields
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from clerkform.sandbox import Contradictions, Fault, Settings
from clerkform.sandbox.knobs import changed, shown

CONFIG = "http://sandbox.test/_sandbox/config"
CLOCK = "http://sandbox.test/_sandbox/clock"
REQUESTS = "http://sandbox.test/_sandbox/requests"


def test_knobs_are_turned_while_it_runs(api):
    before = api.http.get(CONFIG).json()
    assert before["rate_limit"] == "off"
    sent = {
        "rate_limit": "100/10s",
        "organizations": False,
        "unentitled": ["satellites"],
        "contradictions": {"jwt_template_patch": "keeps"},
        "latency": "1ms",
    }
    after = api.http.post(CONFIG, json=sent).json()
    contradictions = {**before["contradictions"], "jwt_template_patch": "keeps"}
    assert after == {**before, **sent, "contradictions": contradictions, "latency": 1}
    assert api.http.get(CONFIG).json() == after
    assert api.http.get("/organizations").status_code == 403
    assert api.http.post("/domains", json={}).status_code == 402
    assert api.key not in api.http.get(CONFIG).text


def test_an_instance_becomes_one_of_the_other_kind(api):
    api.make("/domains", name="shop.example.net", is_satellite=True)
    api.http.post(CONFIG, json={"instance": "production"})
    assert api.http.get("/instance").json()["environment_type"] == "production"
    assert api.http.get("/domains").json()["data"][0]["cname_targets"]
    assert api.http.post("/sessions", json={"user_id": api.user()}).status_code == 400


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"speed": 1}, "no setting `speed`"),
        ({"secret_key": "sk_test_x"}, "no setting `secret_key`"),
        ({"latency": -1}, "latency is a number"),
        ({"read_lag": "soon"}, "read_lag is a number"),
        ({"rate_limit": "fast"}, "rate_limit is like"),
        ({"organizations": "no"}, "organizations is true or false"),
        ({"frontend_lag": "soon"}, "frontend_lag is a number"),
        ({"migration_time": "soon"}, "migration_time is a number of milliseconds"),
        ({"migration_time": 10**13}, "migration_time is a number of milliseconds"),
        ({"max_roles": "many"}, "max_roles is a whole number"),
        ({"max_role_sets": -1}, "max_role_sets is a whole number, from 0"),
        ({"fresh_defaults": 1}, "fresh_defaults is true or false"),
        ({"sign_up_mode": "open"}, "sign_up_mode is one of public, restricted, waitlist"),
        ({"faults": [{"endless": 1}]}, r"faults\[0\].endless is bool"),
        ({"unentitled": "sso"}, "unentitled is a list"),
        ({"unentitled": ["sso"]}, "unentitled knows"),
        ({"instance": "staging"}, "instance is"),
        ({"instance": 1}, "instance is"),
        ({"contradictions": []}, "contradictions is an object"),
        ({"contradictions": {"x": 1}}, "contradictions has no `x`"),
        ({"contradictions": {"jwt_template_patch": "x"}}, "jwt_template_patch is resets or keeps"),
        ({"faults": {}}, "faults is a list"),
        ({"faults": [1]}, r"faults\[0\] is an object"),
        ({"faults": [{"pat": "x"}]}, r"faults\[0\] has no `pat`"),
        ({"faults": [{"times": "x"}]}, r"faults\[0\].times is int"),
        ({"faults": [{"path": "("}]}, r"faults\[0\]: path is not"),
        ({"fault_seed": "x"}, "fault_seed is a whole number"),
        ({"latency": 10**400}, "latency is a number"),
        ({"faults": [{"delay": -1}]}, r"faults\[0\]: delay is from 0"),
        ({"faults": [{"delay": 10**400}]}, r"faults\[0\]: delay is from 0"),
    ],
)
def test_a_knob_that_is_none_says_what_there_is(api, knobs, says):
    with pytest.raises(ValueError, match=says):
        changed(Settings(), knobs)
    response = api.http.post(CONFIG, json=knobs)
    assert response.status_code == 400
    assert api.http.get(CONFIG).json() == {**shown(Settings()), "faults": []}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["chance", "delay"])
def test_a_rule_has_only_numbers_that_are_finite(name, number):
    with pytest.raises(ValueError, match=rf"faults\[0\]: {name} is from 0"):
        changed(Settings(), {"faults": [{name: number}]})


def test_what_is_shown_can_be_read_again():
    settings = Settings(
        instance=None,
        rate_limit=(5, 2.0),
        unentitled=frozenset({"satellites"}),
        contradictions=Contradictions(api_key_names="unique"),
        faults=(Fault("/x", status=503, headers=(("Retry-After", "1"),), chance=0.5),),
        fault_seed=7,
        latency=5,
        frontend_lag=7,
        migration_time=8,
        max_roles=9,
        max_role_sets=3,
        fresh_defaults=True,
        sign_up_mode="waitlist",
    )
    assert changed(Settings(), shown(settings)) == settings
    assert changed(Settings(), {"rate_limit": "real"}).rate_limit == "real"
    assert changed(Settings(), {"latency": "1.5s"}).latency == 1500


@pytest.mark.parametrize(
    "name", [*shown(Settings()), *(knob.name for knob in fields(Contradictions))]
)
def test_every_knob_is_on_the_page_about_the_sandbox(name):
    page = Path(__file__).parents[2] / "docs" / "sandbox.md"
    assert f"`{name}`" in page.read_text()


def test_the_clock_is_moved(open_api):
    api = open_api(rate_limit=(1, 10))
    assert api.http.get("/instance").is_success
    assert api.http.get("/instance").status_code == 429
    now = api.http.post(CLOCK, json={}).json()["now"]
    assert api.http.post(CLOCK, json={"advance": "10s"}).json()["now"] == now + 10_000
    assert api.http.get("/instance").is_success
    (date,) = api.http.get("/instance").headers.get_list("Date")
    assert parsedate_to_datetime(date).timestamp() == (now + 10_000) // 1000, "each answer says it"
    assert api.http.post(CLOCK, json={"advance": -1}).status_code == 400
    assert api.http.post(CLOCK, json={"back": 1}).status_code == 400


def test_requests_are_listed_without_their_secrets(api):
    secret = "a-secret-of-the-test"
    body = {"name": "t", "claims": {}, "custom_signing_key": True, "signing_key": secret}
    api.http.post("/jwt_templates", json={**body, "signing_algorithm": "HS256"})
    api.http.get("/organizations", params={"organization_id": ["a", "b"]})
    response = api.http.get(REQUESTS)
    first, second = response.json()
    assert (first["method"], first["path"]) == ("POST", "/v1/jwt_templates")
    assert first["body"] == {**body, "signing_algorithm": "HS256", "signing_key": "***"}
    assert second["query"] == {"organization_id": ["a", "b"]}
    assert secret not in response.text
    assert api.key not in response.text
    assert api.http.delete(REQUESTS).json() == {"forgotten": 2}
    assert api.http.get(REQUESTS).json() == []


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.0.2.1:4010", "[::2]", "", "[::1"]
)
def test_a_page_of_another_host_controls_nothing(api, host):
    assert api.http.get(REQUESTS, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:4010", "127.0.0.1:4010", "[::1]:4010", "a.localhost"])
def test_a_local_host_controls_it(api, host):
    assert api.http.get(REQUESTS, headers={"Host": host}).is_success


def test_a_page_cannot_send_a_body_unasked(api):
    for headers in ({}, {"Content-Type": "text/plain"}):
        response = api.http.post(CONFIG, content=b'{"latency": 1}', headers=headers)
        assert response.status_code == 415
    assert api.http.put(CONFIG, json={}).status_code == 405


def test_another_machine_controls_nothing(api):
    async def get():
        transport = httpx.ASGITransport(api.app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(REQUESTS)

    assert asyncio.run(get()).status_code == 403


def test_an_answer_takes_as_long_as_it_is_told_to(open_api, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("clerkform.sandbox.app.sleep", sleep)
    api = open_api(latency=250, faults=(Fault("/domains", delay=1),))
    api.http.get("/instance")
    api.http.get("/domains")
    assert waited == [0.25, 1.25]


def test_a_template_may_keep_what_a_patch_omits(open_api):
    api = open_api(contradictions=Contradictions(jwt_template_patch="keeps"))
    more = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": "k" * 32}
    made = api.make("/jwt_templates", name="t", claims={"a": 1}, lifetime=90, **more)
    path = f"/jwt_templates/{made['id']}"
    updated = api.http.patch(path, json={"name": "u", "claims": {}}).json()
    assert updated == {**made, "name": "u", "claims": {}}
    assert api.store.secret("jwt_templates", made["id"]) == "k" * 32
    assert api.http.patch(path, json={"lifetime": 60}).status_code == 422  # both still needed


def test_a_list_may_come_whole(open_api):
    api = open_api(contradictions=Contradictions(unpaginated_list="whole"))
    user = api.user()
    for n in range(12):
        api.make("/redirect_urls", url=f"app://{n}")
        api.make("/sessions", user_id=user)
    for path in ("/redirect_urls", "/sessions"):
        assert len(api.http.get(path).json()) == 12
        assert len(api.http.get(path, params={"paginated": "true"}).json()["data"]) == 10


def test_a_satellite_may_be_fixed_in_development(open_api, tell):
    contradictions = Contradictions(satellite_rename_in_development="refused")
    api = open_api(contradictions=contradictions)
    made = api.make("/domains", name="a.example", is_satellite=True)
    response = api.http.patch(f"/domains/{made['id']}", json={"name": "b.example"})
    assert tell.codes(response) == [("domain_update_forbidden", None)]
    assert api.http.patch(f"/domains/{made['id']}", json={"is_secondary": True}).is_success


def test_a_secret_may_be_shown_once_only(open_api):
    api = open_api(contradictions=Contradictions(api_key_secret="once"))
    key = api.make("/api_keys", name="key", subject=api.user())
    assert key["secret"].startswith("ak_")
    assert api.http.get(f"/api_keys/{key['id']}/secret").status_code == 404


def test_the_name_of_a_key_may_be_its_own(open_api, tell):
    api = open_api(contradictions=Contradictions(api_key_names="unique"))
    user, other = api.user(), api.user()
    api.make("/api_keys", name="key", subject=user)
    response = api.http.post("/api_keys", json={"name": "key", "subject": user})
    assert (response.status_code, tell.codes(response)) == (409, [("conflict", None)])
    api.make("/api_keys", name="key", subject=other)


def test_a_slug_that_is_taken_may_have_the_other_code(open_api, tell):
    api = open_api(contradictions=Contradictions(organization_slug_taken="slug_exists"))
    api.make("/organizations", name="Acme", slug="acme")
    response = api.http.post("/organizations", json={"name": "B", "slug": "acme"})
    assert tell.codes(response) == [("slug_exists", "slug")]


def test_the_same_seed_fails_the_same_requests(open_api):
    def run(seed):
        api = open_api(faults=(Fault(chance=0.5, status=503),), fault_seed=seed)
        api.http._transport.judge = None
        statuses = [api.http.get("/instance").status_code for _ in range(40)]
        assert api.app.state.faults.fired == (statuses.count(503),)
        return statuses

    first = run(1)
    assert set(first) == {200, 503}
    assert run(1) == first
    assert run(2) != first


def test_rules_are_replaced_and_counted(api):
    rules = [{"path": "/instance$", "status": 503, "times": 1}, {"path": "/x", "broken": "read"}]
    answer = api.http.post(CONFIG, json={"faults": rules}).json()
    assert answer["faults"] == [{**rule, "fired": 0} for rule in rules]
    assert api.http.get("/instance").status_code == 503
    assert api.http.get("/instance").is_success
    assert [rule["fired"] for rule in api.http.get(CONFIG).json()["faults"]] == [1, 0]
    api.http.post(CONFIG, json={"latency": 0})
    assert [rule["fired"] for rule in api.http.get(CONFIG).json()["faults"]] == [1, 0]
    assert api.http.post(CONFIG, json={"faults": []}).json()["faults"] == []
