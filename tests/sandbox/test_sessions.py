"""Sessions, and tokens that verify: with Clerk's SDK where it can, with PyJWT elsewhere."""

import json
import warnings

import httpx
import jwt
import pytest
from clerk_backend_api.security import verifytoken
from clerk_backend_api.security.types import TokenVerificationError, VerifyTokenOptions
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clerkform.sandbox import ClerkSandbox
from clerkform.sandbox.database import wall_clock
from tests.shell import PATIENCE

WEEK = 7 * 24 * 60 * 60 * 1000


@pytest.fixture
def session(api):
    return api.make("/sessions", user_id=api.user())


def token(api, session, template=None, **body):
    path = f"/sessions/{session['id']}/tokens" + (f"/{template}" if template else "")
    return api.make(path, **body)["jwt"]


def public_key(api):
    (jwk,) = api.http.get("/jwks").json()["keys"]
    return jwt.PyJWK(jwk)


def claims(api, text, key=None, algorithm="RS256"):
    """Checked for everything but time, which stands still in these tests."""
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    return jwt.decode(text, key or public_key(api), [algorithm], options)


def test_a_session_lives_from_create_to_revoke(api):
    sessions, user = api.clerk.sessions, api.user()
    made = sessions.create(request={"user_id": user})
    assert made.id.startswith("sess_")
    assert (made.user_id, made.status) == (user, "active")
    assert made.expire_at == made.created_at + WEEK
    assert sessions.get(session_id=made.id) == made
    assert sessions.list(user_id=user) == [made]
    revoked = sessions.revoke(session_id=made.id)
    assert revoked.status == "revoked"
    assert sessions.revoke(session_id=made.id) == revoked
    assert api.http.post(f"/sessions/{made.id}/tokens", json={}).status_code == 404


def test_sessions_are_listed_by_what_they_are(api):
    ann, bob = api.user(), api.user()
    first, second, third = (api.make("/sessions", user_id=u) for u in (ann, bob, bob))
    api.http.post(f"/sessions/{third['id']}/revoke")

    def ids(**query):
        return [s["id"] for s in api.http.get("/sessions", params=query).json()]

    assert ids() == [third["id"], second["id"], first["id"]]
    assert ids(user_id=bob, status="active") == [second["id"]]
    assert ids(status="revoked") == [third["id"]]
    assert ids(client_id=first["client_id"]) == [first["id"]]
    api.wait(WEEK)
    assert ids(status="active") == []
    assert ids(status="expired") == [second["id"], first["id"]]
    assert api.http.get(f"/sessions/{first['id']}").json()["status"] == "expired"
    paged = api.http.get("/sessions", params={"paginated": "true", "limit": 2}).json()
    assert (len(paged["data"]), paged["total_count"]) == (2, 3)
    assert api.http.get("/sessions", params={"status": "odd"}).status_code == 422


def test_sessions_are_created_in_development_only(open_api, tell):
    api = open_api(instance="production")
    response = api.http.post("/sessions", json={"user_id": api.user()})
    assert (response.status_code, tell.codes(response)) == (
        400,
        [("request_invalid_for_environment", None)],
    )


def test_a_session_belongs_to_a_user_and_goes_with_them(api, session):
    assert api.http.post("/sessions", json={"user_id": "user_x"}).status_code == 404
    assert api.http.delete(f"/users/{session['user_id']}").is_success
    assert api.http.get(f"/sessions/{session['id']}").status_code == 404


def test_a_session_token_has_the_claims_of_version_2(api):
    user = api.user()
    acme = api.make("/organizations", name="Acme", created_by=user)
    session = api.make("/sessions", user_id=user, active_organization_id=acme["id"])
    api.wait(125_000)
    found = claims(api, token(api, session))
    now = api.clock.ms // 1000
    assert len(found.pop("jti")) == 20
    assert found == {
        "exp": now + 60,
        "fva": [2, -1],
        "iat": now,
        "iss": "https://sandbox.clerk.accounts.dev",
        "nbf": now - 10,
        "o": {"id": acme["id"], "rol": "admin", "slg": "acme"},
        "sid": session["id"],
        "sts": "active",
        "sub": user,
        "v": 2,
    }
    assert claims(api, token(api, session, expires_in_seconds=300))["exp"] == now + 300
    header = jwt.get_unverified_header(token(api, session))
    assert header == {"alg": "RS256", "kid": api.http.get("/instance").json()["id"], "typ": "JWT"}


def test_an_organization_that_is_deleted_is_active_nowhere(api):
    user = api.user()
    acme = api.make("/organizations", name="Acme", created_by=user)["id"]
    made = api.make("/sessions", user_id=user, active_organization_id=acme)
    assert api.http.delete(f"/organizations/{acme}").is_success
    found = api.http.get(f"/sessions/{made['id']}").json()
    assert found == {**made, "last_active_organization_id": None}
    assert "o" not in claims(api, token(api, made))


def test_a_token_has_the_role_of_its_user_and_what_it_permits(api):
    ann, bob = api.user(), api.user()
    acme = api.make("/organizations", name="Acme", created_by=ann)["id"]
    path = f"/organizations/{acme}/memberships"
    api.make(path, user_id=bob, role="org:member", public_metadata={"team": "blue"})
    wanted = {
        "role": "{{org.role}}",
        "may": "{{org_membership.permissions}}",
        "team": "{{org_membership.public_metadata.team}}",
        "all": "{{user.organizations}}",
    }
    api.make("/jwt_templates", name="t", claims=wanted)
    made = api.make("/sessions", user_id=bob, active_organization_id=acme)
    assert claims(api, token(api, made))["o"]["rol"] == "member"
    found = claims(api, token(api, made, "t"))
    assert {name: found[name] for name in wanted} == {
        "role": "org:member",
        "may": ["org:sys_billing:read", "org:sys_memberships:read"],
        "team": "blue",
        "all": {acme: "org:member"},
    }
    api.http.patch(f"{path}/{bob}", json={"role": "org:admin"})
    assert claims(api, token(api, made))["o"]["rol"] == "admin"
    api.http.delete(f"{path}/{bob}")
    assert "o" not in claims(api, token(api, made))
    assert claims(api, token(api, made, "t"))["all"] == {}


def test_only_a_members_organization_can_be_active(api):
    user, acme = api.user(), api.make("/organizations", name="Acme")["id"]
    for id in (acme, "org_x"):
        body = {"user_id": user, "active_organization_id": id}
        assert api.http.post("/sessions", json=body).status_code == 404


@pytest.mark.parametrize("seconds", [29, 315360001, "60", 60.5])
def test_a_lifetime_has_bounds(api, session, tell, seconds):
    path = f"/sessions/{session['id']}/tokens"
    response = api.http.post(path, json={"expires_in_seconds": seconds})
    assert response.status_code == 422
    assert tell.codes(response)[0][1] == "expires_in_seconds"
    assert api.http.post(path).is_success  # without any body
    assert api.http.post(path, json={"expires_in_seconds": None}).is_success


def test_the_origin_of_a_page_is_the_authorized_party(api, session):
    path = f"/sessions/{session['id']}/tokens"
    answer = api.http.post(path, json={}, headers={"Origin": "https://app.example"}).json()
    assert claims(api, answer["jwt"])["azp"] == "https://app.example"
    assert "azp" not in claims(api, token(api, session))


def test_a_template_token_renders_its_claims_and_adds_the_standard_ones(api):
    user = api.make(
        "/users",
        first_name="Ann",
        email_address=["ann@example.com"],
        public_metadata={"plan": {"tier": 3}},
    )
    acme = api.make("/organizations", name="Acme", created_by=user["id"])
    session = api.make("/sessions", user_id=user["id"], active_organization_id=acme["id"])
    template = api.make(
        "/jwt_templates",
        name="mine",
        lifetime=90,
        allowed_clock_skew=7,
        claims={
            "aud": "api",
            "tier": "{{user.public_metadata.plan.tier}}",
            "deep": [{"hello": "Hello {{user.first_name}} {{user.last_name}}!"}],
            "{{user.id}}": 1,
            "mail": "{{user.primary_email_address}}",
            "org": "{{org.slug}}/{{organization.role}}",
            "may": "{{org_membership.permissions}}",
            "mine": "{{user.organizations}}",
            "since": "{{user.created_at}}",
            "secret": "{{user.private_metadata}}",
        },
    )
    found = claims(api, token(api, session, "mine"))
    now = api.clock.ms // 1000
    assert "org:sys_memberships:manage" in found.pop("may")
    assert len(found.pop("jti")) == 20
    assert found == {
        "aud": "api",
        "tier": 3,
        "deep": [{"hello": "Hello Ann null!"}],
        "{{user.id}}": 1,
        "mail": "ann@example.com",
        "org": "acme/org:admin",
        "mine": {acme["id"]: "org:admin"},
        "since": now,
        "secret": None,
        "exp": now + 90,
        "iat": now,
        "nbf": now - 7,
        "iss": "https://sandbox.clerk.accounts.dev",
        "sub": user["id"],
    }
    stored = api.http.get(f"/jwt_templates/{template['id']}").json()["claims"]
    assert stored["tier"] == "{{user.public_metadata.plan.tier}}"
    longer = token(api, session, "mine", expires_in_seconds=600)
    assert claims(api, longer)["exp"] == now + 600
    assert api.http.post(f"/sessions/{session['id']}/tokens/nope", json={}).status_code == 404


def test_without_an_organization_its_shortcodes_are_null(api, session):
    wanted = {
        "a": "{{org.id}}",
        "b": "{{org_membership.permissions}}",
        "c": "{{org.slug || 'none'}}",
    }
    api.make("/jwt_templates", name="t", claims=wanted)
    found = claims(api, token(api, session, "t"))
    assert (found["a"], found["b"], found["c"]) == (None, None, "none")


def test_a_custom_key_signs_with_its_own_algorithm(api, session):
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    for algorithm, key, check in (
        ("HS256", "short", "short"),
        ("ES256", pem, private.public_key()),
    ):
        more = {"custom_signing_key": True, "signing_algorithm": algorithm, "signing_key": key}
        api.make("/jwt_templates", name=algorithm, claims={"a": 1}, **more)
        text = token(api, session, algorithm)
        assert jwt.get_unverified_header(text) == {"alg": algorithm, "typ": "JWT"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
            assert claims(api, text, check, algorithm)["a"] == 1
            with pytest.raises(jwt.PyJWTError):
                claims(api, text, public_key(api), "RS256")


@pytest.mark.parametrize("key", ["no PEM", "public"])
def test_a_key_that_cannot_sign_is_refused(api, tell, key):
    if key == "public":
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        key = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
    more = {"custom_signing_key": True, "signing_algorithm": "ES256", "signing_key": key}
    response = api.http.post("/jwt_templates", json={"name": "t", "claims": {}, **more})
    assert tell.codes(response) == [("form_param_value_invalid", "signing_key")]
    assert key not in response.text


def test_the_key_is_kept_and_is_the_instances_own(open_api, tmp_path):
    path = tmp_path / "state.db"
    kept = []
    for _ in range(2):
        api = open_api(path)
        kept.append(api.http.get("/jwks").json())
        api.store.close()
    assert kept[0] == kept[1]
    assert kept[0] != open_api().http.get("/jwks").json()
    assert b"PRIVATE KEY" not in json.dumps(kept).encode()


def test_the_public_keys_are_there_without_a_secret_key(api):
    own = api.http.get("/jwks").json()["keys"]
    other = {"Authorization": "Bearer sk_test_other"}
    foreign = api.http.get("/jwks", headers=other).json()["keys"]
    del api.http.headers["Authorization"]
    public = api.http.get("http://sandbox.test/.well-known/jwks.json")
    assert public.json() == {"keys": own + foreign}
    assert api.http.get("/jwks").status_code == 401


def test_clerks_sdk_takes_a_token_and_refuses_bad_ones(open_api, monkeypatch):
    """By the wall clock, which the SDK checks tokens by."""
    api = open_api()
    api.wait(wall_clock() - api.clock.ms)
    monkeypatch.setattr(verifytoken, "_fetch_jwks", lambda options: api.http.get("/jwks").json())
    options = VerifyTokenOptions(secret_key=api.key, api_url="http://sandbox.test")
    session = api.make("/sessions", user_id=api.user())
    good = token(api, session)
    assert verifytoken.verify_token(good, options)["sid"] == session["id"]

    def reason(text):
        with pytest.raises(TokenVerificationError) as caught:
            verifytoken.verify_token(text, options)
        return caught.value.reason.name

    head, body, signature = good.split(".")
    assert reason(f"{head}.{body[:-2]}AA.{signature}") == "TOKEN_INVALID_SIGNATURE"
    headers = {"Authorization": "Bearer sk_test_other"}
    user = api.http.post("/users", json={}, headers=headers).json()["id"]
    other = api.http.post("/sessions", json={"user_id": user}, headers=headers).json()["id"]
    foreign = api.http.post(f"/sessions/{other}/tokens", headers=headers).json()["jwt"]
    assert reason(foreign) == "JWK_KID_MISMATCH"
    old = open_api()
    monkeypatch.setattr(verifytoken, "_fetch_jwks", lambda options: old.http.get("/jwks").json())
    expired = token(old, old.make("/sessions", user_id=old.user()))
    assert reason(expired) == "TOKEN_EXPIRED"


def test_a_seeded_template_without_its_key_mints_nothing(tell):
    user, session = "user_" + "0" * 27, "sess_" + "0" * 27
    template = {"name": "t", "claims": {}, "custom_signing_key": True, "signing_algorithm": "ES256"}
    seed = {
        "users": [{"id": user}],
        "sessions": [{"id": session, "user_id": user, "expire_at": 10**15}],
        "jwt_templates": [template, {**template, "name": "u", "signing_key": "odd"}],
    }
    with ClerkSandbox(seed=seed) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.secret_key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers, timeout=PATIENCE) as http:
            for name in "tu":
                response = http.post(f"/sessions/{session}/tokens/{name}", json={})
                assert response.status_code == 422
                assert tell.codes(response) == [("form_param_value_invalid", "signing_key")]
