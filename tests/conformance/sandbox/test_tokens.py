"""Tokens of the sandbox under the verification that Clerk's Python SDK gives to applications."""

import base64
import json
from types import SimpleNamespace

import clerk_backend_api
import httpx
import jwt
import pytest
from clerk_backend_api.security import verify_token
from clerk_backend_api.security.types import (
    AuthenticateRequestOptions,
    TokenVerificationError,
    TokenVerificationErrorReason,
    VerifyTokenOptions,
)
from cryptography.hazmat.primitives import serialization

from tests.shell import PATIENCE

ORIGIN = "https://app.example"


class Application:
    """What has a secret key: it mints by the SDK and verifies by the published keys."""

    def __init__(self, server, key):
        self.key = key
        self.origin = server.origin
        self.sdk = clerk_backend_api.Clerk(
            bearer_auth=key,
            server_url=server.url,
            retry_config=None,
            timeout_ms=int(PATIENCE * 1000),
        )
        user = self.sdk.users.create(username="ann", public_metadata={"role": "admin"})
        self.user = user.id
        self.session = self.sdk.sessions.create(request={"user_id": user.id}).id

    def mint(self, template=None):
        sessions = self.sdk.sessions
        headers = {"Origin": ORIGIN}
        if template is None:
            return sessions.create_token(session_id=self.session, http_headers=headers).jwt
        return sessions.create_token_from_template(
            session_id=self.session, template_name=template, http_headers=headers
        ).jwt

    def template(self, **body):
        headers = {"Authorization": f"Bearer {self.key}"}
        httpx.post(
            f"{self.origin}/v1/jwt_templates", json=body, headers=headers, timeout=PATIENCE
        ).raise_for_status()

    def verify(self, token, **options):
        """By the JWKS, which the SDK gets with the secret key."""
        options = VerifyTokenOptions(secret_key=self.key, api_url=self.origin, **options)
        return verify_token(token, options)

    def authenticate(self, token, **options):
        """A request of a browser, by the public key that a dashboard shows."""
        request = SimpleNamespace(headers={"cookie": f"__session={token}"})
        options = AuthenticateRequestOptions(jwt_key=self.public_key(), **options)
        return self.sdk.authenticate_request(request, options)

    def public_key(self):
        (key,) = self.keys()
        return pem_of(key)

    def keys(self):
        return [key.model_dump(exclude_none=True) for key in self.sdk.jwks.get_jwks().keys]


def pem_of(jwk):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return jwt.PyJWK(jwk).key.public_bytes(serialization.Encoding.PEM, form).decode()


@pytest.fixture
def application(server, request):
    return Application(server, f"sk_test_tokens_{request.node.name}")


def test_a_session_token_lets_its_user_in(application):
    state = application.authenticate(application.mint(), authorized_parties=[ORIGIN])
    assert state.is_signed_in, state.reason
    claims = state.payload
    assert (claims["sub"], claims["sid"]) == (application.user, application.session)
    assert (claims["v"], claims["azp"]) == (2, ORIGIN)
    assert claims["iss"].startswith("https://")
    assert application.verify(application.mint())["sub"] == application.user


def test_a_session_token_says_what_a_custom_role_allows(application):
    sdk = application.sdk
    keys = ("org:bills:read", "org:bills:pay", "org:posts:read")
    ids = [sdk.organization_permissions.create(name=key, key=key).id for key in keys]
    sdk.organization_roles.create(
        name="Clerk",
        key="org:clerk",
        permissions=[ids[0], ids[2]],
        include_in_initial_role_set=True,
    )
    acme = sdk.organizations.create(request={"name": "Acme", "slug": "acme"}).id
    sdk.organization_memberships.create(
        organization_id=acme, user_id=application.user, role="org:clerk"
    )
    session = {"user_id": application.user, "active_organization_id": acme}
    application.session = sdk.sessions.create(request=session).id
    auth = application.authenticate(application.mint()).to_auth()
    assert (auth.org_id, auth.org_slug, auth.org_role) == (acme, "acme", "clerk")
    assert auth.org_permissions == ["org:bills:read", "org:posts:read"]


def test_a_token_of_another_origin_is_refused(application):
    state = application.authenticate(
        application.mint(), authorized_parties=["https://other.example"]
    )
    assert state.reason is TokenVerificationErrorReason.TOKEN_INVALID_AUTHORIZED_PARTIES


def test_a_template_token_says_what_its_template_says(application):
    claims = {"aud": "billing", "role": "{{user.public_metadata.role}}", "who": "{{user.id}}"}
    application.template(name="billing", claims=claims, lifetime=300, allowed_clock_skew=7)
    found = application.verify(application.mint("billing"), audience="billing")
    assert (found["role"], found["who"]) == ("admin", application.user)
    assert found["exp"] - found["iat"] == 300
    assert found["iat"] - found["nbf"] == 7
    assert "sid" not in found


def test_a_template_with_a_key_of_its_own_signs_with_it(application):
    key = "k" * 48
    application.template(
        name="hasura",
        claims={"a": 1},
        custom_signing_key=True,
        signing_algorithm="HS384",
        signing_key=key,
    )
    token = application.mint("hasura")
    assert jwt.decode(token, key, algorithms=["HS384"])["a"] == 1
    assert application.authenticate(token).is_signed_in is False


def test_a_tampered_token_is_refused(application):
    head, body, signature = application.mint().split(".")
    claims = json.loads(base64.urlsafe_b64decode(f"{body}=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "user_x"}).encode())
    token = ".".join([head, forged.decode().rstrip("="), signature])
    invalid = TokenVerificationErrorReason.TOKEN_INVALID_SIGNATURE
    assert application.authenticate(token).reason is invalid
    with pytest.raises(TokenVerificationError) as caught:
        application.verify(token)
    assert caught.value.reason is invalid


def test_a_foreign_token_is_refused(application, server):
    foreign = Application(server, f"{application.key}_other").mint()
    state = application.authenticate(foreign)
    assert state.reason is TokenVerificationErrorReason.TOKEN_INVALID_SIGNATURE
    with pytest.raises(TokenVerificationError) as caught:
        application.verify(foreign)
    assert caught.value.reason is TokenVerificationErrorReason.JWK_KID_MISMATCH


def test_an_expired_token_is_refused(client):
    """The clock of ``client`` stands still, long ago."""
    session = client.session()
    token = client.clerk.sessions.create_token(session_id=session["id"]).jwt
    (key,) = client.http.get("/jwks").json()["keys"]
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"])
    request = SimpleNamespace(headers={"Authorization": f"Bearer {token}"})
    options = AuthenticateRequestOptions(jwt_key=pem_of(key))
    state = client.clerk.authenticate_request(request, options)
    assert state.reason is TokenVerificationErrorReason.TOKEN_EXPIRED


def test_the_public_keys_are_published_to_everybody(application):
    (own,) = application.keys()
    published = httpx.get(f"{application.origin}/.well-known/jwks.json", timeout=PATIENCE).json()[
        "keys"
    ]
    assert own in published
