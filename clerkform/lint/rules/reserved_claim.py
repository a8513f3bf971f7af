from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.standard import RESERVED
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for name in template.claims:
            if name in RESERVED:
                yield template.finding(
                    RULE.code,
                    f"Clerk sets the claim `{name}` itself and refuses a template that has it",
                    (name,),
                    "remove it; `sub` is the user's id, and a nested claim may have this name",
                    at_key=True,
                    severity="error",
                )


RULE = Rule(
    code="reserved-claim",
    why="""\
Clerk answers 400 `jwt_template_reserved_claim` to a template with one of the claims that every
token has: `sub`, `iss`, `exp`, `iat`, `nbf`, `jti`, `azp`, and `fva`. Below another claim the same
names are allowed. How long a token is valid is the template's `lifetime`; whose it is, is `sub`.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      sub: "{{user.external_id}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      external_id: "{{user.external_id}}"
      invoice: {sub: "{{user.id}}"}
""",
    check=check,
    severities=("error",),
)
