"""What each operation does, seen through Clerk's SDK: an exercise per operation.

An exercise brings about what the operation needs by raw HTTP, calls it through the SDK, and
checks what the SDK made of the answer. The SDK drops the claims of JWT templates both ways;
``test_round_trips`` has them.
"""

import base64
from collections.abc import Callable
from typing import Any

import jwt
from clerk_backend_api import models

from tests.conformance.sandbox.client import Client

UNKNOWN = "0" * 27


def plain(model: Any) -> dict[str, Any]:
    """A model of the SDK as the JSON it was made from."""
    dumped: dict[str, Any] = model.model_dump(mode="json", by_alias=True)
    return dumped


# JWT templates


def list_templates(client: Client) -> None:
    made = [client.make("/jwt_templates", name=name, claims={})["id"] for name in "abc"]
    assert [template.id for template in client.clerk.jwt_templates.list()] == made[::-1]
    page = client.clerk.jwt_templates.list(limit=1, offset=1, paginated=False)
    assert [template.name for template in page] == ["b"]


def create_template(client: Client) -> None:
    made = client.clerk.jwt_templates.create(
        request={"name": "api", "claims": {}, "lifetime": 30, "allowed_clock_skew": 0}
    )
    assert (made.name, made.lifetime, made.allowed_clock_skew) == ("api", 30, 0)
    assert (made.custom_signing_key, made.signing_algorithm) == (False, "RS256")
    assert made.id.startswith("jtmp_")


def get_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={})
    got = client.clerk.jwt_templates.get(template_id=made["id"])
    assert plain(got) == {**made, "claims": {}}


def update_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={}, lifetime=90)
    changed = client.clerk.jwt_templates.update(
        template_id=made["id"],
        name="web",
        claims={},
        custom_signing_key=True,
        signing_algorithm="HS256",
        signing_key="k" * 32,
    )
    assert (changed.id, changed.name, changed.lifetime) == (made["id"], "web", 60)
    assert (changed.custom_signing_key, changed.signing_algorithm) == (True, "HS256")


def delete_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={})
    gone = client.clerk.jwt_templates.delete(template_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("jwt_template", made["id"], True)


# Redirect URLs


def list_redirects(client: Client) -> None:
    made = [client.make("/redirect_urls", url=f"https://{n}.example/cb")["id"] for n in "abc"]
    assert [url.id for url in client.clerk.redirect_urls.list()] == made[::-1]
    assert [url.id for url in client.clerk.redirect_urls.list(limit=1, offset=2)] == made[:1]


def create_redirect(client: Client) -> None:
    made = client.clerk.redirect_urls.create(request={"url": "my-app://Callback"})
    assert (made.url, made.id[:3]) == ("my-app://Callback", "ru_")


def get_redirect(client: Client) -> None:
    made = client.make("/redirect_urls", url="https://a.example/cb")
    assert plain(client.clerk.redirect_urls.get(id=made["id"])) == made


def delete_redirect(client: Client) -> None:
    made = client.make("/redirect_urls", url="https://a.example/cb")
    gone = client.clerk.redirect_urls.delete(id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("redirect_url", made["id"], True)


# Allowlist and blocklist


def list_allowed(client: Client) -> None:
    made = [client.make("/allowlist_identifiers", identifier=f"{n}@a.b")["id"] for n in "xyz"]
    allowed = client.clerk.allowlist_identifiers
    assert [entry.id for entry in allowed.list()] == made[::-1]
    assert [entry.id for entry in allowed.list(limit=2, offset=1)] == made[1::-1]


def create_allowed(client: Client) -> None:
    made = client.clerk.allowlist_identifiers.create(
        request={"identifier": "Ann@Example.com", "notify": True}
    )
    assert (made.identifier, made.identifier_type) == ("ann@example.com", "email_address")
    assert made.invitation_id
    assert made.instance_id == client.http.get("/instance").json()["id"]


def delete_allowed(client: Client) -> None:
    made = client.make("/allowlist_identifiers", identifier="+15555550100")
    gone = client.clerk.allowlist_identifiers.delete(identifier_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("allowlist_identifier", made["id"], True)


def list_blocked(client: Client) -> None:
    made = [client.make("/blocklist_identifiers", identifier=f"{n}@a.b")["id"] for n in range(12)]
    listed = client.clerk.blocklist_identifiers.list()
    assert ([entry.id for entry in listed.data], listed.total_count) == (made[::-1], 12)


def create_blocked(client: Client) -> None:
    made = client.clerk.blocklist_identifiers.create(request={"identifier": "*@*.Example.com"})
    assert (made.identifier, made.identifier_type) == ("*@*.example.com", "email_address")


def delete_blocked(client: Client) -> None:
    made = client.make("/blocklist_identifiers", identifier="0x" + "A" * 40)
    assert made["identifier"] == "0x" + "a" * 40
    gone = client.clerk.blocklist_identifiers.delete(identifier_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("blocklist_identifier", made["id"], True)


# Domains


def list_domains(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    listed = client.clerk.domains.list()
    assert (listed.total_count, {d.is_satellite for d in listed.data}) == (2, {True, False})
    assert made["id"] in {domain.id for domain in listed.data}


def add_domain(client: Client) -> None:
    made = client.clerk.domains.add(request={"name": "A.example", "is_satellite": True})
    assert (made.name, made.is_satellite, made.accounts_portal_url) == ("a.example", True, None)
    assert made.id.startswith("dmn_")


def update_domain(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    changed = client.clerk.domains.update(domain_id=made["id"], name="b.example", is_secondary=True)
    assert (changed.id, changed.name) == (made["id"], "b.example")


def delete_domain(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    gone = client.clerk.domains.delete(domain_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("domain", made["id"], True)


def check_proxy(client: Client) -> None:
    made = client.make("/domains", name="a.example", is_satellite=True)
    check = client.clerk.proxy_checks.verify(
        request={"domain_id": made["id"], "proxy_url": "https://a.example/__clerk"}
    )
    assert (check.domain_id, check.proxy_url) == (made["id"], "https://a.example/__clerk")
    assert check.successful is True
    assert check.last_run_at == client.api.clock.ms


# Organizations


def list_organizations(client: Client) -> None:
    ann = client.user()
    made = [client.organization("Beta", created_by=ann), client.organization("Alpha")]
    organizations = client.clerk.organizations

    def names(**query: Any) -> list[str]:
        return [organization.name for organization in organizations.list(**query).data]

    assert organizations.list().total_count == 2
    assert names() == ["Alpha", "Beta"]
    assert names(order_by="+name") == ["Alpha", "Beta"]
    assert names(order_by="-name") == ["Beta", "Alpha"]
    assert names(order_by="-members_count") == ["Beta", "Alpha"]
    assert names(query="ALPH") == ["Alpha"]
    assert names(query=made[0]) == ["Beta"]
    assert names(organization_id=[made[0]]) == ["Beta"]
    assert names(organization_id=[f"-{made[0]}"]) == ["Alpha"]
    assert names(user_id=[f"+{ann}"]) == ["Beta"]
    assert names(limit=1, offset=1) == ["Beta"]
    counted = organizations.list(include_members_count=True).data
    assert [organization.members_count for organization in counted] == [0, 1]
    asked = organizations.list(include_missing_member_with_elevated_permissions=True).data
    missing = [organization.missing_member_with_elevated_permissions for organization in asked]
    assert missing == [True, False]  # the creator is an admin


def create_organization(client: Client) -> None:
    ann = client.user()
    made = client.clerk.organizations.create(
        request={
            "name": "Acme",
            "slug": "acme-1",
            "created_by": ann,
            "max_allowed_memberships": 0,
            "public_metadata": {"tier": {"level": 1}},
            "private_metadata": {"crm": [None, 1.5]},
            "created_at": "2020-01-02T03:04:05Z",
        }
    )
    assert (made.name, made.slug, made.created_by) == ("Acme", "acme-1", ann)
    assert made.max_allowed_memberships == 0
    assert made.public_metadata == {"tier": {"level": 1}}
    assert made.private_metadata == {"crm": [None, 1.5]}
    assert made.created_at == 1577934245000


def get_organization(client: Client) -> None:
    id = client.organization(slug="acme-1")
    organizations = client.clerk.organizations
    by_id = organizations.get(organization_id=id, include_members_count=True)
    assert (by_id.id, by_id.members_count) == (id, 0)
    assert organizations.get(organization_id="acme-1").id == id


def update_organization(client: Client) -> None:
    changed = client.clerk.organizations.update(
        organization_id=client.organization(),
        name="Acme Ltd",
        slug="acme-ltd",
        max_allowed_memberships=9,
        admin_delete_enabled=False,
    )
    assert (changed.name, changed.slug) == ("Acme Ltd", "acme-ltd")
    assert (changed.max_allowed_memberships, changed.admin_delete_enabled) == (9, False)


def delete_organization(client: Client) -> None:
    id = client.organization()
    gone = client.clerk.organizations.delete(organization_id=id)
    assert (gone.object, gone.id, gone.deleted) == ("organization", id, True)


def merge_metadata(client: Client) -> None:
    id = client.organization(public_metadata={"a": {"x": 1, "y": 2}, "b": 1})
    changed = client.clerk.organizations.merge_metadata(
        organization_id=id, public_metadata={"a": {"y": None, "z": [1]}}, private_metadata={"p": 1}
    )
    assert changed.public_metadata == {"a": {"x": 1, "z": [1]}, "b": 1}
    assert changed.private_metadata == {"p": 1}


def replace_metadata(client: Client) -> None:
    id = client.organization(public_metadata={"a": 1}, private_metadata={"p": 1})
    changed = client.clerk.organizations.replace_metadata(
        organization_id=id, public_metadata={"b": {"c": 2}}
    )
    assert (changed.public_metadata, changed.private_metadata) == ({"b": {"c": 2}}, {"p": 1})


# API keys


def list_keys(client: Client) -> None:
    subject = client.organization()
    made = [client.make("/api_keys", name=f"key {n}", subject=subject)["id"] for n in range(3)]
    other = client.make("/api_keys", name="other", subject=subject, type="special")["id"]
    keys = client.clerk.api_keys
    client.make(f"/api_keys/{made[0]}/revoke")

    def ids(**query: Any) -> list[str]:
        return [key.id for key in keys.get_api_keys(subject=subject, **query).data]

    assert ids() == [made[2], made[1]]
    assert ids(include_invalid=models.IncludeInvalid.TRUE) == made[::-1]
    assert ids(type_="special") == [other]
    assert ids(query="key 1") == [made[1]]
    assert ids(limit=1, offset=1) == [made[1]]


def create_key(client: Client) -> None:
    subject, creator = client.organization(), client.user()
    made = client.clerk.api_keys.create_api_key(
        name="billing",
        subject=subject,
        type_="special",
        description="d",
        claims={"x": [1, None]},
        scopes=["a:b"],
        created_by=creator,
        seconds_until_expiration=60,
    )
    assert (made.name, made.subject, made.type, made.description) == (
        "billing",
        subject,
        "special",
        "d",
    )
    assert (made.claims, made.scopes, made.created_by) == ({"x": [1, None]}, ["a:b"], creator)
    assert made.expiration == made.created_at + 60_000
    assert made.secret


def get_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    secret = made.pop("secret")
    got = client.clerk.api_keys.get_api_key(api_key_id=made["id"])
    assert plain(got) == made
    assert secret not in str(got)


def update_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user(), description="d")
    changed = client.clerk.api_keys.update_api_key(
        api_key_id=made["id"],
        subject=client.organization(),
        scopes=["x"],
        claims=7,
        description=None,
        seconds_until_expiration=0.5,
    )
    assert (changed.scopes, changed.claims, changed.description) == (["x"], 7, None)
    assert (changed.subject[:4], changed.expiration) == ("org_", client.api.clock.ms + 500)


def delete_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    gone = client.clerk.api_keys.delete_api_key(api_key_id=made["id"])
    assert (gone.object, gone.id, gone.DELETED) == ("api_key", made["id"], True)


def get_key_secret(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    assert client.clerk.api_keys.get_api_key_secret(api_key_id=made["id"]).secret == made["secret"]


def revoke_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    revoked = client.clerk.api_keys.revoke_api_key(api_key_id=made["id"], revocation_reason="r")
    assert (revoked.revoked, revoked.revocation_reason) == (True, "r")


def verify_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    verified = client.clerk.api_keys.verify_api_key(secret=made["secret"])
    assert (verified.id, verified.subject) == (made["id"], made["subject"])
    assert verified.last_used_at == client.api.clock.ms


# The instance


def get_instance(client: Client) -> None:
    got = client.clerk.instance_settings.get()
    assert (got.id[:4], got.environment_type) == ("ins_", "development")


def update_instance(client: Client) -> None:
    origins = ["https://b.example", "chrome-extension://abc"]
    settings = client.clerk.instance_settings
    settings.update(request={"test_mode": False, "support_email": "", "allowed_origins": origins})
    assert sorted(settings.get().allowed_origins or []) == sorted(origins)


def update_restrictions(client: Client) -> None:
    settings = client.clerk.instance_settings
    wanted: Any = {
        "allowlist": True,
        "blocklist": True,
        "allowlist_blocklist_disabled_on_sign_in": True,
        "block_email_subaddresses": True,
        "block_disposable_email_domains": True,
    }
    changed = settings.update_restrictions(request=wanted)
    assert plain(changed) == {"object": "instance_restrictions", **wanted}
    assert settings.update_restrictions(request={}) == changed


def get_organization_settings(client: Client) -> None:
    got = client.clerk.instance_settings.get_organization_settings()
    assert (got.enabled, got.max_allowed_memberships, got.slug_disabled) == (True, 5, False)


def update_organization_settings(client: Client) -> None:
    settings = client.clerk.instance_settings
    before = settings.get_organization_settings()
    (admin,) = client.clerk.organization_roles.list(query="org:admin").data
    changed = settings.update_organization_settings(
        request={
            "max_allowed_memberships": 20,
            "admin_delete_enabled": False,
            "domains_enabled": True,
            "domains_enrollment_modes": ["automatic_invitation"],
            "domains_default_role_id": admin.id,
        }
    )
    assert changed.domains_default_role == "org:admin"
    assert (changed.max_allowed_memberships, changed.admin_delete_enabled) == (20, False)
    assert changed.domains_enabled is True
    assert changed.domains_enrollment_modes == ["automatic_invitation"]
    assert changed.creator_role == before.creator_role
    assert settings.get_organization_settings() == changed


def list_roles(client: Client) -> None:
    listed = client.clerk.organization_roles.list(order_by="+key", limit=1)
    assert ([role.key for role in listed.data], listed.total_count) == (["org:admin"], 2)
    assert "org:sys_memberships:manage" in {p.key for p in listed.data[0].permissions}


def get_communication(client: Client) -> None:
    assert client.clerk.instance_settings.get_communication().blocked_country_codes == []


def update_communication(client: Client) -> None:
    settings = client.clerk.instance_settings
    changed = settings.update_communication(request={"blocked_country_codes": ["DE", "AT"]})
    assert changed.blocked_country_codes == ["DE", "AT"]
    assert settings.update_communication(request={}) == changed
    assert settings.get_communication() == changed


def get_protect(client: Client) -> None:
    got = client.clerk.instance_settings.get_instance_protect()
    assert isinstance(got.rules_enabled, bool)
    assert isinstance(got.specter_enabled, bool)


def update_protect(client: Client) -> None:
    settings = client.clerk.instance_settings
    for value in (True, False):
        changed = settings.update_instance_protect(
            request={"rules_enabled": value, "specter_enabled": not value}
        )
        assert (changed.rules_enabled, changed.specter_enabled) == (value, not value)
        assert settings.get_instance_protect() == changed


_OAUTH_SWITCHES = (
    "dynamic_oauth_client_registration",
    "oauth_jwt_access_tokens",
    "client_id_metadata_documents_advertised",
    "client_id_metadata_documents_only_allow_pre_registered_clients",
    "client_id_metadata_documents_block_implicitly_allowed_clients",
)


def get_oauth_settings(client: Client) -> None:
    got = plain(client.clerk.instance_settings.get_o_auth_application_settings())
    assert {type(got[switch]) for switch in _OAUTH_SWITCHES} == {bool}


def update_oauth_settings(client: Client) -> None:
    settings = client.clerk.instance_settings
    defaults = settings.get_o_auth_application_settings().default_scopes
    switches = dict.fromkeys(_OAUTH_SWITCHES, True)
    request: Any = {**switches, "default_scopes": ["openid"]}
    changed = settings.update_o_auth_application_settings(request=request)
    assert plain(changed).items() >= switches.items()
    assert changed.default_scopes == ["openid"]
    assert settings.get_o_auth_application_settings() == changed
    back = settings.update_o_auth_application_settings(request={"default_scopes": None})
    assert back.default_scopes == defaults


def update_beta_settings(client: Client) -> None:
    features = client.clerk.beta_features
    changed = features.update_instance_settings(
        request={"restricted_to_allowlist": True, "from_email_address": "noreply"}
    )
    assert changed.restricted_to_allowlist is True
    assert (changed.from_email_address or "").partition("@")[0] == "noreply"
    # The SDK would make `false` of what is left out.
    read = features.update_instance_settings(request={"restricted_to_allowlist": None})
    assert plain(read) == plain(changed)


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

EXERCISES: dict[str, Callable[[Client], None]] = {
    "GET /jwt_templates": list_templates,
    "POST /jwt_templates": create_template,
    "GET /jwt_templates/{}": get_template,
    "PATCH /jwt_templates/{}": update_template,
    "DELETE /jwt_templates/{}": delete_template,
    "GET /redirect_urls": list_redirects,
    "POST /redirect_urls": create_redirect,
    "GET /redirect_urls/{}": get_redirect,
    "DELETE /redirect_urls/{}": delete_redirect,
    "GET /allowlist_identifiers": list_allowed,
    "POST /allowlist_identifiers": create_allowed,
    "DELETE /allowlist_identifiers/{}": delete_allowed,
    "GET /blocklist_identifiers": list_blocked,
    "POST /blocklist_identifiers": create_blocked,
    "DELETE /blocklist_identifiers/{}": delete_blocked,
    "GET /domains": list_domains,
    "POST /domains": add_domain,
    "PATCH /domains/{}": update_domain,
    "DELETE /domains/{}": delete_domain,
    "POST /proxy_checks": check_proxy,
    "GET /organizations": list_organizations,
    "POST /organizations": create_organization,
    "GET /organizations/{}": get_organization,
    "PATCH /organizations/{}": update_organization,
    "DELETE /organizations/{}": delete_organization,
    "PATCH /organizations/{}/metadata": merge_metadata,
    "PUT /organizations/{}/metadata": replace_metadata,
    "GET /api_keys": list_keys,
    "POST /api_keys": create_key,
    "GET /api_keys/{}": get_key,
    "PATCH /api_keys/{}": update_key,
    "DELETE /api_keys/{}": delete_key,
    "GET /api_keys/{}/secret": get_key_secret,
    "POST /api_keys/{}/revoke": revoke_key,
    "POST /api_keys/verify": verify_key,
    "GET /instance": get_instance,
    "PATCH /instance": update_instance,
    "PATCH /instance/restrictions": update_restrictions,
    "GET /instance/organization_settings": get_organization_settings,
    "PATCH /instance/organization_settings": update_organization_settings,
    "GET /organization_roles": list_roles,
    "GET /instance/communication": get_communication,
    "PATCH /instance/communication": update_communication,
    "GET /instance/protect": get_protect,
    "PATCH /instance/protect": update_protect,
    "GET /instance/oauth_application_settings": get_oauth_settings,
    "PATCH /instance/oauth_application_settings": update_oauth_settings,
    "PATCH /beta_features/instance_settings": update_beta_settings,
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
