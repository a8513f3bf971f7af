from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject

DAY: Final = 86_400
"""Seconds."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.templates:
        lifetime = item.values.get("lifetime", 0)
        if lifetime > DAY:
            yield Diagnostic(
                RULE.code,
                f"these tokens are valid for {lifetime / DAY:.3g} days, and nothing can revoke one",
                item.node.at(("lifetime",)).span,
                "shorten it; or say why behind `# clerkform: ignore[long-lifetime]`",
                "warning",
            )


RULE = Rule(
    code="long-lifetime",
    why="""\
A verifier looks at the signature and the clock. It does not ask Clerk, so a token stays good when
its user has signed out, lost the role that it names, or been deleted. Clients fetch a new token
without anybody noticing; a minute is Clerk's default. If a day is really too short, say why behind
the comment that mutes the rule.""",
    bad="""\
jwt_templates:
  - name: devices
    lifetime: 604800
    claims: {aud: devices}
""",
    good="""\
jwt_templates:
  - name: devices
    lifetime: 604800 # clerkform: ignore[long-lifetime] meters are offline for days
    claims: {aud: devices}
""",
    check=check,
)
