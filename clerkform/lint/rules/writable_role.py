from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.role_names import is_granting
from clerkform.jwt.shortcodes import find
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, text in template.texts:
            if not is_granting(path):
                continue
            paths = [o.text for s in find(text) for o in s.operands if o.form == "path"]
            for written in paths:
                if written.split(".")[:2] == ["user", "unsafe_metadata"]:
                    yield template.finding(
                        RULE.code,
                        f"users can write `{written}` themselves, and this claim sounds like what"
                        " they may do",
                        path,
                        "keep it in `user.public_metadata`, which only your back end can write",
                        severity="error",
                    )


RULE = Rule(
    code="writable-role",
    why="""\
`unsafe_metadata` can be written by the user's own browser. A role, permission, scope or group that
is read from there is whatever the user says it is.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{user.unsafe_metadata.role}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      role: "{{user.public_metadata.role}}"
      theme: "{{user.unsafe_metadata.theme}}"
""",
    check=check,
    severities=("error",),
)
