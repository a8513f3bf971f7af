from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import walk
from clerkform.lint.rule import Rule, Subject

_LARGEST: Final = 2**53 - 1


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.items:
        for name, value in item.values.items():
            if item.kind.fields[name].form != "json":
                continue
            for path, number in walk(value, (name,)):
                if not isinstance(number, int) or abs(number) <= _LARGEST:
                    continue
                yield Diagnostic(
                    RULE.code,
                    "this number is beyond 2^53: whoever reads JSON as JavaScript does, browsers and"
                    " Clerk's dashboard among them, gets another one",
                    item.node.at(path).span,
                    "put quotes around it",
                    "warning",
                )


RULE = Rule(
    code="large-integer",
    why="""\
JavaScript keeps every number as a double: from 9,007,199,254,740,992 on, it skips some, so the
account 12345678901234567 becomes 12345678901234568 for whoever reads the token in a browser, and
for Clerk's dashboard, which then saves that. The rule looks at claims and metadata. An id is text
to everybody if it stands between quotes.""",
    bad="""\
jwt_templates:
  - name: backend
    claims: {account: 12345678901234567}
""",
    good="""\
jwt_templates:
  - name: backend
    claims: {account: "12345678901234567"}
""",
    check=check,
)
