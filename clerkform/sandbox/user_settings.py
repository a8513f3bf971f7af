"""How users sign up and in: what the dashboard alone sets, as the environment shows it.

An instance here is as one that was just made in the dashboard: by e-mail and password, or Google.
"""

from typing import Any

Attribute = dict[str, Any]


def attribute(
    *,
    required: bool = False,
    first_factors: tuple[str, ...] = (),
    second_factors: tuple[str, ...] = (),
    verifications: tuple[str, ...] = (),
    enabled: bool = True,
) -> Attribute:
    return {
        "enabled": enabled,
        "required": required,
        "used_for_first_factor": bool(first_factors),
        "first_factors": list(first_factors),
        "used_for_second_factor": bool(second_factors),
        "second_factors": list(second_factors),
        "verifications": list(verifications),
        "verify_at_sign_up": bool(verifications),
        "immutable": False,
    }


_OFF = attribute(enabled=False)
ATTRIBUTES: dict[str, Attribute] = {
    "email_address": attribute(
        required=True, first_factors=("email_code",), verifications=("email_code",)
    ),
    "phone_number": _OFF,
    "username": _OFF,
    "web3_wallet": _OFF,
    "first_name": _OFF,
    "last_name": _OFF,
    "password": attribute(required=True),
    "authenticator_app": _OFF,
    "ticket": attribute(),
    "backup_code": _OFF,
    "passkey": _OFF,
}
PROVIDERS = {
    "apple": "Apple",
    "atlassian": "Atlassian",
    "bitbucket": "Bitbucket",
    "box": "Box",
    "coinbase": "Coinbase",
    "discord": "Discord",
    "dropbox": "Dropbox",
    "facebook": "Facebook",
    "github": "GitHub",
    "gitlab": "GitLab",
    "google": "Google",
    "hubspot": "HubSpot",
    "huggingface": "Hugging Face",
    "instagram": "Instagram",
    "line": "LINE",
    "linear": "Linear",
    "linkedin": "LinkedIn",
    "linkedin_oidc": "LinkedIn",
    "microsoft": "Microsoft",
    "notion": "Notion",
    "slack": "Slack",
    "spotify": "Spotify",
    "tiktok": "TikTok",
    "twitch": "Twitch",
    "twitter": "Twitter",
    "x": "X / Twitter",
    "xero": "Xero",
}
ENABLED_PROVIDERS = ("google",)
DEPRECATED_PROVIDERS = ("linkedin", "twitter")
IDENTIFIERS = ("email_address", "phone_number", "username")
STRATEGIES = tuple(f"oauth_{name}" for name in ENABLED_PROVIDERS)


def social() -> dict[str, Attribute]:
    return {
        f"oauth_{name}": {
            "enabled": name in ENABLED_PROVIDERS,
            "required": False,
            "authenticatable": name in ENABLED_PROVIDERS,
            "block_email_subaddresses": False,
            "strategy": f"oauth_{name}",
            "not_selectable": False,
            "deprecated": name in DEPRECATED_PROVIDERS,
            "name": called,
            "logo_url": f"https://img.clerk.com/static/{name.removesuffix('_oidc')}.png",
        }
        for name, called in PROVIDERS.items()
    }


def level(name: str) -> str:
    """How far an attribute is asked for, in the words of ``auth_config``."""
    found = ATTRIBUTES[name]
    return "required" if found["required"] else "on" if found["enabled"] else "off"


def identifiers() -> list[str]:
    """What somebody may sign in by."""
    return [name for name in IDENTIFIERS if ATTRIBUTES[name]["enabled"]] + list(STRATEGIES)


def factors(which: str) -> list[str]:
    """``first_factors`` or ``second_factors`` of all attributes, with what else may be first."""
    found = [factor for one in ATTRIBUTES.values() for factor in one[which]]
    others = ("password", "ticket", *STRATEGIES)
    enabled = [name for name in others if ATTRIBUTES.get(name, {"enabled": True})["enabled"]]
    return found + enabled if which == "first_factors" else found


PASSWORDS = {
    "disable_password_reverification": False,
    "min_length": 8,
    "max_length": 72,
    "require_special_char": False,
    "require_numbers": False,
    "require_uppercase": False,
    "require_lowercase": False,
    "show_zxcvbn": False,
    "min_zxcvbn_strength": 0,
    "enforce_hibp_on_sign_in": True,
    "allowed_special_characters": "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
}
USERNAMES = {
    "min_length": 4,
    "max_length": 64,
    "allow_extended_special_characters": False,
    "allow_numeric_usernames": False,
}
ACTIONS = {"delete_self": True, "create_organization": True, "create_organizations_limit": None}
ATTACK_PROTECTION = {
    "user_lockout": {"enabled": True, "max_attempts": 100, "duration_in_minutes": 60},
    "pii": {"enabled": True},
    "email_link": {"require_same_client": False},
    "enumeration_protection": {"enabled": False},
}
PASSKEYS = {
    "allow_autofill": True,
    "show_sign_in_button": True,
    "satisfies_second_factor": True,
}
