from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import known
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            found = known(operand.text) if operand.form == "path" else None
            if found and found.alias_of:
                right = found.alias_of + operand.text.removeprefix(found.name)
                yield template.finding(
                    RULE.code,
                    f"`{operand.text}` is the former name of `{right}`",
                    path,
                    "write `{{" + right + "}}`",
                )


RULE = Rule(
    code="organization-prefix",
    why="""\
`organization.*` is what `org.*` was called before. It is still seen, and Clerk's documentation no
longer mentions it, so nobody promises that it stays.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      tenant: "{{organization.slug}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      tenant: "{{org.slug}}"
""",
    check=check,
)
