import re

import pytest
from clerk_backend_api import models

ITEM = {"code", "message", "long_message"}


@pytest.fixture
def acme(api):
    return api.make("/organizations", name="Acme")["id"]


def refused(response, status=400, code="bad_request"):
    """The other dialect: no meta, no trace id; answers the texts."""
    assert response.status_code == status
    body = response.json()
    assert body.keys() == {"errors"}
    assert all(error.keys() == ITEM for error in body["errors"])
    assert {error["code"] for error in body["errors"]} == {code}
    return [error["long_message"] for error in body["errors"]]


def test_a_key_lives_from_create_to_delete(api, acme):
    keys = api.clerk.api_keys
    made = keys.create_api_key(
        name="billing", subject=acme, scopes=["a:b"], claims={"x": [None]}, description="d"
    )
    assert re.fullmatch("ak_[0-9a-f]{32}", made.id)
    assert (made.subject, made.name, made.type) == (acme, "billing", "api_key")
    assert (made.scopes, made.claims, made.description) == (["a:b"], {"x": [None]}, "d")
    assert made.secret.startswith("ak_")
    got = keys.get_api_key(api_key_id=made.id)
    assert (got.subject, got.name, got.type) == (acme, "billing", "api_key")
    assert (got.scopes, got.claims, got.description) == (["a:b"], {"x": [None]}, "d")
    assert (got.created_at, got.expiration, got.revoked) == (made.created_at, None, False)
    listed = keys.get_api_keys(subject=acme)
    assert ([key.id for key in listed.data], listed.total_count) == ([made.id], 1)
    assert keys.get_api_key_secret(api_key_id=made.id).secret == made.secret
    updated = keys.update_api_key(
        api_key_id=made.id, scopes=[], claims=None, description="e", subject=api.user()
    )
    assert (updated.scopes, updated.claims, updated.description) == ([], None, "e")
    assert updated.subject.startswith("user_")
    assert keys.delete_api_key(api_key_id=made.id).id == made.id
    with pytest.raises(models.ClerkBaseError) as caught:
        keys.get_api_key(api_key_id=made.id)
    assert caught.value.raw_response.status_code == 404


def test_creation_answers_201_and_the_secret_once(api, acme):
    response = api.http.post("/api_keys", json={"name": "key", "subject": acme})
    assert response.status_code == 201
    secret = response.json()["secret"]
    key = f"/api_keys/{response.json()['id']}"
    for other in (api.http.get(key), api.http.get("/api_keys", params={"subject": acme})):
        assert secret not in other.text
    assert api.http.get(f"{key}/secret").json() == {"secret": secret}


def test_names_may_repeat(api, acme):
    ids = {api.make("/api_keys", name="key", subject=acme)["id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_revoked_key_stays_hidden_and_verifies_no_more(api, acme):
    keys = api.clerk.api_keys
    made = keys.create_api_key(name="key", subject=acme)
    assert keys.verify_api_key(secret=made.secret).last_used_at == api.clock.ms
    assert keys.revoke_api_key(api_key_id=made.id, revocation_reason="leaked").revoked is True
    again = keys.revoke_api_key(api_key_id=made.id, revocation_reason="other")
    assert again.revocation_reason == "leaked"
    assert keys.get_api_keys(subject=acme).total_count == 0
    shown = keys.get_api_keys(subject=acme, include_invalid=models.IncludeInvalid.TRUE)
    assert [key.id for key in shown.data] == [made.id]
    response = api.http.post("/api_keys/verify", json={"secret": made.secret})
    refused(response, 404, "resource_not_found")


def test_a_key_expires_by_the_clock_and_an_update_restarts_it(api, acme):
    made = api.make("/api_keys", name="key", subject=acme, seconds_until_expiration=1.5)
    path, query = f"/api_keys/{made['id']}", {"subject": acme}
    assert made["expiration"] == made["created_at"] + 1500
    api.clock.ms += 1499
    assert api.http.get(path).json()["expired"] is False
    assert api.http.get("/api_keys", params=query).json()["total_count"] == 1
    api.clock.ms += 1
    assert api.http.get(path).json()["expired"] is True
    assert api.http.get("/api_keys", params=query).json()["total_count"] == 0
    assert api.http.post("/api_keys/verify", json={"secret": made["secret"]}).status_code == 404
    renewed = api.http.patch(path, json={"seconds_until_expiration": 10}).json()
    assert (renewed["expired"], renewed["expiration"]) == (False, api.clock.ms + 10_000)
    forever = api.http.patch(path, json={"seconds_until_expiration": None}).json()
    assert forever["expiration"] is None


def test_a_list_is_of_one_subject_and_type_newest_first(api, acme):
    other = api.user()
    for n in range(3):
        api.make("/api_keys", name=f"key {n}", subject=acme)
    api.make("/api_keys", name="key 9", subject=other)
    api.make("/api_keys", name="typed", subject=acme, type="special")

    def listed(**query):
        answer = api.http.get("/api_keys", params={"subject": acme, **query}).json()
        return [key["name"] for key in answer["data"]], answer["total_count"]

    assert listed() == (["key 2", "key 1", "key 0"], 3)
    assert listed(limit="2.0", offset="1.0") == (["key 1", "key 0"], 3)
    assert listed(query="KEY 1") == (["key 1"], 1)
    assert listed(type="special") == (["typed"], 1)
    assert listed(subject=other) == (["key 9"], 1)


@pytest.mark.parametrize(
    "query",
    [
        {"subject": ""},
        {"subject": "acme"},
        {"subject": "role_" + "0" * 27},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "1.5"},
        {"limit": "nan"},
        {"limit": "9" * 400},
        {"offset": "-1"},
        {"offset": "9" * 400},
        {"include_invalid": "yes"},
        {"type": "ab"},
    ],
)
def test_a_wrong_query_is_a_bad_request(api, acme, query):
    response = api.http.get("/api_keys", params={"subject": acme, **query})
    (name,) = query
    (text,) = refused(response)
    assert f"query_parameter.{name}" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ab"),
        ("name", " abc"),
        ("name", 7),
        ("name", None),
        ("subject", "acme"),
        ("type", "a" * 26),
        ("description", "a" * 256),
        ("scopes", "a"),
        ("scopes", [1]),
        ("scopes", None),
        ("created_by", "ann"),
        ("seconds_until_expiration", 0),
        ("seconds_until_expiration", 1e300),
        ("seconds_until_expiration", "60"),
        ("colour", "red"),
    ],
)
def test_a_wrong_body_is_a_bad_request(api, acme, field, value):
    body = {"name": "key", "subject": acme, field: value}
    (text,) = refused(api.http.post("/api_keys", json=body))
    assert f"body.{field}" in text


def test_several_wrong_fields_are_told_at_once(api):
    assert len(refused(api.http.post("/api_keys", json={"name": "a", "x": 1}))) == 3
    refused(api.http.post("/api_keys", content=b"{", headers={"Content-Type": "application/json"}))


def test_the_name_and_the_type_cannot_change(api, acme):
    key = api.make("/api_keys", name="key", subject=acme)
    for body in ({"name": "other"}, {"type": "other"}, {"created_by": None}):
        refused(api.http.patch(f"/api_keys/{key['id']}", json=body))
    assert api.http.get(f"/api_keys/{key['id']}").json()["name"] == "key"


@pytest.mark.parametrize("prefix", ["org", "user", "mch", "scim"])
def test_a_subject_that_is_not_there_is_not_found(api, acme, prefix):
    nobody = f"{prefix}_" + "0" * 27
    key = api.make("/api_keys", name="key", subject=acme)
    for response in (
        api.http.get("/api_keys", params={"subject": nobody}),
        api.http.post("/api_keys", json={"name": "key", "subject": nobody}),
        api.http.patch(f"/api_keys/{key['id']}", json={"subject": nobody}),
    ):
        refused(response, 404, "resource_not_found")


@pytest.mark.parametrize(
    ("method", "tail"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/secret"), ("POST", "/revoke")],
)
def test_an_id_is_checked_before_it_is_looked_up(api, method, tail):
    (text,) = refused(api.http.request(method, f"/api_keys/ak_x{tail}", json={}))
    assert text == "Invalid 'url_parameter.apiKeyID': Failed regex check"
    unknown = f"/api_keys/ak_{'0' * 32}{tail}"
    refused(api.http.request(method, unknown, json={}), 404, "resource_not_found")


def test_keys_that_are_off_answer_422(open_api):
    api = open_api(api_keys=False)
    for method, path in (("GET", "/api_keys"), ("POST", "/api_keys"), ("POST", "/api_keys/verify")):
        refused(api.http.request(method, path, json={}), 422, "api_keys_not_enabled")


def test_the_version_in_the_path_may_be_missing(api, acme):
    made = api.make("http://sandbox.test/api_keys", name="key", subject=acme)
    for path in ("api_keys", "v1/api_keys"):
        assert api.http.get(f"http://sandbox.test/{path}/{made['id']}").is_success
    assert api.http.get("http://sandbox.test/redirect_urls").status_code == 404
