"""Fingerprints of values that are never written down."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, Final

from clerkform.model.canonical import canonical

SALT_BYTES: Final = 32


def fingerprint(salt: bytes, value: Any) -> str:
    """64 hexadecimal digits, the same exactly for values that are equal as JSON.

    Without the salt nothing can be said of the value. Who has the salt can try guesses, so a
    value that is easily guessed stays one.

    Source: HMAC-SHA-256, RFC 2104 and FIPS 180-4.
    """
    text = canonical(value).encode(errors="surrogatepass")
    return hmac.new(salt, text, hashlib.sha256).hexdigest()


def new_salt() -> bytes:
    """For a ledger or a plan that has none yet."""
    return secrets.token_bytes(SALT_BYTES)
