from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import known
from clerkform.lint.rule import Rule, Subject
from clerkform.lint.spelling import is_private, respelled, suggestion


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            text = operand.text
            if operand.form != "path" or known(text) or is_private(text):
                continue
            right = respelled(text)
            yield template.finding(
                RULE.code,
                f"`{text}` is no shortcode that Clerk documents; it renders null",
                path,
                f"write `{right}`" if right else suggestion(text),
                severity="error" if right else "warning",
            )


RULE = Rule(
    code="unknown-shortcode",
    why="""\
Clerk says nothing about a shortcode that it doesn't know: the claim is null in every token. The
commonest one is camelCase, which is how the same thing is spelled in JavaScript:
`user.publicMetadata.role` is `user.public_metadata.role`. The second is a path into what is text
already: `user.primary_email_address.email_address` is `user.primary_email_address`. Where the right
spelling is certain this is an error, else a warning, since Clerk may have added the shortcode. For
the present time every token has `iat`.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{user.publicMetadata.role}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{user.public_metadata.role}}"
      customer: "{{user.public_metadata.stripeId}}"
""",
    check=check,
    severities=("error", "warning"),
)
