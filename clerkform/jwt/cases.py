"""What stands under ``tests:`` of a JWT template: for this user, expect these claims.

Nothing of it is sent to Clerk. Files are named, not read: only ``clerkform jwt test`` needs them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import MISSING, AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from clerkform.diagnostics import did_you_mean
from clerkform.jwt.standard import ALGORITHMS
from clerkform.model.resource import Many, Part, SomeText
from clerkform.model.secrets import PathText

SAMPLE: Final = "sample"
"""Stands for a made-up user, organization or session of which everything is set."""


class FromFile(Part):
    from_file: PathText
    """A JSON or YAML file, relative to this manifest and inside the project folder."""


def _refuse_wrong_form(value: dict[str, Any]) -> dict[str, Any]:
    if "from_file" in value:
        raise PydanticCustomError(
            "wrong-value", "must have a path in `from_file`, and nothing else beside it"
        )
    return value


Given = Annotated[
    Literal["sample"] | FromFile | Annotated[dict[str, Any], AfterValidator(_refuse_wrong_form)],
    Field(union_mode="left_to_right"),
]
Names = Annotated[Many[SomeText], Field(min_length=1)]


def _know_algorithms(names: Sequence[str]) -> Sequence[str]:
    """What does not exist is accepted by no verifier, so `rejected_by` would always pass."""
    for name in names:
        if name not in ALGORITHMS:
            near = did_you_mean(name, ALGORITHMS) or f"there are {', '.join(sorted(ALGORITHMS))}"
            raise PydanticCustomError(
                "unknown-algorithm",
                "has `{name}`, with which no token can be signed",
                {"name": name, "hint": near},
            )
    return names


Algorithms = Annotated[Names, AfterValidator(_know_algorithms)]


class Verifier(Part):
    """What reads the tokens, by what it accepts. What is left out it does not check."""

    audience: SomeText | Names | MISSING = MISSING
    """The `aud` that it accepts, or several of which the token needs one."""
    issuer: SomeText | MISSING = MISSING
    """The `iss` that it accepts: the instance's Frontend API URL."""
    algorithms: Algorithms | MISSING = MISSING
    """The signing algorithms that it accepts, such as `[RS256]`."""

    @model_validator(mode="after")
    def _checks_something(self) -> Verifier:
        if not self.model_fields_set:
            raise PydanticCustomError(
                "wrong-value", "must say what is accepted: audience, issuer or algorithms"
            )
        return self


EXPECTATIONS: Final = ("claims", "absent", "max_bytes", "valid_for", "rejected_by")


class TemplateTest(Part):
    """One user, and what a token of this template says of them."""

    name: SomeText
    """What should be so, as a sentence: it is what is shown when it is not."""
    user: Given | MISSING = MISSING
    """A `User` as the Backend API answers it, inline or `{from_file: PATH}`; only what the template
    reads needs to be there. `sample`, also if left out, is a user of whom everything is set."""
    org: Given | MISSING = MISSING
    """The active organization: an `OrganizationMembership` as the Backend API answers it, or an
    `Organization` with the user's `membership: {role, permissions, public_metadata}`, whose
    permissions are those that the manifests give to the role, if left out. Without it none is
    active."""
    session: Given | MISSING = MISSING
    """A `Session` as the Backend API answers it; templates read its `actor`."""
    issuer: SomeText | MISSING = MISSING
    """The `iss` of the tokens: the instance's Frontend API URL, for verifiers that check it."""
    claims: dict[str, Any] | MISSING = MISSING
    """Claims as they should be rendered; inside maps only the named keys count."""
    match: Literal["partial", "exact"] | MISSING = MISSING
    """`exact`: the template renders these claims and no others, at every depth."""
    absent: Names | MISSING = MISSING
    """Claims that must not be there, not even as null, such as `role` or `app_metadata.role`."""
    max_bytes: Annotated[int, Field(gt=0)] | MISSING = MISSING
    """The largest that the signed and encoded token may be."""
    valid_for: Verifier | MISSING = MISSING
    """A verifier that must accept the token."""
    rejected_by: Verifier | MISSING = MISSING
    """A verifier that must refuse the token."""

    @model_validator(mode="after")
    def _expects_something(self) -> TemplateTest:
        if self.model_fields_set.isdisjoint(EXPECTATIONS):
            raise PydanticCustomError(
                "expects-nothing",
                "a test that expects nothing cannot fail",
                {"hint": f"give it one of {', '.join(EXPECTATIONS)}"},
            )
        if "match" in self.model_fields_set and "claims" not in self.model_fields_set:
            raise PydanticCustomError(
                "expects-nothing",
                "`match` says how `claims` are compared, and there are none",
                {"hint": "write the claims that are expected, `{}` for none at all"},
            )
        return self


def _have_own_names(tests: Sequence[TemplateTest]) -> Sequence[TemplateTest]:
    names = Counter(test.name for test in tests)
    if twice := sorted(name for name, count in names.items() if count > 1):
        raise PydanticCustomError(
            "declared-twice",
            "two tests are called `{name}`",
            {"name": twice[0], "hint": "rename one of them"},
        )
    return tests


TemplateTests = Annotated[Many[TemplateTest], AfterValidator(_have_own_names)]
