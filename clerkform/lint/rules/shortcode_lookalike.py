from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.shortcodes import around, known
from clerkform.lint.rule import Rule, Subject
from clerkform.lint.spelling import respelled

_PATH: Final = r"(?:user|org|organization|org_?[mM]embership|session)\.[\w-]++(?:\.[\w-]++)*+"
_LOOKALIKE: Final = re.compile(
    rf"""
    \{{\s*+(?P<braces>{_PATH})\s*+\}}          # {{user.id}}
    | \$\{{?(?P<dollar>{_PATH})\}}?            # $user.id
    | \[\[\s*+(?P<brackets>{_PATH})\s*+\]\]    # [[user.id]]
    | <%=?\s*+(?P<angles>{_PATH})\s*+%>        # <%= user.id %>
    | [\uff5b{{]\s*+(?:[\uff5b{{]\s*+)?(?P<wide>{_PATH})\s*+[\uff5d}}](?:\s*[\uff5d}}])?  # full-width
    """,
    re.VERBOSE,
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        for path, text in template.texts:
            for written, meant in _lookalikes(text):
                yield template.finding(
                    RULE.code,
                    f"`{written}` is no shortcode, so it stays in the token as it is",
                    path,
                    f"write `{meant}`",
                )


def _lookalikes(text: str) -> Iterator[tuple[str, str]]:
    """What looks like a shortcode between the real ones, and the shortcode that it means."""
    for plain in around(text) if "." in text else ():
        if "{{" in plain or "}}" in plain:  # malformed, which another rule says
            continue
        for match in _LOOKALIKE.finditer(plain):
            path = match[str(match.lastgroup)]
            meant = "{{" + path + "}}" if known(path) else respelled(path)
            if meant:
                yield match[0], meant


RULE = Rule(
    code="shortcode-lookalike",
    why="""\
Clerk replaces what stands between `{{` and `}}`, two braces of the ASCII kind on each side, and
nothing else. `{user.id}`, `$user.id`, `[[user.id]]` and full-width braces, which some keyboards
and word processors write, are text to it: every token says the very same, and no verifier
complains. Only what names a shortcode is found.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      customer: "{user.external_id}"
""",
    good="""\
jwt_templates:
  - name: backend
    claims:
      customer: "{{user.external_id}}"
      note: "in {braces} of its own"
""",
    check=check,
)
