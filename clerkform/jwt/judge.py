"""A rendered template and what a test expects of it to what is not so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clerkform.jwt.cases import TemplateTest, Verifier
from clerkform.jwt.checks import Check, check_algorithm, check_audience, check_issuer
from clerkform.jwt.render import Rendered
from clerkform.jwt.shortcodes import Path
from clerkform.jwt.standard import ALGORITHM, SAMPLE_ISSUER
from clerkform.model.canonical import same


class _Nothing:
    """Stands for a claim that is not there; null is a value."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that is not met."""

    code: str
    message: str
    at: Path
    """Where the expectation stands in the test."""
    claim: Path | None = None
    """The claim it is about, if it is about one; then what it should be, and what it is."""
    expected: Any = NOTHING
    rendered: Any = NOTHING


def judge(
    test: TemplateTest, rendered: Rendered, *, algorithm: str = ALGORITHM
) -> tuple[Failure, ...]:
    """Every expectation of ``test`` that ``rendered`` does not meet; empty when it passes."""
    given = test.model_fields_set
    found: list[Failure] = []
    if "claims" in given:
        is_exact = test.match == "exact"
        found += _differences(test.claims, rendered.claims, (), is_exact=is_exact)
    for index, name in enumerate(test.absent if isinstance(test.absent, tuple) else ()):
        found += _present(name, rendered.claims, ("absent", index))
    if isinstance(test.max_bytes, int) and rendered.bytes > test.max_bytes:
        message = f"the token has {rendered.bytes:,} bytes, and {test.max_bytes:,} are allowed"
        found.append(Failure("too-large", message, ("max_bytes",)))
    issuer = test.issuer if isinstance(test.issuer, str) else SAMPLE_ISSUER
    payload = {**rendered.claims, "iss": issuer}
    if isinstance(test.valid_for, Verifier):
        for one in _refusals(test.valid_for, payload, algorithm):
            message = f"the verifier refuses the token for its `{one.name}`: {one.detail}"
            found.append(Failure("refused", message, ("valid_for",)))
    refuser = test.rejected_by
    if isinstance(refuser, Verifier) and not any(_refusals(refuser, payload, algorithm)):
        message = "the verifier accepts the token, and should refuse it"
        found.append(Failure("accepted", message, ("rejected_by",)))
    return tuple(found)


def _differences(expected: Any, rendered: Any, path: Path, *, is_exact: bool) -> Iterator[Failure]:
    at: Path = ("claims", *path)
    if not (isinstance(expected, Mapping) and isinstance(rendered, Mapping)):
        if not same(expected, rendered):
            yield Failure("claim-differs", "is not what is expected", at, path, expected, rendered)
        return
    for key, value in expected.items():
        inner = (*path, key)
        if key in rendered:
            yield from _differences(value, rendered[key], inner, is_exact=is_exact)
        else:
            yield Failure("claim-missing", "is not there", (*at, key), inner, expected=value)
    for key in rendered if is_exact else ():
        if key not in expected:
            yield Failure(
                "claim-unexpected", "is not expected", at, (*path, key), rendered=rendered[key]
            )


def _present(name: str, claims: Any, at: Path) -> Iterator[Failure]:
    path = path_of(name, claims)
    if path is not None:
        value = claims
        for step in path:
            value = value[step]
        yield Failure("claim-present", "should not be there", at, path, rendered=value)


def path_of(name: str, claims: Any) -> Path | None:
    """The place that ``a.b`` names in claims: ``b`` inside ``a``, or a key with a dot in it."""
    steps: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(claims, Mapping):
        steps = iter(claims.items())
    elif isinstance(claims, list | tuple):
        steps = iter(enumerate(claims))
    for step, inner in steps:
        if name == str(step):
            return (step,)
        rest = name.removeprefix(f"{step}.")
        if rest != name and (deeper := path_of(rest, inner)) is not None:
            return (step, *deeper)
    return None


def _refusals(verifier: Verifier, payload: Mapping[str, Any], algorithm: str) -> Iterator[Check]:
    checks: list[Check] = []
    if isinstance(verifier.algorithms, tuple):
        checks.append(check_algorithm(algorithm, verifier.algorithms))
    if isinstance(verifier.issuer, str):
        checks.append(check_issuer(payload, verifier.issuer))
    if isinstance(verifier.audience, str | tuple):
        accepted = verifier.audience
        checks.append(
            check_audience(payload, (accepted,) if isinstance(accepted, str) else accepted)
        )
    yield from (one for one in checks if one.outcome == "failed")
