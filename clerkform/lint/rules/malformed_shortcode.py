from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import around
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            if operand.form == "invalid":
                written = operand.text
                yield template.finding(
                    RULE.code,
                    f"`{written}` cannot stand in a shortcode"
                    if written
                    else "a shortcode, or a part of its chain, is empty",
                    path,
                    "between `||` Clerk takes a path, 'text', true, false or a number",
                )
        for path, text in template.texts:
            if _stray_braces(text):
                yield template.finding(
                    RULE.code,
                    "these braces do not make a shortcode, so they stay in the token",
                    path,
                    "a shortcode is `{{`, a path, and `}}`",
                )


def _stray_braces(text: str) -> bool:
    """Whether double braces are left when the shortcodes are taken out."""
    left = "".join(around(text))
    return "{{" in left or "}}" in left


RULE = Rule(
    code="malformed-shortcode",
    why="""\
A shortcode is `{{`, one path or a chain of them with `||`, and `}}`. There are no other operators,
no calls and no filters. A chain may end in a literal: text in single quotes, `true`, `false` or a
number. Braces that are not closed stay in the token as they are.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      name: "{{user.first_name ?? 'nobody'}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      name: "{{user.first_name || 'nobody'}}"
""",
    check=check,
)
