"""For every refusal that the sandbox knows: what foresees it, or why nothing can.

The keys are places in the sandbox's code, as ``sites`` finds them. Those in the routes of a kind are
in ``tests/kinds/NAME.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.foresight.entries import (
    ACME,
    ASKS,
    BOUNDS,
    GONE,
    MODEL,
    NOT_SENT,
    SERVICE,
    Entry,
    Met,
    Seen,
    Unseen,
)
from tests.samples import SAMPLES

ELEVEN = ", ".join(f"'org:{at}'" for at in range(11))

FORESEEN: dict[str, Sequence[Entry]] = {
    **{
        f"routes/{name}.{place}": entries
        for name, sample in SAMPLES.items()
        for place, entries in sample.foreseen.items()
    },
    # Any request
    "answers.faulty (varies)": [SERVICE],
    "answers.broken internal_clerk_error": [SERVICE],
    "app._check_rate too_many_requests": [SERVICE],
    "body.receive request_body_too_large": [
        Unseen("how much Clerk takes is not documented; the linter warns from 4 KB of claims on")
    ],
    "body.receive request_body_invalid": [SERVICE],
    "body.parse request_body_invalid": [NOT_SENT],
    "body.parse_list request_body_invalid": [NOT_SENT],
    "body.parse_any unsupported_content_type": [NOT_SENT],
    "body.parse_any request_body_invalid": [
        NOT_SENT,
        Unseen("how deep Clerk takes JSON is not documented; a manifest's own depth is bounded"),
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
    "lists.several form_param_array_size_exceeded": [ASKS],
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
    # Settings: their routes are not one a kind, so all of them are here
    "routes/instance.origin_problem form_invalid_origin": [
        Seen("instance_settings: {allowed_origins: ['https://a.example/path']}\n", "wrong-value")
    ],
    "routes/instance.empty_or_email form_param_format_invalid": [
        Seen("instance_settings: {support_email: nobody}\n", "wrong-value")
    ],
    "routes/instance.strategy form_param_value_invalid": [
        Seen(
            "instance_settings: {preferred_sign_in_strategy_when_password_required: magic}\n",
            "wrong-value",
        )
    ],
    "routes/instance.subdomains form_param_value_invalid": [
        Seen(
            "instance_settings: {allowed_subdomains: [a.example.com]}\n",
            "clerk-refuses",
            "plan",
        ),
        Unseen(
            "no plan reads the domains that a subdomain may be below, but where one is declared"
        ),
    ],
    "routes/instance_settings.country_problem form_param_array_size_exceeded": [
        Unseen("test_instance_communication has 251 of them")
    ],
    "routes/instance_settings.country_problem form_param_duplicate": [
        Seen("instance_communication: {blocked_country_codes: [DE, DE]}\n", "wrong-value")
    ],
    "routes/instance_settings.country_problem form_param_format_invalid": [
        Seen("instance_communication: {blocked_country_codes: [de]}\n", "bad-pattern")
    ],
    "routes/instance_settings.scope_problem form_param_value_invalid": [
        Seen("oauth_application_settings: {default_scopes: [email, email]}\n", "wrong-value"),
        Unseen("the catalogue of scopes is the dashboard's alone; `offline_access` is told"),
    ],
    "routes/instance_settings.refuse_unless_open sign_up_mode_restricted_invalid_value": [
        Unseen("the mode shows in the Frontend API's environment, which no plan judges yet")
    ],
    "routes/organization_settings.mode_problem form_param_value_invalid": [
        Seen("organization_settings: {domains_enrollment_modes: [by_mail]}\n", "wrong-value")
    ],
    "routes/organization_settings.creation_problem form_param_type_invalid": [
        Seen(
            "organization_settings: {organization_creation_defaults: {fallback: {name: 1}}}\n",
            "wrong-type",
        )
    ],
    "routes/organization_settings.update organizations_cannot_be_enabled": [
        Unseen("whether an account may have organizations shows in no read")
    ],
    "routes/organization_settings.pointed_to resource_not_found": [
        Unseen("which roles the initial set has then is not compared with the settings")
    ],
    "routes/organization_settings.role_of resource_not_found": [
        Unseen("the id was looked up just before, and its role went in between")
    ],
    "routes/organization_settings.refuse_selection_of_none"
    " force_organization_selection_not_allowed_when_organizations_disabled": [
        Unseen("undocumented as the field is, which is sent as it is declared")
    ],
    # Roles and role sets, which organizations and their settings name
    "roles.check_creator organization_missing_creator_role_permissions": [
        Unseen("which permissions the role of a creator needs is Clerk's to say, and may change")
    ],
    "keyed.check_key form_already_exists": [
        Met(
            "organization_roles: [{key: 'org:a', name: A}]\n",
            "organization_roles: [{key: 'org:a', name: A}]\n",
        )
    ],
    "role_sets.check_named form_resource_not_found": [
        Seen(
            "organizations: [{slug: a, name: A, role_set_key: 'role_set:a'}]\n",
            "reference-to-nothing",
        )
    ],
    "role_sets.check_role resource_not_found": [
        Unseen("no plan reads which roles the role set of an organization has")
    ],
    "role_sets.check_size form_param_array_size_exceeded": [
        Seen(f"role_sets: [{{key: 'role_set:a', roles: [{ELEVEN}]}}]\n", "out-of-bounds")
    ],
    "role_sets._of_mappings (varies)": [
        Seen(
            "role_sets: [{key: 'role_set:default'}, {key: 'role_set:team', absent: true,"
            " replaced_by: 'role_set:default', reassign: {'org:member': 'org:none'}}]\n",
            "needs-destination",
            "plan",
            live="role_sets: [{key: 'role_set:team', name: Team, roles: ['org:admin', 'org:member'],"
            " default_role: 'org:member', creator_role: 'org:admin'}]\n",
        )
    ],
    "role_sets.mappings_problem form_param_type_invalid": [NOT_SENT],
    "migrations.refuse_while_under_way role_migration_in_progress": [
        Unseen("it comes and goes, as somebody else replaces a role")
    ],
    # What several kinds share
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
}

MODULES = {
    "hosts": "a gate of the sandbox's own, for what comes from another machine",
    "control": "the sandbox's own endpoints, for whoever runs it",
    "identifications": "of users, whom clerkform never writes",
    "user_filters": "of users, whom clerkform never reads",
    "routes/users": "clerkform never writes users",
    "routes/sessions": "clerkform never writes sessions",
    "routes/organization_invitations": "clerkform never writes invitations",
    "routes/environment": "the Frontend API's, which clerkform never writes to",
    "routes/proxy_checks": "no kind: Clerk checks a proxy itself when a domain gets one",
}
"""Parts of the sandbox that no kind writes to."""
