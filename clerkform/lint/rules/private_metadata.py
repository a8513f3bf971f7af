from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject
from clerkform.lint.spelling import is_private


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            if operand.form == "path" and is_private(operand.text):
                yield template.finding(
                    RULE.code,
                    f"`{operand.text}` cannot be in a token: private metadata is for back ends",
                    path,
                    "keep what a token should say in `user.public_metadata`",
                    severity="error",
                )


RULE = Rule(
    code="private-metadata",
    why="""\
Clerk offers no shortcode for private metadata, because whoever holds a token can read it. Templates
that try it were seen to ship the shortcode's own text. Either way no verifier gets the value. What
a token may say belongs in public metadata, which only your back end can write.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      plan: "{{user.private_metadata.plan}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      plan: "{{user.public_metadata.plan}}"
""",
    check=check,
    severities=("error",),
)
