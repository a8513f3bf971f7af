from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            if operand.form == "double-quoted":
                yield template.finding(
                    RULE.code,
                    f"{operand.text} is not text to Clerk: a literal has single quotes",
                    path,
                    f"write '{operand.text[1:-1]}', and double quotes around the whole claim",
                )


RULE = Rule(
    code="double-quoted-literal",
    why="""\
In a chain such as `{{user.username || 'nobody'}}` the text to fall back on stands in single quotes.
What Clerk makes of double quotes is documented nowhere. In YAML put the double quotes around the
whole claim.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      nickname: '{{user.username || "nobody"}}'
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      nickname: "{{user.username || 'nobody'}}"
""",
    check=check,
)
