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
"""What the instance's own key signs with, and so what a template has that declares none."""
HMAC: Final = frozenset({"HS256", "HS384", "HS512"})
RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
BY_CURVE: Final = {
    "secp256r1": frozenset({"ES256"}),
    "secp256k1": frozenset({"ES256K"}),
    "secp384r1": frozenset({"ES384"}),
    "secp521r1": frozenset({"ES512"}),
}
CURVES: Final = {name: curve for curve, names in BY_CURVE.items() for name in names}
"""The curve that each algorithm of its own is signed on."""
EDDSA: Final = frozenset({"EdDSA"})
ALGORITHMS: Final = HMAC | RSA | EDDSA.union(*BY_CURVE.values())
"""What a token may be signed with (RFC 7518, RFC 8037), for each type of key. Clerk documents no
list (2026-05-12), so it may take fewer."""
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
