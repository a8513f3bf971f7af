"""What every request goes through, whichever operation it is for."""

import asyncio
import json

import httpx
import pytest


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "authentication_invalid"),
        ("", "authorization_header_format_invalid"),
        ("sk_test_sandbox", "authorization_header_format_invalid"),
        ("Basic sk_test_sandbox", "authorization_header_format_invalid"),
        ("Bearer ", "authorization_header_format_invalid"),
        ("Bearer pk_test_sandbox", "clerk_key_invalid"),
        ("Bearer sk_test_", "clerk_key_invalid"),
        ("Bearer sk_test_a b", "clerk_key_invalid"),
    ],
)
@pytest.mark.parametrize("path", ["/redirect_urls", "/machines", "/nothing", "/api_keys"])
def test_a_request_without_a_sound_key_is_refused_first(api, tell, header, code, path):
    del api.http.headers["Authorization"]
    headers = {} if header is None else {"Authorization": header}
    response = api.http.get(path, headers=headers)
    assert response.status_code == 401
    assert tell.codes(response) == [(code, None)]


def test_a_key_that_was_chosen_is_the_only_one(open_api):
    api = open_api(secret_key="sk_test_mine")
    assert api.http.get("/instance").status_code == 401
    headers = {"Authorization": "Bearer sk_test_mine"}
    assert api.http.get("/instance", headers=headers).is_success
    odd = {"Authorization": "Bearer sk_test_miné".encode("latin-1")}
    assert api.http.get("/instance", headers=odd).status_code == 401
    assert "sk_test_mine" not in repr(api.settings)


def test_a_version_is_one_that_is_known_and_said_once(api, tell):
    def get(header=None, query=None):
        del api.http.headers["Clerk-API-Version"]
        headers = {"Clerk-API-Version": header} if header else {}
        params = {"__clerk_api_version": query} if query else {}
        response = api.http.get("/instance", headers=headers, params=params)
        api.http.headers["Clerk-API-Version"] = ""
        return response

    for version in ("2021-02-05", "2024-10-01", "2025-04-10", "2025-11-10", "2026-05-12"):
        assert get(header=version).is_success
        assert get(query=version).is_success
    assert get().is_success
    for wrong in (get(header="2026-05-13"), get(query="x"), get("2026-05-12", "2026-05-12")):
        assert wrong.status_code == 400
        assert tell.codes(wrong) == [("api_version_invalid", None)]


def test_answers_have_exactly_the_media_type_of_json(api):
    for path in ("/instance", "/jwt_templates", "/jwt_templates/x", "/machines"):
        assert api.http.get(path).headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/jwt_templates", "/redirect_urls", "/allowlist_identifiers"])
def test_a_list_is_an_array_unless_pages_are_asked_for(api, path):
    for n in range(12):
        more = {"name": f"t{n}", "claims": {}, "url": f"app://{n}"}
        more = {"identifier": f"a{n}@b.example"} if "allowlist" in path else more
        assert api.http.post(path, json=more).is_success
    whole = api.http.get(path, params={"limit": 500}).json()
    assert len(whole) == 12
    assert len({item["created_at"] for item in whole}) == 1
    assert api.http.get(path).json() == whole[:10]
    assert api.http.get(path, params={"paginated": "false", "offset": 11}).json() == whole[11:]
    paged = api.http.get(path, params={"paginated": "true", "limit": 5, "offset": 5}).json()
    assert paged == {"data": whole[5:10], "total_count": 12}
    beyond = api.http.get(path, params={"paginated": "true", "offset": 99}).json()
    assert beyond == {"data": [], "total_count": 12}


@pytest.mark.parametrize("path", ["/jwt_templates", "/redirect_urls", "/organizations"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("limit", v) for v in ("0", "501", "-1", "x", "", "1.5", "٣", "9" * 5000)],
        *[("offset", v) for v in ("-1", "x", "9" * 40)],
    ],
)
def test_an_absurd_window_is_refused(api, tell, path, name, value):
    response = api.http.get(path, params={name: value})
    assert response.status_code == 422
    assert tell.codes(response) == [("form_param_value_invalid", name)]


def test_blocklist_and_domains_come_whole(api):
    for n in range(12):
        api.make("/blocklist_identifiers", identifier=f"a{n}@b.example")
        api.make("/domains", name=f"a{n}.example", is_satellite=True)
    for path, total in (("/blocklist_identifiers", 12), ("/domains", 13)):
        answer = api.http.get(path, params={"limit": "1", "offset": "5"}).json()
        assert (len(answer["data"]), answer["total_count"]) == (total, total)


BODIES = {
    "nothing": (b"", 400),
    "half an object": (b'{"url": ', 400),
    "an array": (b"[]", 400),
    "a string": (b'"x"', 400),
    "null": (b"null", 400),
    "bad UTF-8": (b'{"url": "\xff"}', 400),
    "UTF-16": ('{"url": "x"}'.encode("utf-16"), 400),
    "half a surrogate pair": (b'{"url": "\\ud800"}', 400),
    "not a number": (b'{"url": NaN}', 400),
    "infinity": (b'{"url": 1e999}', 400),
    "a number of 5000 digits": (b'{"url": ' + b"9" * 5000 + b"}", 400),
    "10000 levels": (b'{"url": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400),
    "101 levels": (b'{"url": ' + b"[" * 101 + b"]" * 101 + b"}", 400),
    "over a megabyte": (b'{"url": "' + b"x" * 1_000_000 + b'"}', 413),
    "an object for a string": (b'{"url": {"a": 1}}', 422),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/redirect_urls", "/jwt_templates", "/api_keys"])
def test_a_malformed_body_is_the_senders_fault(api, name, path):
    content, status = BODIES[name]
    if status == 422 and path == "/api_keys":
        status = 400  # the other dialect
    headers = {"Content-Type": "application/json; charset=utf-8"}
    response = api.http.post(path, content=content, headers=headers)
    assert response.status_code == status
    assert response.json()["errors"]


def test_a_host_that_makes_no_url_is_no_failure(api):
    assert api.http.get("/instance", headers={"Host": "[::1"}).is_success


def test_a_body_that_is_no_json_is_unsupported(api, tell):
    response = api.http.post("/redirect_urls", data={"url": "https://a.example"})
    assert response.status_code == 415
    assert tell.codes(response) == [("unsupported_content_type", None)]
    content = b'{"url": "https://a.example"}'
    assert api.http.post("/redirect_urls", content=content).is_success


def test_big_numbers_and_deep_claims_come_back_as_sent(api):
    claims = {"n": 10**300, "f": 1.5, "deep": {}, "text": "\u0000 é 😀"}
    inner = claims["deep"]
    for _ in range(90):
        inner["x"] = inner = {}
    made = api.make("/jwt_templates", name="t", claims=claims)
    assert api.http.get(f"/jwt_templates/{made['id']}").json()["claims"] == claims


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/jwt_templates/",
        "//jwt_templates",
        "/jwt_templates/%2e%2e%2finstance",
        "/jwt_templates/%00",
        "/jwt_templates/%ff",
        "/jwt_templates/a/b",
        "/organizations/" + "a" * 10_000,
        "/organizations/' OR 1=1 --",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_a_path_that_leads_nowhere_is_not_found(api, method, path):
    url = "http://sandbox.test/v1" + path
    assert api.http.request(method, url, json={}).status_code in (404, 501)


def test_an_operation_that_is_missing_here_says_so(api, tell):
    for method, path in (
        ("GET", "/machines"),
        ("PUT", "/instance"),
        ("POST", "/users/x/ban"),
        ("PUT", "/organizations/x/logo"),
    ):
        response = api.http.request(method, path, json={})
        assert response.status_code == 501
        assert tell.codes(response) == [("not_implemented", None)]
        assert f"{method} /v1{path}" in response.json()["errors"][0]["long_message"]


def test_an_unheard_of_method_is_not_allowed(api):
    assert api.http.request("BREW", "/jwt_templates").status_code == 405


def test_the_limit_is_a_window_and_says_when_it_opens(open_api, tell):
    api = open_api(rate_limit=(3, 10))
    for seconds in (0, 1, 1):
        api.clock.ms += seconds * 1000
        assert api.http.get("/instance").is_success
    response = api.http.get("/redirect_urls")
    assert response.status_code == 429
    assert tell.codes(response) == [("too_many_requests", None)]
    assert response.headers["Retry-After"] == "8"
    api.clock.ms += 7_999
    assert api.http.get("/instance").headers["Retry-After"] == "1"
    api.clock.ms += 1
    assert api.http.get("/instance").is_success
    assert api.http.get("/instance").status_code == 429


def test_an_organization_has_a_limit_of_its_own(open_api):
    api = open_api(rate_limit=(1000, 10))
    a, b = (f"/organizations/{api.make('/organizations', name=n)['id']}" for n in "ab")
    for n in range(10):
        path = a if n % 2 else f"{a}/metadata"
        assert api.http.patch(path, json={}).is_success
    assert api.http.put(f"{a}/metadata", json={}).headers["Retry-After"] == "10"
    assert api.http.patch(a, json={}).status_code == 429
    assert api.http.get(a).is_success
    assert api.http.patch(b, json={}).is_success


def test_without_a_limit_nothing_is_counted(api):
    path = f"/organizations/{api.make('/organizations', name='a')['id']}"
    assert all(api.http.patch(path, json={}).is_success for _ in range(30))


def test_what_was_received_is_kept_without_the_key(api):
    api.http.get("/organizations", params={"organization_id": ["a", "b"], "limit": "5"})
    body = {"name": "t", "claims": {}, "signing_key": "a-secret-of-the-test"}
    api.http.post("/jwt_templates", json=body)
    api.http.post("/jwt_templates", content=b"{")
    first, second, third = api.app.state.requests
    assert (first.method, first.path) == ("GET", "/v1/organizations")
    assert first.query == {"organization_id": ["a", "b"], "limit": ["5"]}
    assert (second.method, second.body, third.body) == ("POST", body, None)
    assert "sk_test" not in repr(vars(first))
    assert "a-secret-of-the-test" not in repr(second)


def test_a_sender_that_hangs_up_is_no_failure(api):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"authorization", b"Bearer sk_test_sandbox")]
    scope = {"type": "http", "method": "POST", "path": "/v1/redirect_urls", "headers": headers}
    asyncio.run(api.app({**scope, "query_string": b""}, receive, send))
    assert sent[0]["status"] == 400


def test_a_mistake_of_the_sandbox_is_answered_as_clerk_would_and_not_hidden(api, monkeypatch):
    def fail(*args, **more):
        raise ZeroDivisionError

    monkeypatch.setattr(api.store, "select", fail)
    with pytest.raises(ZeroDivisionError):
        api.http.get("/instance")

    async def get():
        transport = httpx.ASGITransport(api.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, headers=api.http.headers) as client:
            return await client.get("http://sandbox.test/v1/instance")

    response = asyncio.run(get())
    assert response.status_code == 500
    assert response.json()["errors"][0]["code"] == "internal_clerk_error"


def test_a_refused_write_leaves_nothing_behind(api):
    api.make("/jwt_templates", name="t", claims={})
    before = json.dumps(api.http.get("/jwt_templates").json())
    body = {"name": "t", "claims": {"sub": 1}}
    id = json.loads(before)[0]["id"]
    assert api.http.patch(f"/jwt_templates/{id}", json=body).status_code == 400
    assert json.dumps(api.http.get("/jwt_templates").json()) == before
