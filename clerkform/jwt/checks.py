"""What a verifier looks at in a token's claims, each check with what it found.

PyJWT checks the same and stops at the first that fails, which a table of all of them cannot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Outcome = Literal["ok", "failed", "skipped"]
LATEST: Final = 2**53
"""Seconds since 1970; a number beyond is no moment, and may be too large to reckon with."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``detail`` is plain words, and quotes no claim but these."""

    name: str
    outcome: Outcome
    detail: str


def check_audience(claims: Mapping[str, Any], accepted: Sequence[str]) -> Check:
    """At least one of ``aud``, a text or a list of them, is accepted (RFC 7519, section 4.1.3)."""
    aud = claims.get("aud")
    has = [aud] if isinstance(aud, str) else aud
    wanted = " or ".join(f"`{one}`" for one in accepted)
    if aud is None:
        return Check("aud", "failed", f"there is none, and {wanted} is wanted")
    if not isinstance(has, list) or not all(isinstance(one, str) for one in has):
        return Check("aud", "failed", "it is neither a text nor a list of texts")
    shown = ", ".join(f"`{one}`" for one in has)
    if set(has).isdisjoint(accepted):
        return Check("aud", "failed", f"it is {shown}, and {wanted} is wanted")
    return Check("aud", "ok", shown)


def check_issuer(claims: Mapping[str, Any], wanted: str) -> Check:
    issuer = claims.get("iss")
    if issuer == wanted:
        return Check("iss", "ok", f"`{wanted}`")
    shown = f"it is `{issuer}`" if isinstance(issuer, str) else "there is none"
    return Check("iss", "failed", f"{shown}, and `{wanted}` is wanted")


def check_algorithm(algorithm: str, accepted: Sequence[str]) -> Check:
    if algorithm in accepted:
        return Check("alg", "ok", algorithm)
    return Check("alg", "failed", f"it is {algorithm}, and {' or '.join(accepted)} is wanted")


def check_times(claims: Mapping[str, Any], now: float, skew: int) -> Iterator[Check]:
    """``now`` in seconds since 1970; clocks may differ by ``skew`` seconds.

    Source: RFC 7519, sections 4.1.4 to 4.1.6. Every token of Clerk's has all three.
    """
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name)
        if value is None:
            yield Check(name, "failed", "there is none")
        elif not _is_moment(value):
            yield Check(name, "failed", "it is no number of seconds")
        else:
            yield _check_time(name, value, now, skew)


def _is_moment(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -LATEST < value < LATEST


def _check_time(name: str, value: float, now: float, skew: int) -> Check:
    ahead = math.floor(value - now)
    apart = f"{abs(ahead)} s {'from now' if ahead > 0 else 'ago'}"
    if name == "exp":
        if value <= now - skew:
            return Check(name, "failed", f"expired {apart}, beyond the skew of {skew} s")
        if value <= now:
            return Check(name, "ok", f"expired {apart}, within the skew of {skew} s")
        return Check(name, "ok", f"expires {apart}")
    if value > now + skew:
        return Check(name, "failed", f"{apart}, beyond the skew of {skew} s")
    return Check(name, "ok", apart)
