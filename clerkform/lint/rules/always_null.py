from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import Path
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path in _nulls(template.claims, ()):
            yield template.finding(
                RULE.code,
                f"the claim `{path[-1]}` is null in every token",
                path,
                "leave the claim out, or write the shortcode that was meant",
            )


def _nulls(value: Any, path: Path) -> Iterator[Path]:
    """Claims that are null; null inside a list is an element, which may be wanted."""
    for key, inner in value.items():
        if inner is None:
            yield (*path, key)
        elif isinstance(inner, dict):
            yield from _nulls(inner, (*path, key))


RULE = Rule(
    code="always-null",
    why="""\
A claim that is written as null is null for everybody, which tells a verifier no more than leaving
it out. In YAML it is easily written by accident: `email:` with nothing behind it is null.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      email:
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      email: "{{user.primary_email_address}}"
""",
    check=check,
)
