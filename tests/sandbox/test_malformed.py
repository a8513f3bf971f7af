"""Whatever is sent, it is never the sandbox that fails."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from clerkform.sandbox.routes import operations

HARD = """a@b.c +15555550100 https://a.example http://[::1 acme acme.example:80 %00 HS256
2012-10-20T07:15:20Z 0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59 100 true"""
TEXTS = st.text(max_size=12) | st.sampled_from(HARD.split())
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(10**400)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "name",
        "claims",
        "lifetime",
        "allowed_clock_skew",
        "custom_signing_key",
        "signing_algorithm",
        "signing_key",
        "url",
        "identifier",
        "notify",
        "is_satellite",
        "proxy_url",
        "is_secondary",
        "slug",
        "max_allowed_memberships",
        "created_at",
        "role_set_key",
        "key",
        "permissions",
        "include_in_initial_role_set",
        "roles",
        "default_role_key",
        "creator_role_key",
        "role_keys",
        "role_key",
        "to_role_key",
        "dest_role_set_key",
        "reassignment_mappings",
        "created_by",
        "public_metadata",
        "private_metadata",
        "subject",
        "scopes",
        "type",
        "description",
        "seconds_until_expiration",
        "revocation_reason",
        "secret",
        "username",
        "email_address",
        "external_id",
        "phone_number",
        "web3_wallet",
        "password",
        "primary_email_address_id",
        "unsafe_metadata",
        "user_id",
        "active_organization_id",
        "expires_in_seconds",
        "domain_id",
        "allowed_origins",
        "support_email",
        "development_origin",
        "blocked_country_codes",
        "default_scopes",
        "domains_enrollment_modes",
        "creator_role_id",
        "enabled",
        "from_email_address",
        "role",
        "enrollment_mode",
        "verified",
        "inviter_user_id",
        "redirect_url",
        "expires_in_days",
        "requesting_user_id",
    ]
)
BODIES = st.dictionaries(FIELDS, VALUES, max_size=5)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "limit",
            "offset",
            "paginated",
            "query",
            "order_by",
            "organization_id",
            "user_id",
            "subject",
            "type",
            "include_invalid",
            "include_members_count",
            "email_address",
            "email_address_query",
            "external_id",
            "role",
            "username_query",
            "banned",
            "created_at_before",
            "last_active_at_since",
            "starting_after",
            "provider",
            "status",
            "__clerk_api_version",
        ]
    ),
    TEXTS,
    max_size=3,
)


@pytest.mark.parametrize("instance", ["development", "production"])
def test_no_body_and_no_query_makes_it_fail(open_api, instance):
    api = open_api(instance=instance)
    subject = api.user()
    session = "sess_x"
    if instance == "development":
        session = api.make("/sessions", user_id=subject)["id"]
    organization = api.make("/organizations", name="Acme", created_by=subject)["id"]
    ids = [
        session,
        "acme",
        "ak_" + "0" * 32,
        subject,
        organization,
        api.make("/jwt_templates", name="t", claims={})["id"],
        api.make("/domains", name="a.example", is_satellite=True)["id"],
        api.make("/api_keys", name="key", subject=subject)["id"],
    ]
    every = [operation for operation in operations() if operation.method != "DELETE"]

    eve = {"email_address": "eve@x.example", "role": "org:member"}
    invited = api.make(f"/organizations/{organization}/invitations", **eve)["id"]
    acme = {"name": "acme.example", "enrollment_mode": "manual_invitation"}
    domain = api.make(f"/organizations/{organization}/domains", **acme)["id"]
    values = {
        "domain_id": [domain, "x"],
        "template": ["t", "x", "%00"],
        "user_id": [subject, "x"],
        "invitation_id": [invited, "x"],
        "permission_id": ["x"],
        "key_or_id": ["role_set:default", "x"],
    }

    @settings(max_examples=400, deadline=None, derandomize=True)
    @given(
        operation=st.sampled_from(every),
        id=st.sampled_from(ids),
        others=st.fixed_dictionaries({n: st.sampled_from(v) for n, v in values.items()}),
        body=BODIES | st.lists(BODIES, max_size=3) | VALUES,
        query=QUERIES,
    )
    def send(operation, id, others, body, query):
        path = operation.path.format(id=id, **others)
        response = api.http.request(operation.method, path, json=body, params=query)
        assert response.status_code < 500
        if operation.path == "/instance/organization_settings":
            api.http.patch(operation.path, json={"enabled": True})

    send()
