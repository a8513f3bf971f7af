"""How large a token is once it is signed and encoded, before there is one.

An estimate to within some 50 bytes: the issuer's name and the key's id differ between instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clerkform.jwt.shortcodes import CATALOGUE, strings, whole
from clerkform.jwt.standard import ALGORITHM, SAMPLE_ISSUER, minted
from clerkform.model.canonical import json_bytes

METADATA_LIMIT: Final = 8192
"""Bytes that one metadata object may hold."""
HEADER_LIMIT: Final = 8192
"""Bytes of a token that many servers no longer take: their limit on a header."""
SESSION_ADVICE: Final = 1200
"""Bytes of claims that Clerk advises not to exceed in a session token, which travels in a cookie."""

_SIGNATURE: Final = {
    "HS256": 32,
    "HS384": 48,
    "HS512": 64,
    "ES256": 64,
    "ES256K": 64,
    "ES384": 96,
    "ES512": 132,
    "EdDSA": 64,
}
_RSA_SIGNATURE: Final = 256
"""Bytes, with a key of 2048 bits."""


def token_bytes(claims: Mapping[str, Any], algorithm: str = ALGORITHM) -> int:
    """Bytes of the whole token, with the claims that Clerk adds."""
    header = {"alg": algorithm, "kid": f"ins_{'0' * 27}", "typ": "JWT"}
    payload = minted(
        claims,
        user_id=f"user_{'0' * 27}",
        issuer=SAMPLE_ISSUER,
        now=1_700_000_000,
        jti="0" * 20,
    )
    parts = (
        json_bytes(header),
        json_bytes(payload),
        _SIGNATURE.get(algorithm, _RSA_SIGNATURE),
    )
    return sum(map(_base64, parts)) + 2


def _base64(size: int) -> int:
    """Characters of ``size`` bytes in base64 without padding."""
    return -(-size * 4 // 3)


def largest_bytes(claims: Mapping[str, Any], algorithm: str = ALGORITHM) -> int:
    """Bytes of the token when each whole metadata object in it is as large as it may be.

    A path into metadata counts as short: how its 8 KB are spread is the application's choice.
    """
    full = sum(_is_whole_metadata(text) for _, text in strings(claims))
    return token_bytes(claims, algorithm) + _base64(full * METADATA_LIMIT)


def _is_whole_metadata(text: str) -> bool:
    shortcode = whole(text)
    paths = [one.text for one in shortcode.operands] if shortcode else []
    return any(path in CATALOGUE and CATALOGUE[path].deep for path in paths)
