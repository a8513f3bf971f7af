from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import find
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, text in template.texts:
            if find(text) and text != text.strip():
                yield template.finding(
                    RULE.code,
                    "a blank at the end of this claim makes it text, and Clerk may or may not"
                    " keep it",
                    path,
                    f"write `{text.strip()}`",
                )


RULE = Rule(
    code="trailing-blank",
    why="""\
`"{{user.public_metadata.level}} "` with its blank is a shortcode in longer text, so a number
becomes text. An example in Clerk's documentation shows such a result without the blank, so even
its length is not certain.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      level: "{{user.public_metadata.level}} "
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      level: "{{user.public_metadata.level}}"
""",
    check=check,
)
