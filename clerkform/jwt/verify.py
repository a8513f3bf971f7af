"""A token, the keys it may be signed with, and what is expected of it to a list of checks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jwt import InvalidKeyError, InvalidSignatureError, InvalidTokenError
from jwt.api_jws import PyJWS

from clerkform.jwt.checks import Check, check_audience, check_issuer, check_times
from clerkform.jwt.keys import Key
from clerkform.jwt.shape import misfits
from clerkform.jwt.shortcodes import Path, find
from clerkform.jwt.standard import ALGORITHMS, CLOCK_SKEW, EDDSA, HMAC, RSA


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token should be. What is left out is not checked, and said to be."""

    algorithm: str | None = None
    issuer: str | None = None
    audience: tuple[str, ...] = ()
    template: Mapping[str, Any] | None = None
    """The claims of the template, shortcodes and all."""
    clock_skew: int = CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class Verified:
    checks: tuple[Check, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)
    """What the token says, whether or not it is to be believed."""
    misfits: tuple[tuple[Path, str], ...] = ()
    """Where the claims do not fit the template."""

    @property
    def is_valid(self) -> bool:
        return all(check.outcome != "failed" for check in self.checks)


def verify(token: str, keys: Sequence[Key], expected: Expected, *, now: float) -> Verified:
    """Check everything that can be checked, and go on after what fails; ``now`` in seconds.

    Source: RFC 7519, section 7.2; RFC 8725, sections 3.1 and 3.2, on algorithms.
    """
    try:
        header, claims = _parsed(token)
    except InvalidTokenError as error:
        return Verified((Check("format", "failed", f"this is no token: {error}"),))
    odd = tuple(misfits(expected.template, claims)) if expected.template is not None else ()
    checks = (
        Check("format", "ok", "a signed token"),
        *_check_signature(token, header, keys, expected.algorithm),
        *check_times(claims, now, expected.clock_skew),
        _issuer(claims, expected),
        _audience(claims, expected),
        _claims(expected, odd),
    )
    return Verified(checks, claims, odd)


def _parsed(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if not token.isascii():
        raise InvalidTokenError("it has characters that no token has")
    parts = PyJWS().decode_complete(token, options={"verify_signature": False})
    try:
        claims = json.loads(parts["payload"])
    except (ValueError, RecursionError):
        raise InvalidTokenError("its payload is not JSON") from None
    if not isinstance(claims, dict):
        raise InvalidTokenError("its payload is no JSON object")
    return parts["header"], claims


def _check_signature(
    token: str, header: Mapping[str, Any], keys: Sequence[Key], algorithm: str | None
) -> Iterator[Check]:
    alg, kid = header.get("alg"), header.get("kid")
    wrong = _wrong_algorithm(alg, keys, algorithm)
    if wrong:
        yield Check("alg", "failed", wrong)
        yield Check("signature", "failed", "not checked with an algorithm that is refused")
        return
    yield Check("alg", "ok", str(alg))
    fitting = [key for key in keys if alg in key.algorithms]
    if kid is not None and any(key.kid for key in fitting):
        fitting = [key for key in fitting if key.kid in (kid, None)]
    yield _signature(token, str(alg), fitting)


def _wrong_algorithm(alg: Any, keys: Sequence[Key], wanted: str | None) -> str | None:
    """Why a token may not choose ``alg``: it is the key that decides, never the token."""
    if not isinstance(alg, str) or alg.lower() == "none":
        return "none: the token is not signed at all"
    if alg not in ALGORITHMS:
        return "it is no algorithm that tokens are signed with"
    if wanted and alg != wanted:
        return f"it is {alg}, and the template signs with {wanted}"
    if any(alg in key.algorithms for key in keys):
        return None
    return f"{alg} is checked with {_key_for(alg)}, and this is {_kinds(keys)}"


def _key_for(alg: str) -> str:
    if alg in HMAC:
        return "a shared secret"
    return "an RSA key" if alg in RSA else "an EdDSA key" if alg in EDDSA else "an EC key"


def _kinds(keys: Sequence[Key]) -> str:
    return " or ".join(sorted({key.what for key in keys})) or "no key at all"


def _signature(token: str, alg: str, keys: Sequence[Key]) -> Check:
    if not keys:
        return Check("signature", "failed", "no key has the id that the token names")
    for key in keys:
        try:
            PyJWS().decode_complete(
                token, key.material, [alg], options={"enforce_minimum_key_length": True}
            )
        except InvalidSignatureError:
            continue
        except InvalidKeyError:
            why = f"{key.what} this short is not safe with {alg} (RFC 7518)"
            return Check("signature", "failed", why)
        which = f" `{key.kid}`" if key.kid else ""
        return Check("signature", "ok", f"made with {key.what}{which}")
    return Check("signature", "failed", "it was made with another key, or of another text")


def _issuer(claims: Mapping[str, Any], expected: Expected) -> Check:
    if expected.issuer is not None:
        return check_issuer(claims, expected.issuer)
    return Check("iss", "skipped", "not checked: no issuer was given")


def _audience(claims: Mapping[str, Any], expected: Expected) -> Check:
    accepted = expected.audience or audience_of(expected.template)
    if accepted:
        return check_audience(claims, accepted)
    return Check("aud", "skipped", "not checked: no audience was given")


def audience_of(template: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The audience that a template's tokens are for, where it is the same for every user."""
    aud = (template or {}).get("aud")
    texts = [aud] if isinstance(aud, str) else aud if isinstance(aud, list) else []
    return tuple(one for one in texts if isinstance(one, str) and not find(one))


def _claims(expected: Expected, odd: Sequence[tuple[Path, str]]) -> Check:
    if expected.template is None:
        return Check("claims", "skipped", "not checked: no template was named")
    if not odd:
        return Check("claims", "ok", "as the template has them")
    count = "one does" if len(odd) == 1 else f"{len(odd)} do"
    return Check("claims", "failed", f"{count} not fit the template")
