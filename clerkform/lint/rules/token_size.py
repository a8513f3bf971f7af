from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import Path, find, known
from clerkform.jwt.sizes import HEADER_LIMIT, METADATA_LIMIT, largest_bytes
from clerkform.lint.rule import Rule, Subject, Template, warning


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims():
        algorithm = template.item.values.get("signing_algorithm", "RS256")
        size = largest_bytes(template.claims, algorithm)
        if size > HEADER_LIMIT:
            whole = _whole_metadata(template)
            when = f"with {METADATA_LIMIT // 1024} KB of metadata " if whole is not None else ""
            yield warning(
                RULE.code,
                f"{when}this token has {size / 1024:.0f} KB, and many servers refuse headers over"
                f" {HEADER_LIMIT // 1024} KB",
                template.at(() if whole is None else whole),
                "name the keys that are needed: `{{user.public_metadata.role}}`"
                if whole is not None
                else "leave out what the verifier does not read",
            )


def _whole_metadata(template: Template) -> Path | None:
    """The first claim that holds metadata as a whole."""
    for path, text in template.texts():
        for shortcode in find(text):
            for operand in shortcode.operands:
                found = known(operand.text) if operand.form == "path" else None
                if found and found.deep and found.name == operand.text:
                    return path
    return None


RULE = Rule(
    code="token-size",
    why="""\
A token travels in a header of every request, and many servers refuse headers over 8 KB. Metadata
may grow to 8 KB, and in a token it grows by another third, so a claim with the whole of it breaks
sign-in for one user on one day. Name the keys that the verifier reads.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      metadata: "{{user.public_metadata}}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      plan: "{{user.public_metadata.plan}}"
""",
    check=check,
)
