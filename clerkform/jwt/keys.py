"""The text of a key to what it can verify: a PEM, a certificate, a JWK, a JWKS or a shared secret.

A key is good for the algorithms of its own type and for no other. That is what refuses a token
that was signed with HS256 and the text of somebody's public RSA key (CVE-2015-9235).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from jwt import InvalidKeyError
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm

from clerkform.errors import UsageError
from clerkform.jwt.standard import BY_CURVE, EDDSA, HMAC, RSA


@dataclass(frozen=True, slots=True)
class Key:
    """Something that a signature is checked with."""

    material: Any = field(repr=False)
    """A public key of cryptography's, or a secret's bytes."""
    algorithms: frozenset[str]
    what: str
    """The sort of key, in words."""
    kid: str | None = None


_READERS: Final[Mapping[str, Any]] = {
    "RSA": RSAAlgorithm,
    "EC": ECAlgorithm,
    "OKP": OKPAlgorithm,
    "oct": HMACAlgorithm,
}
_PUBLIC: Final = ("kty", "n", "e", "crv", "x", "y", "k")
"""What a JWK is verified with; ``k`` is a shared secret (RFC 7518, section 6)."""


def parse_keys(text: str) -> tuple[Key, ...]:
    """The keys in ``text``. What is no PEM, JWK or JWKS is a shared secret, taken as it is.

    Raises:
        UsageError: it looks like a key and is none that can be used.
    """
    if text.lstrip().startswith("{"):
        return tuple(_of_json(text))
    if "-----BEGIN " in text:
        return (_key(_of_pem(text)),)
    if text.startswith(("ssh-", "ecdsa-")):
        raise UsageError(
            "this is a key in OpenSSH's own form, which no token is verified with",
            hint="`ssh-keygen -e -m PKCS8 -f KEY.pub` prints it as a PEM",
        )
    if not text:
        raise UsageError("the key is empty")
    return (_key(text.encode()),)


def _of_pem(text: str) -> Any:
    """The public half of whatever the PEM holds."""
    data = text.encode()
    try:
        if "CERTIFICATE-----" in text:
            return load_pem_x509_certificate(data).public_key()
        if "PRIVATE KEY-----" in text:
            return load_pem_private_key(data, password=None).public_key()
        return load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            "the key cannot be read: it is damaged, encrypted, or of a sort that is not known",
            hint="`openssl pkey -in KEY.pem -noout` says whether it is whole",
        ) from None


def _of_json(text: str) -> Iterator[Key]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("the key begins as JSON does and is none") from None
    each = found.get("keys", [found])
    keys = each if isinstance(each, list) else []
    usable = list(_of_jwks(one for one in keys if isinstance(one, Mapping)))
    if not usable:
        raise UsageError("there is no key in this JSON that a signature can be checked with")
    yield from usable


def _of_jwks(jwks: Iterable[Mapping[str, Any]]) -> Iterator[Key]:
    """What can be used of a set: others for other uses may stand beside it (RFC 7517)."""
    for jwk in jwks:
        reader = _READERS.get(str(jwk.get("kty")))
        # Without a private half, which needs reckoning with numbers that somebody else chose.
        public = {name: jwk[name] for name in _PUBLIC if name in jwk}
        is_text = all(isinstance(value, str) for value in public.values())
        if reader is None or not is_text or jwk.get("use", "sig") != "sig":
            continue
        try:
            material = reader.from_jwk(public)
        except (InvalidKeyError, ValueError, KeyError, UnsupportedAlgorithm):
            continue
        kid, alg = jwk.get("kid"), jwk.get("alg")
        key = _key(material, kid if isinstance(kid, str) else None)
        own = key.algorithms if alg is None else key.algorithms & {str(alg)}
        yield replace(key, algorithms=own)


def _key(material: Any, kid: str | None = None) -> Key:
    match material:
        case bytes():
            return Key(material, HMAC, "a shared secret", kid)
        case RSAPublicKey():
            return Key(material, RSA, "an RSA key", kid)
        case EllipticCurvePublicKey():
            curve = material.curve.name
            return Key(material, BY_CURVE.get(curve, frozenset()), f"an EC key on {curve}", kid)
        case Ed25519PublicKey() | Ed448PublicKey():
            return Key(material, EDDSA, "an EdDSA key", kid)
    raise UsageError("tokens are not signed with keys of this type")
