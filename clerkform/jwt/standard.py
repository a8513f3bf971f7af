"""The claims that Clerk puts into every token of a template, beside the template's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

RESERVED: Final = frozenset({"sub", "iss", "exp", "iat", "fva", "azp", "jti", "nbf"})
"""Refused in a template: seen rejected, or documented as not overridable."""
SESSION_TIED: Final = frozenset(
    {
        *("sid", "v", "pla", "fea", "sts", "o", "act"),
        *("org_id", "org_role", "org_slug", "org_permissions"),
    }
)
"""Claims of session tokens. Whether a template that has one is refused is not known."""
LIFETIME: Final = 60
"""Seconds, where a template declares none."""
CLOCK_SKEW: Final = 5
"""Seconds, where a template declares none."""
ALGORITHM: Final = "RS256"
SAMPLE_ISSUER: Final = "https://sample-instance-00.clerk.accounts.dev"
"""A Frontend API URL of the length that development instances have."""


def minted(
    claims: Mapping[str, Any],
    *,
    user_id: str,
    issuer: str,
    now: int,
    jti: str,
    lifetime: int = LIFETIME,
    clock_skew: int = CLOCK_SKEW,
) -> dict[str, Any]:
    """A token's payload, ``now`` in seconds since 1970. ``azp`` is left out: no browser asked."""
    return {
        **claims,
        "exp": now + lifetime,
        "iat": now,
        "iss": issuer,
        "jti": jti,
        "nbf": now - clock_skew,
        "sub": user_id,
    }
