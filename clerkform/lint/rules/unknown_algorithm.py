from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic, did_you_mean
from clerkform.jwt.standard import ALGORITHMS
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.templates:
        written = item.values.get("signing_algorithm")
        if written is None or written in ALGORITHMS:
            continue
        right = next((name for name in ALGORITHMS if name.lower() == written.lower()), None)
        yield Diagnostic(
            RULE.code,
            f"`{written}` is no algorithm that tokens are signed with",
            item.node.at(("signing_algorithm",)).span,
            f"write `{right}`" if right else did_you_mean(written, ALGORITHMS),
        )


RULE = Rule(
    code="unknown-algorithm",
    why="""\
The names are those of RFC 7518: RS, HS, ES or PS with 256, 384 or 512, and EdDSA. They are
compared with their case. A token with the algorithm `none` would be signed by anybody.""",
    bad="""\
jwt_templates:
  - name: backend
    signing_algorithm: hs256
    signing_key: {from_env: BACKEND_JWT_SECRET}
    claims: {aud: backend}
""",
    good="""\
jwt_templates:
  - name: backend
    signing_algorithm: HS256
    signing_key: {from_env: BACKEND_JWT_SECRET}
    claims: {aud: backend}
""",
    check=check,
    severities=("error",),
)
