from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.standard import SESSION_TIED
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for name in template.claims:
            if name in SESSION_TIED:
                yield template.finding(
                    RULE.code,
                    f"`{name}` is a claim of session tokens, which Clerk may refuse in a template",
                    (name,),
                    "give it another name, or nest it",
                    at_key=True,
                )


RULE = Rule(
    code="session-claim",
    why="""\
Clerk's documentation says that the claims of a session (`sid`, `v`, `pla`, `fea`) cannot be in a
template, and its session tokens have more of their own: `sts`, `o`, `act`, and in their first
version `org_id`, `org_role`, `org_slug`, `org_permissions`. Nobody has seen which of them are
refused, so this is a warning. Even where one is taken, a verifier that knows session tokens reads
it as Clerk's own. Ignore the rule if your instance takes the claim.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      org_role: "{{org.role}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      organization: {role: "{{org.role}}"}
""",
    check=check,
)
