from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import find
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path in template.key_paths:
            if find(str(path[-1])):
                yield template.finding(
                    RULE.code,
                    "a shortcode is only replaced in a value; in a key it stays as it is written",
                    path,
                    "give the claim a fixed name and put the shortcode into its value",
                    at_key=True,
                    severity="error",
                )


RULE = Rule(
    code="shortcode-in-key",
    why="""\
Clerk replaces shortcodes in the values of claims. In a key the braces stay, so the token has a
claim called `{{org.slug}}`.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      roles: {"{{org.slug}}": "{{org.role}}"}
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      membership: {organization: "{{org.slug}}", role: "{{org.role}}"}
""",
    check=check,
    severities=("error",),
)
