"""The Frontend API's environment: what of an instance's settings anybody may see, in its shape.

What the Backend API writes shows here; all else is as in an instance that was just made.
"""

from typing import Any

from clerkform.sandbox import user_settings
from clerkform.sandbox.routes.domains import primary
from clerkform.sandbox.routes.instance import whole
from clerkform.sandbox.routes.instance_settings import BETA, RESTRICTIONS
from clerkform.sandbox.routes.organization_settings import organization_settings
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.singletons import shown
from clerkform.sandbox.store import Object, Store

THEME = {
    "buttons": {"font_color": "#ffffff", "font_family": "sans-serif", "font_weight": "600"},
    "general": {
        "color": "#6c47ff",
        "padding": "1em",
        "box_shadow": "0 2px 8px rgba(0, 0, 0, 0.2)",
        "font_color": "#151515",
        "font_family": "sans-serif",
        "border_radius": "0.5em",
        "background_color": "#ffffff",
        "label_font_weight": "600",
    },
    "accounts": {"background_color": "#ffffff"},
}


def environment(store: Store, settings: Settings) -> Object:
    (instance,) = store.select("instance")
    instance = whole(instance)
    beta = shown(store, BETA)
    return {
        "auth_config": auth_config(instance, beta),
        "display_config": display_config(instance, primary(store)),
        "user_settings": users(instance, beta, shown(store, RESTRICTIONS), settings),
        "organization_settings": organizations(organization_settings(store, settings)),
        "fraud_settings": {
            "object": "fraud_settings",
            "native": {"device_attestation_mode": "disabled"},
        },
        "commerce_settings": commerce(),
        "api_keys_settings": {
            "enabled": settings.api_keys,
            "user_api_keys_enabled": settings.api_keys,
            "orgs_api_keys_enabled": settings.api_keys,
        },
        "protect_config": {"loaders": []},
        "client_debug_mode": False,
        "partitioned_cookies": False,
        "maintenance_mode": False,
    }


def auth_config(instance: Object, beta: Object) -> Object:
    levels = ("first_name", "last_name", "email_address", "phone_number", "username", "password")
    email = user_settings.ATTRIBUTES["email_address"]
    return {
        "object": "auth_config",
        "id": id_beside(instance, "aac"),
        **{name: user_settings.level(name) for name in levels},
        "identification_requirements": [user_settings.identifiers(), []],
        "identification_strategies": user_settings.identifiers(),
        "first_factors": user_settings.factors("first_factors"),
        "second_factors": user_settings.factors("second_factors"),
        "email_address_verification_strategies": email["verifications"],
        "single_session_mode": True,
        "enhanced_email_deliverability": beta["enhanced_email_deliverability"],
        "test_mode": instance["test_mode"],
        "cookieless_dev": instance["cookieless_dev"],
        "url_based_session_syncing": instance["url_based_session_syncing"],
        "claimed_at": None,
        "reverification": True,
        "native_settings": {
            "object": "native_settings",
            "api_enabled": False,
            "trusted_device_sign_in_enabled": False,
            "trusted_device_enrollment_prompt_after_sign_in_enabled": False,
            "trusted_device_enrollment_prompt_after_sign_up_enabled": False,
        },
    }


def display_config(instance: Object, domain: Object) -> Object:
    is_development = instance["environment_type"] == "development"
    strategy = instance["preferred_sign_in_strategy_when_password_required"]
    return {
        "object": "display_config",
        "id": id_beside(instance, "display_config"),
        "instance_environment_type": instance["environment_type"],
        "application_name": "Sandbox",
        "theme": THEME,
        "preferred_sign_in_strategy": strategy or "password",
        **urls(domain, is_development=is_development),
        "support_email": instance["support_email"] or None,
        "branded": True,
        "experimental_force_oauth_first": False,
        "clerk_js_version": instance["clerk_js_version"] or None,
        "show_devmode_warning": is_development,
        **dict.fromkeys(("google_one_tap_client_id", "help_url", "privacy_policy_url"), None),
        **dict.fromkeys(("terms_url", "logo_url", "favicon_url", "logo_image"), None),
        **dict.fromkeys(("favicon_image", "logo_image_url", "favicon_image_url"), None),
        **dict.fromkeys(("captcha_public_key", "captcha_widget_type"), None),
        **dict.fromkeys(("captcha_public_key_invisible", "captcha_provider"), None),
        "captcha_oauth_bypass": [],
        "captcha_heartbeat": False,
    }


def urls(domain: Object, *, is_development: bool) -> dict[str, str]:
    portal = domain["accounts_portal_url"]
    home = f"{portal}/default-redirect" if is_development else f"https://{domain['name']}"
    pages = {
        "sign_in_url": "sign-in",
        "sign_up_url": "sign-up",
        "user_profile_url": "user",
        "waitlist_url": "waitlist",
        "oauth_consent_url": "oauth-consent",
        "organization_profile_url": "organization",
        "create_organization_url": "create-organization",
        "after_sign_out_one_url": "sign-in/choose",
        "after_sign_out_all_url": "sign-in",
    }
    led_home = (
        "home_url",
        "after_sign_in_url",
        "after_sign_up_url",
        "after_switch_session_url",
        "after_join_waitlist_url",
        "after_leave_organization_url",
        "after_create_organization_url",
        "logo_link_url",
    )
    return {
        **dict.fromkeys(led_home, home),
        **{name: f"{portal}/{page}" for name, page in pages.items()},
    }


def users(instance: Object, beta: Object, restrictions: Object, settings: Settings) -> Object:
    return {
        "attributes": user_settings.ATTRIBUTES,
        "social": user_settings.social(),
        "saml": {"enabled": False},
        "enterprise_sso": {"enabled": False, "self_serve_sso": False},
        "sign_in": {"second_factor": {"required": False}},
        "sign_up": {
            "captcha_enabled": False,
            "captcha_widget_type": "smart",
            "custom_action_required": False,
            "progressive": beta["progressive_sign_up"],
            "mode": settings.sign_up_mode,
            "legal_consent_enabled": False,
        },
        "restrictions": {name: {"enabled": restrictions[name]} for name in RESTRICTIONS.fields},
        "password_settings": {"disable_hibp": not instance["hibp"], **user_settings.PASSWORDS},
        "username_settings": user_settings.USERNAMES,
        "actions": user_settings.ACTIONS,
        "attack_protection": user_settings.ATTACK_PROTECTION,
        "passkey_settings": user_settings.PASSKEYS,
    }


def organizations(live: Object) -> Object:
    return {
        "enabled": live["enabled"],
        "max_allowed_memberships": live["max_allowed_memberships"],
        "actions": {"admin_delete": live["admin_delete_enabled"]},
        "domains": {
            "enabled": live["domains_enabled"],
            "enrollment_modes": live["domains_enrollment_modes"],
            "default_role": live["domains_default_role"],
        },
        "slug": {"disabled": live["slug_disabled"]},
        "creator_role": live["creator_role"],
    }


def commerce() -> dict[str, Any]:
    none = {"enabled": False, "has_paid_plans": False}
    return {
        "billing": {
            "stripe_publishable_key": None,
            "free_trial_requires_payment_method": True,
            "user": none,
            "organization": none,
        }
    }


def id_beside(instance: Object, prefix: str) -> str:
    """The id of what an instance has one of."""
    return f"{prefix}_{instance['id'].removeprefix('ins_')}"
