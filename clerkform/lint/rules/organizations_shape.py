from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            if operand.form == "path" and operand.text == "user.organizations":
                yield template.finding(
                    RULE.code,
                    "no document shows what `user.organizations` looks like, or how large it gets",
                    path,
                    "name what is needed of the active one: `{{org.id}}`, `{{org.role}}`",
                )


RULE = Rule(
    code="organizations-shape",
    why="""\
`user.organizations` is offered and its JSON is documented nowhere; `clerkform jwt render` takes it
for a map of ids to roles. It also grows with every organization that the user joins.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      memberships: "{{user.organizations}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      tenant: {id: "{{org.id}}", role: "{{org.role}}"}
""",
    check=check,
)
