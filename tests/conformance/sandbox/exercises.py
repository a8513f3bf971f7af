"""What each operation does, seen through Clerk's SDK: an exercise per operation.

Those of kinds are in ``tests/kinds``, here and in the modules named here are the others.

An exercise brings about what the operation needs by raw HTTP, calls it through the SDK, and
checks what the SDK made of the answer. The SDK drops the claims of JWT templates both ways;
``test_round_trips`` has them.
"""

import base64
from typing import Any

import jwt
from clerk_backend_api import models

from clerkform.sandbox.routes import operations
from tests.conformance.sandbox import invitations
from tests.conformance.sandbox.cases import Exercise
from tests.conformance.sandbox.client import Client, named
from tests.samples import SAMPLES, is_sampled

# Domains


def check_proxy(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    check = client.clerk.proxy_checks.verify(
        request={"domain_id": made["id"], "proxy_url": "https://a.example/__clerk"}
    )
    assert (check.domain_id, check.proxy_url) == (made["id"], "https://a.example/__clerk")
    assert check.successful is True
    assert check.last_run_at == client.api.clock.ms


_OAUTH_SWITCHES = (
    "dynamic_oauth_client_registration",
    "oauth_jwt_access_tokens",
    "client_id_metadata_documents_advertised",
    "client_id_metadata_documents_only_allow_pre_registered_clients",
    "client_id_metadata_documents_block_implicitly_allowed_clients",
)


# Users


def list_users(client: Client) -> None:
    ann = client.make("/users", username="ann", email_address=["ann@a.b"], first_name="Ann")["id"]
    bob = client.make("/users", username="bob", email_address=["bob@a.b"], external_id="x1")["id"]
    users = client.clerk.users

    def ids(**query: Any) -> list[str]:
        request: Any = query
        return [user.id for user in users.list(request=request)]

    assert ids() == [bob, ann]
    assert ids(order_by="+created_at") == [ann, bob]
    assert ids(username=["ann"]) == [ann]
    assert ids(email_address=["BOB@a.b"]) == [bob]
    assert ids(external_id=["x1"]) == [bob]
    assert ids(user_id=[ann]) == [ann]
    assert ids(query="ann") == [ann]
    assert ids(limit=1, offset=1) == [ann]


def create_user(client: Client) -> None:
    made = client.clerk.users.create(
        email_address=["Ann@Example.com"],
        username="ann",
        first_name="Ann",
        last_name="Lee",
        external_id="x1",
        public_metadata={"a": 1},
        private_metadata={"b": 2},
        unsafe_metadata={"c": 3},
    )
    assert (made.username, made.first_name, made.last_name) == ("ann", "Ann", "Lee")
    assert made.email_addresses[0].email_address == "ann@example.com"
    assert made.primary_email_address_id == made.email_addresses[0].id
    assert (made.public_metadata, made.unsafe_metadata) == ({"a": 1}, {"c": 3})
    assert (made.private_metadata, made.external_id) == ({"b": 2}, "x1")


def count_users(client: Client) -> None:
    client.make("/users", username="ann")
    client.make("/users", username="bob")
    count = client.clerk.users.count
    assert count(request={}).total_count == 2
    assert count(request={"username": ["bob"]}).total_count == 1


def get_user(client: Client) -> None:
    made = client.make("/users", username="ann", public_metadata={"a": 1})
    got = client.clerk.users.get(user_id=made["id"])
    assert (got.id, got.username, got.public_metadata) == (made["id"], "ann", {"a": 1})


def update_user(client: Client) -> None:
    made = client.make("/users", username="ann", first_name="Ann")
    changed = client.clerk.users.update(
        user_id=made["id"], username="annie", last_name="Lee", external_id="x2"
    )
    assert (changed.username, changed.first_name, changed.last_name) == ("annie", "Ann", "Lee")
    assert client.clerk.users.get(user_id=made["id"]) == changed


def merge_user_metadata(client: Client) -> None:
    made = client.make("/users", username="ann", public_metadata={"a": {"x": 1, "y": 2}})
    changed = client.clerk.users.update_metadata(
        user_id=made["id"], public_metadata={"a": {"y": None}}, unsafe_metadata={"c": 3}
    )
    assert changed.public_metadata == {"a": {"x": 1}}
    assert (changed.private_metadata, changed.unsafe_metadata) == ({}, {"c": 3})


def replace_user_metadata(client: Client) -> None:
    made = client.make("/users", public_metadata={"a": 1}, unsafe_metadata={"c": 3})
    changed = client.clerk.users.replace_metadata(user_id=made["id"], public_metadata={"b": 2})
    assert (changed.public_metadata, changed.unsafe_metadata) == ({"b": 2}, {"c": 3})


def delete_user(client: Client) -> None:
    id = client.user()
    gone = client.clerk.users.delete(user_id=id)
    assert (gone.object, gone.id, gone.deleted) == ("user", id, True)


# Sessions and tokens


def list_sessions(client: Client) -> None:
    ann = client.user()
    first, second = client.session(user_id=ann)["id"], client.session(user_id=ann)["id"]
    client.session()
    client.make(f"/sessions/{first}/revoke")
    sessions = client.clerk.sessions
    assert [session.id for session in sessions.list(user_id=ann)] == [second, first]
    active = sessions.list(user_id=ann, status=models.QueryParamStatus.ACTIVE)
    assert [session.id for session in active] == [second]
    assert [session.id for session in sessions.list(user_id=ann, limit=1, offset=1)] == [first]


def create_session(client: Client) -> None:
    ann = client.user()
    acme = client.organization(created_by=ann)
    made = client.clerk.sessions.create(request={"user_id": ann, "active_organization_id": acme})
    assert (made.user_id, made.status.value) == (ann, "active")
    assert made.last_active_organization_id == acme
    assert made.id.startswith("sess_")


def get_session(client: Client) -> None:
    made = client.session()
    got = client.clerk.sessions.get(session_id=made["id"])
    assert (got.id, got.user_id, got.status.value) == (made["id"], made["user_id"], "active")


def revoke_session(client: Client) -> None:
    made = client.session()
    assert client.clerk.sessions.revoke(session_id=made["id"]).status.value == "revoked"
    assert client.clerk.sessions.get(session_id=made["id"]).status.value == "revoked"


def create_token(client: Client) -> None:
    session = client.session()
    token = client.clerk.sessions.create_token(session_id=session["id"], expires_in_seconds=90)
    claims = jwt.decode(token.jwt or "", options={"verify_signature": False})
    assert (claims["sid"], claims["sub"]) == (session["id"], session["user_id"])
    assert claims["exp"] - claims["iat"] == 90


def create_template_token(client: Client) -> None:
    client.make("/jwt_templates", name="api", claims={"who": "{{user.id}}"}, lifetime=77)
    session = client.session()
    token = client.clerk.sessions.create_token_from_template(
        session_id=session["id"], template_name="api"
    )
    claims = jwt.decode(token.jwt or "", options={"verify_signature": False})
    assert claims["who"] == claims["sub"] == session["user_id"]
    assert claims["exp"] - claims["iat"] == 77


def get_jwks(client: Client) -> None:
    (key,) = client.clerk.jwks.get_jwks().keys or []
    assert (key.kty, key.alg, key.use) == ("RSA", "RS256", "sig")
    assert key.kid
    assert len(base64.urlsafe_b64decode(f"{key.n}==")) >= 256


KNOBS: dict[str, dict[str, Any]] = {
    "POST /proxy_checks": {"instance": "production"},  # development instances have no proxies
}
"""What an exercise needs a sandbox to be."""

EXERCISES: dict[str, Exercise] = {
    **{name: act for sample in SAMPLES.values() for name, act in sample.exercises.items()},
    **invitations.EXERCISES,
    "POST /proxy_checks": check_proxy,
    "GET /users": list_users,
    "POST /users": create_user,
    "GET /users/count": count_users,
    "GET /users/{}": get_user,
    "PATCH /users/{}": update_user,
    "PATCH /users/{}/metadata": merge_user_metadata,
    "PUT /users/{}/metadata": replace_user_metadata,
    "DELETE /users/{}": delete_user,
    "GET /sessions": list_sessions,
    "POST /sessions": create_session,
    "GET /sessions/{}": get_session,
    "POST /sessions/{}/revoke": revoke_session,
    "POST /sessions/{}/tokens": create_token,
    "POST /sessions/{}/tokens/{}": create_template_token,
    "GET /jwks": get_jwks,
}

IMPLEMENTED = sorted({named(one) for one in operations() if is_sampled(one.path)})
"""The sandbox's operations, but for those of a kind that has no sample yet."""
