"""Whether a key can sign with an algorithm, found out offline, before Clerk is sent either.

A JWT template whose key does not fit fails only when an application asks for its first token.
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt import InvalidKeyError
from jwt.algorithms import HMACAlgorithm, get_default_algorithms

from clerkform.diagnostics import did_you_mean
from clerkform.jwt.standard import ALGORITHM, ALGORITHMS, BY_CURVE, CURVES, EDDSA, HMAC, RSA
from clerkform.secrets.wrapping import around_pem, wrapping

MIN_RSA_BITS = 2048  # RFC 7518, section 3.3

SSH_PUBLIC = ("ssh-", "ecdsa-")


class KeyProblem(NamedTuple):
    """What is wrong, never quoting the key."""

    code: str
    message: str
    hint: str | None = None


def check_signing_key(key: str, algorithm: str) -> KeyProblem | None:
    """The first reason why ``key`` cannot or should not sign with ``algorithm``.

    The key is taken as it is: a secret with something around it is refused, because the verifier's
    copy seldom has that, and the two would differ by what nobody sees.
    """
    if algorithm not in ALGORITHMS:
        return KeyProblem(
            "unknown-algorithm",
            f"`{algorithm}` is no algorithm that a token can be signed with",
            did_you_mean(algorithm, ALGORITHMS) or f"one of {', '.join(sorted(ALGORITHMS))}",
        )
    if algorithm in HMAC:
        return _check_hmac(key, algorithm)
    return _check_pem(key, algorithm)


def _check_hmac(key: str, algorithm: str) -> KeyProblem | None:
    how = get_default_algorithms()[algorithm]
    assert isinstance(how, HMACAlgorithm)
    least = how.hash_alg().digest_size
    size = len(key.encode())
    try:
        if key:
            how.prepare_key(key)
    except InvalidKeyError:
        return KeyProblem(
            "key-not-for-hmac",
            f"{algorithm} signs with a shared secret, and this is a PEM, SSH or JWK key",
            "declare the algorithm of that key, such as RS256 or ES256, or another secret",
        )
    if around := wrapping(key):
        return KeyProblem(
            "key-wrapped", f"the {algorithm} secret {around.what}, as a part of it", around.hint
        )
    if size < least:
        return KeyProblem(
            "key-too-short",
            f"the {algorithm} secret has {size} bytes; RFC 7518 demands at least {least}",
            f"make one with `openssl rand -base64 {least}`, for the verifier too",
        )
    return None


def _check_pem(key: str, algorithm: str) -> KeyProblem | None:
    problem = _misplaced(key, algorithm)
    if problem:
        return problem
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except TypeError:
        return KeyProblem(
            "key-unreadable",
            "the private key is encrypted, and Clerk takes no passphrase",
            "decrypt it with `openssl pkey -in KEY.pem`",
        )
    except (ValueError, UnsupportedAlgorithm):
        return KeyProblem(
            "key-unreadable",
            "the private key cannot be read: it is damaged, or of a sort that is not known",
            "`openssl pkey -in KEY.pem -noout` says whether it is whole",
        )
    return _check_fit(private, algorithm)


def _misplaced(key: str, algorithm: str) -> KeyProblem | None:
    """What a look at the text tells, more precisely than a failure to parse it."""
    if "PRIVATE KEY-----" not in key:
        if "PUBLIC KEY-----" in key or "CERTIFICATE-----" in key or key.startswith(SSH_PUBLIC):
            return KeyProblem(
                "public-key",
                f"{algorithm} signs with a private key, and this is a public key or a certificate",
                "give the private half: `-----BEGIN PRIVATE KEY-----`",
            )
        return KeyProblem(
            "key-unreadable",
            f"{algorithm} signs with a private key in PEM form, and this is none",
            "it begins with `-----BEGIN PRIVATE KEY-----`; a shared secret is for HS256",
        )
    if "OPENSSH PRIVATE KEY-----" in key:
        return KeyProblem(
            "key-unreadable",
            "the private key is in OpenSSH's own form, which Clerk does not document to take",
            "convert a copy with `ssh-keygen -p -m PKCS8 -f KEY`",
        )
    if "\\n" in key or "\n" not in key.strip():
        return KeyProblem(
            "key-unreadable",
            "the private key has lost its line breaks: it is one line, or has `\\n` for them",
            "keep the line breaks when it is put into the variable, or use `from_file`",
        )
    if around := around_pem(key):
        return KeyProblem("key-wrapped", f"the private key {around.what}", around.hint)
    return None


def _check_fit(private: object, algorithm: str) -> KeyProblem | None:
    if algorithm in RSA:
        if not isinstance(private, RSAPrivateKey):
            return _wrong_type(private, algorithm, "an RSA key")
        if private.key_size < MIN_RSA_BITS:
            return KeyProblem(
                "key-too-short",
                f"the RSA key has {private.key_size} bits; RFC 7518 demands {MIN_RSA_BITS}",
                f"make one with `openssl genrsa {MIN_RSA_BITS}`",
            )
        return None
    if algorithm in CURVES:
        curve = CURVES[algorithm]
        if not isinstance(private, EllipticCurvePrivateKey) or private.curve.name != curve:
            return _wrong_type(private, algorithm, f"an EC key on {curve}")
        return None
    if not isinstance(private, Ed25519PrivateKey | Ed448PrivateKey):
        return _wrong_type(private, algorithm, "an Ed25519 key")
    return None


def _wrong_type(private: object, algorithm: str, wanted: str) -> KeyProblem:
    fitting = _algorithm_for(private)
    return KeyProblem(
        "key-wrong-type",
        f"{algorithm} needs {wanted}, and this is {_description(private)}",
        f"declare `signing_algorithm: {fitting}` for it, or give another key" if fitting else None,
    )


def _description(private: object) -> str:
    if isinstance(private, RSAPrivateKey):
        return "an RSA key"
    if isinstance(private, EllipticCurvePrivateKey):
        return f"an EC key on {private.curve.name}"
    if isinstance(private, Ed25519PrivateKey | Ed448PrivateKey):
        return "an EdDSA key"
    return "a key of another type"


def _algorithm_for(private: object) -> str | None:
    if isinstance(private, RSAPrivateKey):
        return ALGORITHM
    if isinstance(private, Ed25519PrivateKey | Ed448PrivateKey):
        return next(iter(EDDSA))
    if isinstance(private, EllipticCurvePrivateKey):
        return next(iter(BY_CURVE.get(private.curve.name, ())), None)
    return None
