"""JSON Web Tokens: keys made, shown as JWKS, and signed with."""

import base64
import json
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

INSTANCE_ALGORITHM = "RS256"
Jwk = dict[str, str]


def new_key() -> str:
    """A private RSA key in PEM form. Making it takes a tenth of a second or so."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def jwk(kid: str, pem: str) -> Jwk:
    """The public half of a key."""
    public = serialization.load_pem_private_key(pem.encode(), password=None).public_key()
    assert isinstance(public, rsa.RSAPublicKey)  # ``new_key`` makes no other
    numbers = public.public_numbers()
    head = {"use": "sig", "kty": "RSA", "kid": kid, "alg": INSTANCE_ALGORITHM}
    return {**head, "n": _number(numbers.n), "e": _number(numbers.e)}


def can_sign(key: str, algorithm: str) -> bool:
    try:
        sign({}, key, algorithm)
    except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def sign(claims: dict[str, Any], key: str, algorithm: str, kid: str | None = None) -> str:
    """A signed token. Not by ``jwt.encode``, which warns of keys that Clerk takes.

    Raises:
        PyJWTError, UnsupportedAlgorithm, ValueError, TypeError: the key is none for ``algorithm``.
    """
    signer = jwt.get_algorithm_by_name(algorithm)
    prepared = signer.prepare_key(key)
    if not isinstance(prepared, bytes) and not hasattr(prepared, "private_bytes"):
        raise jwt.InvalidKeyError("a public key cannot sign")
    header = {"alg": algorithm, "typ": "JWT", **({"kid": kid} if kid else {})}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return (signed + b"." + _encoded(signer.sign(signed, prepared))).decode()


def _number(number: int) -> str:
    return _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
