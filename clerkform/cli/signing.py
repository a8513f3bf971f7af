"""Claims to a signed token, with the template's own key or one made for the occasion.

The clock and the randomness of a token are here.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm

from clerkform.cli import local
from clerkform.cli.invocation import Invocation
from clerkform.cli.rendering import algorithm_of
from clerkform.desired import Item
from clerkform.errors import ManifestError, UsageError
from clerkform.jwt.context import SAMPLE_USER, Context
from clerkform.jwt.standard import (
    ALGORITHMS,
    CLOCK_SKEW,
    CURVES,
    EDDSA,
    HMAC,
    LIFETIME,
    SAMPLE_ISSUER,
    minted,
)
from clerkform.model import SecretRef
from clerkform.project import Environment

KID: Final = "throw-away"
_CURVES: Final = {
    curve.name: curve for curve in (ec.SECP256R1(), ec.SECP256K1(), ec.SECP384R1(), ec.SECP521R1())
}


@dataclass(frozen=True, slots=True)
class Signed:
    token: str
    jwks: Mapping[str, Any] | None
    """What verifies it, where the key was made for it; nobody else has that key."""


def own_key(item: Item, environment: Environment, invocation: Invocation) -> str | None:
    """The template's own key, if it declares one. From now on nothing prints it.

    Raises:
        ManifestError: it is not there, or cannot sign with the template's algorithm.
    """
    ref = item.values.get("signing_key")
    if not isinstance(ref, SecretRef):
        return None
    vault = local.vault(environment, invocation.net)
    span = item.at("signing_key")
    base = (environment.root / span.path).parent
    problem = vault.check_key(ref, base, algorithm_of(item), span)
    if problem:
        raise ManifestError([problem])
    return vault.resolve(ref, base, span)


def sign(
    item: Item, claims: Mapping[str, Any], who: Context, issuer: str | None, key: str | None
) -> Signed:
    """A token that is good from now on, for as long as the template's tokens are."""
    algorithm = algorithm_of(item)
    payload = minted(
        claims,
        user_id=str(who.values["user.id"] or SAMPLE_USER["id"]),
        issuer=issuer or SAMPLE_ISSUER,
        now=int(time.time()),
        jti=secrets.token_hex(10),
        lifetime=item.values.get("lifetime", LIFETIME),
        clock_skew=item.values.get("allowed_clock_skew", CLOCK_SKEW),
    )
    if key is not None:
        return Signed(jwt.encode(payload, key, algorithm), None)
    made, jwk = _throw_away(algorithm)
    public = {**jwk, "kid": KID, "alg": algorithm, "use": "sig"}
    return Signed(jwt.encode(payload, made, algorithm, {"kid": KID}), {"keys": [public]})


def show(signed: Signed, invocation: Invocation) -> None:
    invocation.view.verbatim(f"\n{signed.token}", "", token=signed.token)
    if signed.jwks:
        invocation.view.say("\nVerify it with this JWKS:")
        invocation.view.verbatim(json.dumps(signed.jwks), "json", jwks=signed.jwks)


def _throw_away(algorithm: str) -> tuple[Any, dict[str, Any]]:
    """A key for ``algorithm``, and what verifies with it as a JWK."""
    key: Any
    if algorithm not in ALGORITHMS:
        raise UsageError(f"no key can be made for `{algorithm}`, which is no signing algorithm")
    if algorithm in HMAC:
        key = secrets.token_urlsafe(64)
        return key, json.loads(HMACAlgorithm.to_jwk(key))
    if algorithm in CURVES:
        key = ec.generate_private_key(_CURVES[CURVES[algorithm]])
        return key, json.loads(ECAlgorithm.to_jwk(key.public_key()))
    if algorithm in EDDSA:
        key = Ed25519PrivateKey.generate()
        return key, json.loads(OKPAlgorithm.to_jwk(key.public_key()))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key, json.loads(RSAAlgorithm.to_jwk(key.public_key()))
