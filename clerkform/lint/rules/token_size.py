from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import CATALOGUE, Path, whole
from clerkform.jwt.sizes import HEADER_LIMIT, METADATA_LIMIT, largest_bytes
from clerkform.jwt.standard import ALGORITHM
from clerkform.lint.rule import Rule, Subject, Template


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        algorithm = template.item.values.get("signing_algorithm", ALGORITHM)
        size = largest_bytes(template.claims, algorithm)
        if size <= HEADER_LIMIT:
            continue
        path: Path = ()
        has, hint = "has", "leave out what the verifier does not read"
        if full := _whole_metadata(template):
            path, has = full, f"can have, with {METADATA_LIMIT // 1024} KB of metadata,"
            hint = "name the keys that are needed: `{{user.public_metadata.role}}`"
        yield template.finding(
            RULE.code,
            f"this token {has} {size / 1024:.0f} KB, and many servers refuse headers over"
            f" {HEADER_LIMIT // 1024} KB",
            path,
            hint,
        )


def _whole_metadata(template: Template) -> Path | None:
    """The first claim that holds metadata as a whole."""
    for path, text in template.texts:
        shortcode = whole(text)
        for operand in shortcode.operands if shortcode else ():
            found = CATALOGUE.get(operand.text)
            if found and found.deep:
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
