from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import find, known, whole
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, text in template.texts:
            if whole(text):
                continue
            for operand in (one for shortcode in find(text) for one in shortcode.operands):
                found = known(operand.text) if operand.form == "path" else None
                is_whole = found and operand.text == found.name
                if found and is_whole and not found.types.isdisjoint({"object", "list"}):
                    yield template.finding(
                        RULE.code,
                        f"`{operand.text}` is no text, and how it prints inside text is documented"
                        " nowhere",
                        path,
                        "let it be a claim of its own, or name one key of it",
                    )


RULE = Rule(
    code="object-in-text",
    why="""\
A shortcode that is the whole claim keeps its JSON type. In the middle of longer text Clerk makes
text of it, and for maps and lists nobody says which.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      summary: "may: {{org_membership.permissions}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      may: "{{org_membership.permissions}}"
""",
    check=check,
)
