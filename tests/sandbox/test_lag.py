"""Reads that answer what was stored some time ago, by the sandbox's own clock."""

import pytest


@pytest.fixture
def lagging(open_api):
    return open_api(read_lag=500)


def names(api):
    return [t["name"] for t in api.http.get("/jwt_templates").json()]


def test_what_is_created_is_seen_after_the_lag(lagging):
    api = lagging
    made = api.make("/jwt_templates", name="t", claims={})
    path = f"/jwt_templates/{made['id']}"
    assert names(api) == []
    assert api.http.get("/jwt_templates?paginated=true").json() == {"data": [], "total_count": 0}
    assert api.http.get(path).status_code == 404
    api.wait(499)
    assert names(api) == []
    api.wait(1)
    assert names(api) == ["t"]
    assert api.http.get(path).json() == made


def test_a_change_is_seen_after_the_lag_and_each_by_itself(lagging):
    api = lagging
    path = f"/jwt_templates/{api.make('/jwt_templates', name='a', claims={})['id']}"
    seen = []
    for name in "bcd":
        api.wait(200)
        api.http.patch(path, json={"name": name, "claims": {}})
    for _ in range(6):
        seen.append("".join(names(api)))
        api.wait(200)
    assert seen == ["a", "b", "c", "d", "d", "d"]


def test_what_is_deleted_is_gone_after_the_lag(lagging):
    api = lagging
    path = f"/redirect_urls/{api.make('/redirect_urls', url='app://x')['id']}"
    api.wait(500)
    assert api.http.delete(path).is_success
    assert api.http.get(path).is_success
    assert api.http.delete(path).status_code == 404  # writes see what is
    api.wait(500)
    assert api.http.get(path).status_code == 404


def test_a_write_sees_what_is_there_now(lagging, tell):
    api = lagging
    api.make("/redirect_urls", url="app://x")
    response = api.http.post("/redirect_urls", json={"url": "app://x"})
    assert tell.codes(response) == [("form_already_exists", "url")]
    org = api.make("/organizations", name="Acme", slug="acme")["id"]
    assert api.http.patch(f"/organizations/{org}", json={"name": "B"}).json()["name"] == "B"


def test_a_key_verifies_after_the_lag_and_until_after_its_end(lagging):
    api = lagging
    user = api.user()
    key = api.make("/api_keys", name="key", subject=user)

    def verifies():
        response = api.http.post("/api_keys/verify", json={"secret": key["secret"]})
        return response.is_success

    assert not verifies()
    api.wait(500)
    assert verifies()
    api.http.post(f"/api_keys/{key['id']}/revoke", json={})
    assert verifies()
    api.wait(500)
    assert not verifies()


def test_the_instance_itself_is_there_at_once(lagging):
    assert lagging.http.get("/instance").is_success
    other = {"Authorization": "Bearer sk_test_other"}
    assert lagging.http.get("/domains", headers=other).json()["total_count"] == 1


def test_origins_show_stale_after_a_patch(lagging):
    api = lagging
    api.http.patch("/instance", json={"allowed_origins": ["https://a.example"]})
    assert api.http.get("/instance").json()["allowed_origins"] == []
    api.app.state.store.advance(500)
    assert api.http.get("/instance").json()["allowed_origins"] == ["https://a.example"]


def test_a_refused_write_leaves_no_past_either(lagging):
    api = lagging
    made = api.make("/jwt_templates", name="t", claims={})
    api.wait(500)
    api.http.patch(f"/jwt_templates/{made['id']}", json={"name": "t", "claims": {"sub": 1}})
    assert names(api) == ["t"]


def test_lag_is_switched_on_and_off_while_it_runs(api):
    url = "http://sandbox.test/_sandbox/config"
    api.make("/redirect_urls", url="app://1")
    api.http.post(url, json={"read_lag": "1s"})

    def urls():
        return {item["url"] for item in api.http.get("/redirect_urls").json()}

    assert urls() == {"app://1"}  # what was there before the lag stays
    api.make("/redirect_urls", url="app://2")
    assert urls() == {"app://1"}
    api.http.post(url, json={"read_lag": 0})
    assert urls() == {"app://1", "app://2"}
    api.http.post(url, json={"read_lag": 1000})
    assert urls() == {"app://1", "app://2"}


def test_the_instances_key_is_made_once(lagging):
    public = "http://sandbox.test/.well-known/jwks.json"
    answers = [lagging.http.get(url).json() for url in ("/jwks", "/jwks", public)]
    assert answers == answers[:1] * 3


def support_email(api):
    """What the Frontend API says it is."""
    url = "https://sandbox.clerk.accounts.dev/v1/environment"
    return api.http.get(url).json()["display_config"]["support_email"]


def test_the_environment_shows_what_was_some_time_ago(open_api):
    api = open_api(frontend_lag=5000)
    assert support_email(api) is None
    for name in "ab":
        api.http.patch("/instance", json={"support_email": f"{name}@x.example"})
        api.http.patch("/instance", json={"allowed_origins": [f"app://{name}"]})
        assert api.http.get("/instance").json()["allowed_origins"] == [f"app://{name}"]
        api.wait(3000)
    seen = []
    for _ in range(4):
        seen.append(support_email(api))
        api.wait(2000)
    assert seen == ["a@x.example", "b@x.example", "b@x.example", "b@x.example"]


def test_the_environment_and_other_reads_lag_each_by_itself(open_api):
    for frontend, read in ((1000, 3000), (3000, 1000)):
        api = open_api(frontend_lag=frontend, read_lag=read)
        api.http.patch("/instance", json={"support_email": "a@x.example"})
        api.http.patch("/instance", json={"allowed_origins": ["app://a"]})
        seen = []
        for _ in range(4):
            origins = api.http.get("/instance").json()["allowed_origins"]
            seen.append((support_email(api) is not None, origins != []))
            api.wait(1000)
        assert seen == [(n * 1000 >= frontend, n * 1000 >= read) for n in range(4)]


def test_the_environment_stops_to_lag_while_it_runs(open_api):
    api = open_api(frontend_lag=5000)
    api.http.patch("/instance", json={"support_email": "a@x.example"})
    assert support_email(api) is None
    api.http.post("http://sandbox.test/_sandbox/config", json={"frontend_lag": 0})
    assert support_email(api) == "a@x.example"
