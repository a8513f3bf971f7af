"""How each error that Clerk's document names for an operation is brought about.

What is not about one operation is not repeated for it: ``EVERYWHERE`` has the errors that any
operation answers in the same way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clerkform.sandbox.settings import Contradictions
from tests.conformance.sandbox.client import Client
from tests.conformance.sandbox.exercises import EXERCISES, UNKNOWN

Act = Callable[[Client], object]


@dataclass(frozen=True)
class Refused:
    code: str
    act: Act
    knobs: dict[str, Any] = field(default_factory=dict)


def unentitled(name: str, feature: str) -> Refused:
    """The plan lacks ``feature``, so that nothing could be made first."""
    acts: dict[str, Act] = {
        "DELETE /allowlist_identifiers/{}": lambda c: c.clerk.allowlist_identifiers.delete(
            identifier_id="alid_" + UNKNOWN
        ),
        "DELETE /blocklist_identifiers/{}": lambda c: c.clerk.blocklist_identifiers.delete(
            identifier_id="blid_" + UNKNOWN
        ),
        "GET /allowlist_identifiers": lambda c: c.clerk.allowlist_identifiers.list(),
        "GET /blocklist_identifiers": lambda c: c.clerk.blocklist_identifiers.list(),
        "PATCH /jwt_templates/{}": lambda c: c.clerk.jwt_templates.update(
            template_id="jtmp_" + UNKNOWN, name="api", claims={}
        ),
        "PATCH /organizations/{}": lambda c: c.clerk.organizations.update(
            organization_id="org_" + UNKNOWN, name="Acme"
        ),
        "PATCH /instance/organization_settings": (
            lambda c: c.clerk.instance_settings.update_organization_settings(request={})
        ),
    }
    act = acts.get(name, EXERCISES[name])
    knobs = {"unentitled": frozenset({feature})}
    return Refused("unsupported_subscription_plan_features", act, knobs)


def not_there(act: Act) -> Refused:
    return Refused("resource_not_found", act)


def bad_request(act: Act) -> Refused:
    return Refused("bad_request", act)


def twice(act: Callable[[Client, Any], object], body: dict[str, Any]) -> Act:
    def acted(client: Client) -> None:
        act(client, body)
        act(client, body)

    return acted


def wrong_type(path: str, switch: str) -> Refused:
    """The SDK would not send it."""
    return Refused("form_param_type_invalid", lambda c: c.send("PATCH", path, {switch: "perhaps"}))


def without_organizations(act: Act) -> Refused:
    return Refused("organization_not_enabled_in_instance", act, {"organizations": False})


KEY = "ak_" + "0" * 32
ORGANIZATION = "org_" + UNKNOWN

REFUSED: dict[tuple[str, int], Refused] = {
    # JWT templates
    ("POST /jwt_templates", 400): Refused(
        "jwt_template_reserved_claim",
        # The SDK drops the claims, and with them what is wrong about these.
        lambda c: c.send("POST", "/jwt_templates", {"name": "api", "claims": {"sub": "x"}}),
    ),
    ("POST /jwt_templates", 402): unentitled("POST /jwt_templates", "jwt_templates"),
    ("POST /jwt_templates", 422): Refused(
        "form_identifier_exists",
        twice(
            lambda c, body: c.clerk.jwt_templates.create(request=body),
            {"name": "api", "claims": {}},
        ),
    ),
    ("GET /jwt_templates/{}", 404): not_there(
        lambda c: c.clerk.jwt_templates.get(template_id="jtmp_" + UNKNOWN)
    ),
    ("PATCH /jwt_templates/{}", 400): Refused(
        "jwt_template_reserved_claim",
        lambda c: c.send(
            "PATCH",
            f"/jwt_templates/{c.make('/jwt_templates', name='api', claims={})['id']}",
            {"name": "api", "claims": {"exp": 1}},
        ),
    ),
    ("PATCH /jwt_templates/{}", 402): unentitled("PATCH /jwt_templates/{}", "jwt_templates"),
    ("PATCH /jwt_templates/{}", 422): Refused(
        "form_param_value_too_large",
        lambda c: c.clerk.jwt_templates.update(
            template_id=c.make("/jwt_templates", name="api", claims={})["id"],
            name="api",
            claims={},
            allowed_clock_skew=301,
        ),
    ),
    ("DELETE /jwt_templates/{}", 404): not_there(
        lambda c: c.clerk.jwt_templates.delete(template_id="jtmp_" + UNKNOWN)
    ),
    # Redirect URLs
    ("POST /redirect_urls", 400): Refused(
        "request_body_invalid", lambda c: c.send("POST", "/redirect_urls", [])
    ),
    ("POST /redirect_urls", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.redirect_urls.create(request={"url": "https://*.example"}),
    ),
    ("GET /redirect_urls/{}", 404): not_there(
        lambda c: c.clerk.redirect_urls.get(id="ru_" + UNKNOWN)
    ),
    ("DELETE /redirect_urls/{}", 404): not_there(
        lambda c: c.clerk.redirect_urls.delete(id="ru_" + UNKNOWN)
    ),
    # Allowlist and blocklist
    ("GET /allowlist_identifiers", 402): unentitled("GET /allowlist_identifiers", "allowlist"),
    ("POST /allowlist_identifiers", 400): Refused(
        "duplicate_record",
        twice(
            lambda c, body: c.clerk.allowlist_identifiers.create(request=body),
            {"identifier": "ann@a.b"},
        ),
    ),
    ("POST /allowlist_identifiers", 402): unentitled("POST /allowlist_identifiers", "allowlist"),
    ("POST /allowlist_identifiers", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.allowlist_identifiers.create(request={"identifier": "ann"}),
    ),
    ("DELETE /allowlist_identifiers/{}", 402): unentitled(
        "DELETE /allowlist_identifiers/{}", "allowlist"
    ),
    ("DELETE /allowlist_identifiers/{}", 404): not_there(
        lambda c: c.clerk.allowlist_identifiers.delete(identifier_id="alid_" + UNKNOWN)
    ),
    ("GET /blocklist_identifiers", 402): unentitled("GET /blocklist_identifiers", "blocklist"),
    ("POST /blocklist_identifiers", 400): Refused(
        "duplicate_record",
        twice(
            lambda c, body: c.clerk.blocklist_identifiers.create(request=body),
            {"identifier": "ann@a.b"},
        ),
    ),
    ("POST /blocklist_identifiers", 402): unentitled("POST /blocklist_identifiers", "blocklist"),
    ("POST /blocklist_identifiers", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.blocklist_identifiers.create(request={"identifier": "+1 555"}),
    ),
    ("DELETE /blocklist_identifiers/{}", 402): unentitled(
        "DELETE /blocklist_identifiers/{}", "blocklist"
    ),
    ("DELETE /blocklist_identifiers/{}", 404): not_there(
        lambda c: c.clerk.blocklist_identifiers.delete(identifier_id="blid_" + UNKNOWN)
    ),
    # Domains
    ("POST /domains", 400): Refused(
        "request_body_invalid", lambda c: c.send("POST", "/domains", [])
    ),
    ("POST /domains", 402): unentitled("POST /domains", "satellites"),
    ("POST /domains", 422): Refused(
        "primary_domain_already_exists",
        # The SDK refuses to send this.
        lambda c: c.send("POST", "/domains", {"name": "a.example", "is_satellite": False}),
    ),
    ("PATCH /domains/{}", 400): Refused(
        "domain_update_forbidden",
        lambda c: c.clerk.domains.update(
            domain_id=c.make("/domains", name="a.example", is_satellite=True)["id"],
            proxy_url="https://a.example/__clerk",
        ),
    ),
    ("PATCH /domains/{}", 404): not_there(
        lambda c: c.clerk.domains.update(domain_id="dmn_" + UNKNOWN, name="a.example")
    ),
    ("PATCH /domains/{}", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.domains.update(
            domain_id=c.make("/domains", name="a.example", is_satellite=True)["id"],
            name="https://a.example",
        ),
    ),
    ("DELETE /domains/{}", 403): Refused(
        "operation_not_allowed_on_primary_domain",
        lambda c: c.clerk.domains.delete(domain_id=c.clerk.domains.list().data[0].id),
    ),
    ("DELETE /domains/{}", 404): not_there(
        lambda c: c.clerk.domains.delete(domain_id="dmn_" + UNKNOWN)
    ),
    ("POST /proxy_checks", 422): Refused(
        "form_resource_not_found",
        lambda c: c.clerk.proxy_checks.verify(
            request={"domain_id": "dmn_" + UNKNOWN, "proxy_url": "https://a.example/__clerk"}
        ),
        {"instance": "production"},
    ),
    # Organizations
    ("GET /organizations", 403): without_organizations(lambda c: c.clerk.organizations.list()),
    ("GET /organizations", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.organizations.list(order_by="colour")
    ),
    ("POST /organizations", 400): Refused(
        "organization_creator_not_found",
        lambda c: c.clerk.organizations.create(
            request={"name": "Acme", "created_by": "user_" + UNKNOWN}
        ),
    ),
    ("POST /organizations", 402): unentitled("POST /organizations", "organizations"),
    ("POST /organizations", 403): Refused(
        "organization_slugs_disabled",
        lambda c: c.clerk.organizations.create(request={"name": "Acme", "slug": "acme"}),
        {"slugs": False},
    ),
    ("POST /organizations", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organizations.create(request={"name": "see https://a.example"}),
    ),
    ("GET /organizations/{}", 403): without_organizations(
        lambda c: c.clerk.organizations.get(organization_id="acme")
    ),
    ("GET /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.get(organization_id="acme")
    ),
    ("PATCH /organizations/{}", 402): unentitled("PATCH /organizations/{}", "organizations"),
    ("PATCH /organizations/{}", 403): without_organizations(
        lambda c: c.clerk.organizations.update(organization_id=ORGANIZATION, name="Acme")
    ),
    ("PATCH /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.update(organization_id=ORGANIZATION, name="Acme")
    ),
    ("PATCH /organizations/{}", 422): Refused(
        "form_param_max_length_exceeded",
        lambda c: c.clerk.organizations.update(organization_id=c.organization(), name="a" * 257),
    ),
    ("DELETE /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.delete(organization_id="acme")
    ),
    ("PATCH /organizations/{}/metadata", 404): not_there(
        lambda c: c.clerk.organizations.merge_metadata(organization_id=ORGANIZATION)
    ),
    ("PATCH /organizations/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.organizations.merge_metadata(
            organization_id=c.organization(), public_metadata={"a": "x" * 8192}
        ),
    ),
    ("PUT /organizations/{}/metadata", 404): not_there(
        lambda c: c.clerk.organizations.replace_metadata(organization_id=ORGANIZATION)
    ),
    ("PUT /organizations/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.organizations.replace_metadata(
            organization_id=c.organization(), private_metadata={"a": "x" * 8192}
        ),
    ),
    # API keys
    ("GET /api_keys", 400): bad_request(lambda c: c.clerk.api_keys.get_api_keys(subject="acme")),
    ("GET /api_keys", 404): not_there(
        lambda c: c.clerk.api_keys.get_api_keys(subject=ORGANIZATION)
    ),
    ("POST /api_keys", 400): bad_request(
        lambda c: c.clerk.api_keys.create_api_key(name="ab", subject=ORGANIZATION)
    ),
    ("POST /api_keys/verify", 400): bad_request(lambda c: c.send("POST", "/api_keys/verify", {})),
    ("POST /api_keys/verify", 404): not_there(
        lambda c: c.clerk.api_keys.verify_api_key(secret="ak_nothing")
    ),
    ("GET /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.get_api_key(api_key_id="ak_x")
    ),
    ("GET /api_keys/{}", 404): not_there(lambda c: c.clerk.api_keys.get_api_key(api_key_id=KEY)),
    ("PATCH /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.update_api_key(api_key_id="ak_x", scopes=[])
    ),
    ("PATCH /api_keys/{}", 404): not_there(
        lambda c: c.clerk.api_keys.update_api_key(api_key_id=KEY, scopes=[])
    ),
    ("DELETE /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.delete_api_key(api_key_id="ak_x")
    ),
    ("DELETE /api_keys/{}", 404): not_there(
        lambda c: c.clerk.api_keys.delete_api_key(api_key_id=KEY)
    ),
    ("GET /api_keys/{}/secret", 400): bad_request(
        lambda c: c.clerk.api_keys.get_api_key_secret(api_key_id="ak_x")
    ),
    ("GET /api_keys/{}/secret", 404): not_there(
        lambda c: c.clerk.api_keys.get_api_key_secret(api_key_id=KEY)
    ),
    ("POST /api_keys/{}/revoke", 400): bad_request(
        lambda c: c.clerk.api_keys.revoke_api_key(api_key_id="ak_x")
    ),
    ("POST /api_keys/{}/revoke", 404): not_there(
        lambda c: c.clerk.api_keys.revoke_api_key(api_key_id=KEY)
    ),
    ("POST /api_keys", 409): Refused(
        "conflict",
        twice(
            lambda c, body: c.clerk.api_keys.create_api_key(**body, subject=c.acme()),
            {"name": "key"},
        ),
        {"contradictions": Contradictions(api_key_names="unique")},
    ),
    # The instance
    ("PATCH /instance", 422): Refused(
        "form_invalid_origin",
        lambda c: c.clerk.instance_settings.update(request={"allowed_origins": ["no origin"]}),
    ),
    ("PATCH /instance/restrictions", 402): unentitled(
        "PATCH /instance/restrictions", "restrictions"
    ),
    ("PATCH /instance/restrictions", 422): wrong_type("/instance/restrictions", "allowlist"),
    ("GET /instance/organization_settings", 402): unentitled(
        "GET /instance/organization_settings", "organizations"
    ),
    ("PATCH /instance/organization_settings", 402): unentitled(
        "PATCH /instance/organization_settings", "organizations"
    ),
    ("PATCH /instance/organization_settings", 403): Refused(
        "organizations_cannot_be_enabled",
        lambda c: c.clerk.instance_settings.update_organization_settings(request={"enabled": True}),
        {"organizations": False},
    ),
    ("PATCH /instance/organization_settings", 404): not_there(
        lambda c: c.clerk.instance_settings.update_organization_settings(
            request={"creator_role_id": "role_" + UNKNOWN}
        )
    ),
    ("PATCH /instance/organization_settings", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.instance_settings.update_organization_settings(
            request={"domains_enrollment_modes": ["by_mail"]}
        ),
    ),
    ("GET /organization_roles", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_roles.list(order_by="colour"),
    ),
    ("PATCH /instance/communication", 422): Refused(
        "form_param_duplicate",
        lambda c: c.clerk.instance_settings.update_communication(
            request={"blocked_country_codes": ["DE", "DE"]}
        ),
    ),
    ("PATCH /instance/protect", 422): wrong_type("/instance/protect", "rules_enabled"),
    ("PATCH /instance/oauth_application_settings", 422): wrong_type(
        "/instance/oauth_application_settings", "oauth_jwt_access_tokens"
    ),
    ("PATCH /beta_features/instance_settings", 402): unentitled(
        "PATCH /beta_features/instance_settings", "restrictions"
    ),
    ("PATCH /beta_features/instance_settings", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.beta_features.update_instance_settings(
            request={"from_email_address": "ann@example.com"}
        ),
    ),
    # Sessions
    ("GET /sessions", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.sessions.list(limit=501)
    ),
    ("POST /sessions", 400): Refused(
        "request_invalid_for_environment",
        lambda c: c.clerk.sessions.create(request={"user_id": c.user()}),
        {"instance": "production"},
    ),
    ("POST /sessions", 404): not_there(
        lambda c: c.clerk.sessions.create(request={"user_id": "user_" + UNKNOWN})
    ),
    ("POST /sessions", 422): Refused(
        "form_param_missing", lambda c: c.send("POST", "/sessions", {})
    ),
    ("GET /sessions/{}", 404): not_there(
        lambda c: c.clerk.sessions.get(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/revoke", 404): not_there(
        lambda c: c.clerk.sessions.revoke(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/tokens", 404): not_there(
        lambda c: c.clerk.sessions.create_token(session_id="sess_" + UNKNOWN)
    ),
    ("POST /sessions/{}/tokens/{}", 404): not_there(
        lambda c: c.clerk.sessions.create_token_from_template(
            session_id=c.session()["id"], template_name="nothing"
        )
    ),
    # Users
    ("POST /users", 422): Refused(
        "form_identifier_exists",
        twice(lambda c, body: c.clerk.users.create(**body), {"username": "ann"}),
    ),
    ("GET /users/{}", 404): not_there(lambda c: c.clerk.users.get(user_id="user_" + UNKNOWN)),
    ("PATCH /users/{}", 404): not_there(
        lambda c: c.clerk.users.update(user_id="user_" + UNKNOWN, first_name="Ann")
    ),
    ("GET /users", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.users.list(request={"limit": 0})
    ),
    ("GET /users/count", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.send("GET", "/users/count?banned=perhaps", None),
    ),
    ("PATCH /users/{}", 422): Refused(
        "form_identifier_exists",
        lambda c: (
            c.make("/users", username="ann"),
            c.clerk.users.update(user_id=c.user(), username="ann"),
        ),
    ),
    ("PATCH /users/{}/metadata", 404): not_there(
        lambda c: c.clerk.users.update_metadata(user_id="user_" + UNKNOWN)
    ),
    ("PATCH /users/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.users.update_metadata(
            user_id=c.user(), public_metadata={"a": "x" * 8192}
        ),
    ),
    ("PUT /users/{}/metadata", 404): not_there(
        lambda c: c.clerk.users.replace_metadata(user_id="user_" + UNKNOWN)
    ),
    ("PUT /users/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.users.replace_metadata(
            user_id=c.user(), unsafe_metadata={"a": "x" * 8192}
        ),
    ),
    ("DELETE /users/{}", 404): not_there(lambda c: c.clerk.users.delete(user_id="user_" + UNKNOWN)),
}

_ALWAYS_READABLE = "every instance has them, so there is nothing that could be missing or wrong"
NEVER: dict[tuple[str, int], str] = {
    ("GET /instance/organization_settings", 404): _ALWAYS_READABLE,
    ("GET /instance/organization_settings", 422): _ALWAYS_READABLE,
    ("GET /organization_roles", 403): "roles can be listed also where organizations are off",
    ("POST /users", 402): "nothing that the sandbox keeps of a user is a matter of the plan",
    ("POST /users", 403): "the number of users has no limit",
    ("PATCH /users/{}", 409): "nothing else changes a user meanwhile",
    ("DELETE /jwt_templates/{}", 403): (
        "the session token's template, which alone refuses, is no object of the sandbox"
    ),
}
"""Documented errors that the sandbox does not have, and why."""
