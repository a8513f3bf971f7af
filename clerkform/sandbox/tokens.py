"""JSON Web Tokens: keys made, shown as JWKS, and signed with.

PyJWT and cryptography are imported when the first key is needed: they take longer than the rest.
"""

import base64
import json
from typing import Any

INSTANCE_ALGORITHM = "RS256"
Jwk = dict[str, str]


class UnusableKey(Exception):
    """A key that does not sign with the algorithm it is meant for."""


def new_key() -> str:
    """A private RSA key in PEM form. Making it takes a tenth of a second or so."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def jwk(kid: str, pem: str) -> Jwk:
    """The public half of a key that ``new_key`` made."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    public = serialization.load_pem_private_key(pem.encode(), password=None).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    head = {"use": "sig", "kty": "RSA", "kid": kid, "alg": INSTANCE_ALGORITHM}
    return {**head, "n": _number(numbers.n), "e": _number(numbers.e)}


def can_sign(key: str, algorithm: str) -> bool:
    try:
        sign({}, key, algorithm)
    except UnusableKey:
        return False
    return True


def sign(claims: dict[str, Any], key: str, algorithm: str, kid: str | None = None) -> str:
    """A signed token. Not by ``jwt.encode``, which warns of keys that Clerk takes.

    Raises:
        UnusableKey: ``key`` is no private key for ``algorithm``.
    """
    import jwt
    from cryptography.exceptions import UnsupportedAlgorithm

    header = {"alg": algorithm, "typ": "JWT", **({"kid": kid} if kid else {})}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    signer = jwt.get_algorithm_by_name(algorithm)
    try:
        prepared = signer.prepare_key(key)
        if not isinstance(prepared, bytes) and not hasattr(prepared, "private_bytes"):
            raise UnusableKey("a public key cannot sign")
        signature = signer.sign(signed, prepared)
    except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError) as exc:
        raise UnusableKey(str(exc)) from exc
    return (signed + b"." + _encoded(signature)).decode()


def _number(number: int) -> str:
    return _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
