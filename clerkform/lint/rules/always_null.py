from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import Path
from clerkform.lint.rule import Rule, Subject, Template


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path in _nulls(template):
            yield template.finding(
                RULE.code,
                f"the claim `{path[-1]}` is null in every token",
                path,
                "leave the claim out, or write the shortcode that was meant",
            )


def _nulls(template: Template) -> Iterator[Path]:
    """Claims that are null; null inside a list is an element, which may be wanted."""
    for path, value in template.places:
        if value is None and not any(isinstance(part, int) for part in path):
            yield path


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
