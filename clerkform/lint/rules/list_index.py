from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import known
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, operand in template.operands:
            found = known(operand.text) if operand.form == "path" else None
            keys = operand.text.removeprefix(found.name).split(".") if found else []
            if any(key.isdecimal() for key in keys):
                yield template.finding(
                    RULE.code,
                    f"`{operand.text}` may be null: no document has a path into a list",
                    path,
                    "take the whole list, or keep the one value under a key of its own",
                )


RULE = Rule(
    code="list-index",
    why="""\
A path into metadata names keys of maps. Clerk's documentation has none that counts into a list, so
`user.public_metadata.roles.0` is rendered as null by `clerkform jwt render`, and probably by
Clerk.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{user.public_metadata.roles.0}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      roles: "{{user.public_metadata.roles}}"
""",
    check=check,
)
