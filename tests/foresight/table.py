"""For every refusal that the sandbox knows: what foresees it, or why nothing can.

The keys are places in the sandbox's code, as ``sites`` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

USER = "user_000000000000000000000000000"
ACME = "organizations: [{slug: acme, name: Acme, public_metadata: {a: %s}}]\n"


@dataclass(frozen=True)
class Seen:
    """A manifest whose refusal is told before anything is written."""

    manifest: str
    code: str
    by: Literal["validate", "plan"] = "validate"
    live: str = ""
    """What was applied before."""
    knobs: dict[str, Any] = field(default_factory=dict)
    """Of the sandbox."""
    is_warned: bool = False
    """It may be refused: a warning says so."""
    exit_code: int = 1
    sends: tuple[str, str, dict[str, Any]] | None = None
    """The request that the apply would make, where nothing else stands in its way."""


@dataclass(frozen=True)
class Met:
    """It never comes to the request: an apply finds what it wants to make, and writes nothing."""

    manifest: str
    live: str = ""


@dataclass(frozen=True)
class Unseen:
    """Why nobody can see it before."""

    why: str


Entry = Seen | Met | Unseen

GONE = Unseen("the object was there when the plan read it, and went before the apply")
NOT_SENT = Unseen("clerkform sends no such request")
ASKS = Unseen("a read of clerkform's own, with parameters that no manifest sets")
MODEL = Unseen("types, unknown, missing and null fields: what clerkform sends is what models made")
BOUNDS = Unseen("test_foresight tests the bounds of each field one by one")
SERVICE = Unseen("an outage, a busy instance, a gateway: it comes and goes")
PRODUCTION = {"instance": "production"}

FORESEEN: dict[str, list[Entry]] = {
    # Any request
    "answers.faulty (varies)": [SERVICE],
    "answers.broken internal_clerk_error": [SERVICE],
    "app._check_rate too_many_requests": [SERVICE],
    "body.receive request_body_too_large": [
        Unseen("how much Clerk takes is not documented; the linter warns from 4 KB of claims on")
    ],
    "body.receive request_body_invalid": [SERVICE],
    "body.parse unsupported_content_type": [NOT_SENT],
    "body.parse request_body_invalid": [
        NOT_SENT,
        Unseen("how deep Clerk takes JSON is not documented; a manifest's own depth is bounded"),
        NOT_SENT,
    ],
    "dialect.read bad_request": [BOUNDS],
    "dialect.number bad_request": [ASKS],
    "dialect.bad bad_request": [Unseen("makes the item for others")],
    "dialect.bad_request bad_request": [Unseen("makes the item for others")],
    "dialect.not_found resource_not_found": [Unseen("makes the item for others")],
    "fields.find_problems form_param_unknown": [MODEL],
    "fields.find_problems form_param_missing": [
        Seen("jwt_templates: [{name: a}]\n", "needed-to-create", "plan")
    ],
    "fields.problem form_param_nil": [
        Seen("jwt_templates: [{name: a, claims: {}, lifetime: null}]\n", "null-here")
    ],
    "fields.problem form_param_type_invalid": [
        Seen("jwt_templates: [{name: a, claims: []}]\n", "wrong-type")
    ],
    "fields._text_problem form_param_min_length_exceeded": [BOUNDS],
    "fields._text_problem form_param_max_length_exceeded": [BOUNDS],
    "fields._text_problem form_param_format_invalid": [BOUNDS],
    "fields._number_problem form_param_value_invalid": [BOUNDS],
    "fields._number_problem form_param_value_too_large": [BOUNDS],
    "lists.window form_param_value_invalid": [ASKS, ASKS],
    "lists.flag form_param_value_invalid": [ASKS],
    "lists.order form_param_value_invalid": [ASKS],
    "missing.no_operation method_not_allowed": [NOT_SENT],
    "missing.no_operation not_implemented": [NOT_SENT],
    "missing.no_operation resource_not_found": [NOT_SENT],
    "versions._invalid api_version_invalid": [NOT_SENT],
    # The first request of a plan, GET /instance, is refused as any other.
    "keys.key_of authentication_invalid": [NOT_SENT],
    "keys.key_of authorization_header_format_invalid": [NOT_SENT],
    "keys.key_of clerk_key_invalid": [Unseen("the plan itself ends there, with exit code 3")],
    "routes/organization_settings.require_organizations organization_not_enabled_in_instance": [
        Seen(
            "organizations: [{slug: acme, name: Acme}]\n",
            "organization_not_enabled_in_instance",
            "plan",
            knobs={"organizations": False},
            exit_code=3,
        )
    ],
    "routes/api_keys.require_api_keys api_keys_not_enabled": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none}}]\n",
            "api_keys_not_enabled",
            "plan",
            knobs={"api_keys": False},
            exit_code=3,
        )
    ],
    "operation.allow unsupported_subscription_plan_features": [
        Unseen("what an account has paid for shows in no read but the lists' of these features")
    ],
    # Allowlist and blocklist
    "identifiers.parse form_param_format_invalid": [
        Seen('allowlist_identifiers: ["*@*.example.com"]\n', "wrong-value")
    ],
    "identifiers.parse duplicate_record": [
        Met(
            "allowlist_identifiers: [ann@example.com]\n",
            "allowlist_identifiers: [Ann@Example.com]\n",
        )
    ],
    "identifiers.remove resource_not_found": [GONE],
    # Domains
    "routes/domains.proxy_problem form_param_format_invalid": [
        Seen("domains: [{name: a.example, proxy_url: 'https://[a'}]\n", "wrong-value")
    ],
    "routes/domains.proxy_problem insecure_url": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'http://a.example/__clerk'}]\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=(
                "POST",
                "/domains",
                {"name": "a.example", "is_satellite": True, "proxy_url": "http://a.example/x"},
            ),
        )
    ],
    "routes/domains.create primary_domain_already_exists": [
        Seen("domains: [{name: a.example, is_satellite: false}]\n", "primary-domain", "plan")
    ],
    "routes/domains.create form_param_value_invalid": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'https://a.example/__clerk'}]\n",
            "clerk-may-refuse",
            "plan",
            is_warned=True,
            sends=(
                "POST",
                "/domains",
                {"name": "a.example", "is_satellite": True, "proxy_url": "https://a.example/x"},
            ),
        )
    ],
    "routes/domains.refuse_in_development domain_update_forbidden": [
        Seen(
            "domains: [{name: a.example, proxy_url: 'https://a.example/__clerk'}]\n",
            "clerk-may-refuse",
            "plan",
            live="domains: [a.example]\n",
            is_warned=True,
        )
    ],
    "routes/domains.delete operation_not_allowed_on_primary_domain": [
        Seen("domains: [{name: sandbox.accounts.dev, absent: true}]\n", "primary-domain", "plan")
    ],
    "routes/domains.find resource_not_found": [GONE],
    "routes/domains.unreached invalid_proxy_configuration": [
        Unseen("Clerk alone can say whether it reaches the proxy, and is asked by a write only")
    ],
    "routes/domains.name_problems form_param_format_invalid": [
        Seen(
            "domains: ['localhost:3000']\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=("POST", "/domains", {"name": "localhost:3000", "is_satellite": True}),
        )
    ],
    "routes/domains.name_problems form_already_exists": [
        Met("domains: [shop.example.com]\n", "domains: [Shop.example.com]\n")
    ],
    # JWT templates
    "routes/jwt_templates.known_algorithm form_param_value_invalid": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_algorithm: HS257,"
            " signing_key: {from_env: KEY}}]\n",
            "unknown-algorithm",
        )
    ],
    "routes/jwt_templates.get resource_not_found": [GONE],
    "routes/jwt_templates.checked form_identifier_exists": [
        Met("jwt_templates: [{name: a, claims: {}}]\n", "jwt_templates: [{name: a, claims: {}}]\n")
    ],
    "routes/jwt_templates.missing_key_parts form_conditional_param_missing": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_key: {from_env: KEY}}]\n",
            "needed-to-create",
            "plan",
        )
    ],
    "routes/jwt_templates.unusable_key form_param_value_invalid": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_algorithm: RS256,"
            " signing_key: {from_env: KEY}}]\n",
            "key-unreadable",
        )
    ],
    "routes/jwt_templates.reserved_claim jwt_template_reserved_claim": [
        Seen("jwt_templates: [{name: a, claims: {sub: x}}]\n", "reserved-claim")
    ],
    # Organizations
    "routes/organizations.plain_name form_param_value_invalid": [
        Seen("organizations: [{slug: acme, name: ' '}]\n", "wrong-value"),
        Seen("organizations: [{slug: acme, name: 'Acme <b>'}]\n", "wrong-value"),
    ],
    "routes/organization_settings.known_role_set form_resource_not_found": [
        Unseen("no plan reads role sets: they are no kind yet")
    ],
    "routes/organizations.conditions form_param_array_size_exceeded": [ASKS],
    "routes/organizations.get resource_not_found": [GONE],
    "routes/organizations.create organization_creator_not_found": [
        Unseen("no plan reads users, of whom there may be millions")
    ],
    "routes/organizations.find resource_not_found": [GONE],
    "routes/organizations.checked_slug organization_slugs_disabled": [
        Unseen("the instance's settings say it, which are no kind yet and no plan reads")
    ],
    "routes/organizations.checked_slug (varies)": [
        Met("organizations: [{slug: a, name: A}]\n", "organizations: [{slug: a, name: A}]\n")
    ],
    "metadata.size_problem form_param_exceeds_allowed_size": [
        Seen(
            ACME.replace("{a:", "{b:") % ("y" * 5000),
            "clerk-refuses",
            "plan",
            live=ACME % ("x" * 5000),
        )
    ],
    "moments.problem form_param_format_invalid": [
        Seen("organizations: [{slug: a, name: A, created_at: yesterday}]\n", "wrong-value")
    ],
    # Redirect URLs
    "routes/redirect_urls.get resource_not_found": [GONE],
    "routes/redirect_urls.create form_already_exists": [
        Met("redirect_urls: [https://a.example/cb]\n", "redirect_urls: [https://a.example/cb]\n")
    ],
    "routes/redirect_urls.url_problem form_param_format_invalid": [
        Seen("redirect_urls: ['https://[a']\n", "wrong-value"),
        Seen("redirect_urls: ['com.app:/x']\n", "bad-pattern"),
        Seen("redirect_urls: ['https:///x']\n", "wrong-value"),
    ],
    "routes/redirect_urls.url_problem invalid_url_scheme": [
        Seen("redirect_urls: ['javascript://x']\n", "wrong-value")
    ],
    "routes/redirect_urls.url_problem insecure_url": [
        Seen(
            "redirect_urls: ['http://localhost:3000/cb']\n",
            "clerk-refuses",
            "plan",
            knobs=PRODUCTION,
            sends=("POST", "/redirect_urls", {"url": "http://localhost:3000/cb"}),
        )
    ],
    # API keys
    "routes/api_keys.positive form_param_value_invalid": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none,"
            " seconds_until_expiration: 0}]\n",
            "out-of-bounds",
        )
    ],
    "routes/api_keys.list_all bad_request": [ASKS, ASKS, ASKS],
    "routes/api_keys.get_secret resource_not_found": [
        Unseen(
            "whether Clerk shows a secret again is known by asking for it, which a plan does not"
        )
    ],
    "routes/api_keys.verify resource_not_found": [NOT_SENT],
    "routes/api_keys.find bad_request": [ASKS],
    "routes/api_keys.find resource_not_found": [GONE],
    "routes/api_keys.check_subject resource_not_found": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none}}]\n",
            "subject-not-found",
            "plan",
        )
    ],
    "routes/api_keys.check_name conflict": [
        Unseen(
            "names may repeat, as far as the document says; a 409 is documented, but not for what"
        )
    ],
}

MODULES = {
    "hosts": "a gate of the sandbox's own, for what comes from another machine",
    "control": "the sandbox's own endpoints, for whoever runs it",
    "identifications": "of users, whom clerkform never writes",
    "user_filters": "of users, whom clerkform never reads",
    "routes/users": "clerkform never writes users",
    "routes/sessions": "clerkform never writes sessions",
    "routes/instance": "settings are no kind yet",
    "routes/instance_settings": "settings are no kind yet",
    "routes/organization_settings": "settings are no kind yet",
    "routes/environment": "the Frontend API's, which clerkform never writes to",
    "routes/proxy_checks": "no kind: Clerk checks a proxy itself when a domain gets one",
}
"""Parts of the sandbox that no kind writes to."""

WRONG_FORMS = {
    ("api_keys", "subject"): "user_é00000000000000000000000000",
    ("api_keys", "name"): " billing",
    ("api_keys", "created_by"): "user_1",
    ("organizations", "slug"): "Acme",
}
"""A value of each field with a pattern that does not have it."""
SECRETS = {("jwt_templates", "signing_key"): "a secret that is empty is an error of its own"}
"""Fields whose bounds are of a value that no manifest holds."""
