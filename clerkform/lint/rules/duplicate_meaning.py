from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject

_DECIDE: Final = ("role", "roles", "permissions", "scope", "scopes", "groups")


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path in template.key_paths:
            name = str(path[-1]).rpartition("/")[2]
            is_top = path == (name,)
            if name in _DECIDE and not is_top and name in template.claims:
                yield template.finding(
                    RULE.code,
                    f"`{name}` is said twice: here, and as a claim at the top",
                    path,
                    "keep the one that the verifier reads, or give this one another name",
                    related=(("the other one is here", template.key_at((name,))),),
                    at_key=True,
                )


RULE = Rule(
    code="duplicate-meaning",
    why="""\
With a `role` at the top and another under a namespace, a reader of the template cannot tell which
one decides, and a verifier that is changed later may read the other. The rule looks at what
verifiers decide by: role, roles, permissions, scope, scopes, groups; also in the form
`https://example.com/role`.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{org.role}}"
      https://example.com/claims:
        role: "{{user.public_metadata.role}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      role: authenticated
      https://example.com/claims:
        staff_role: "{{user.public_metadata.role}}"
""",
    check=check,
)
