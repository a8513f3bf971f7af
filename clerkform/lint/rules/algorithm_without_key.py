from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.jwt.standard import ALGORITHM
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.templates:
        algorithm = item.values.get("signing_algorithm", ALGORITHM)
        if algorithm == ALGORITHM or item.values.get("signing_key") is not None:
            continue
        if "signing_key" in item.node.keys and "signing_key" not in item.values:
            continue  # it is wrong, and that is said already
        yield Diagnostic(
            RULE.code,
            f"{algorithm} needs a key of its own: the instance's key signs with {ALGORITHM} only",
            item.node.at(("signing_algorithm",)).span,
            "declare where it is: `signing_key: {from_env: NAME}`",
            "error" if "signing_key" in item.values else "warning",
        )


RULE = Rule(
    code="algorithm-without-key",
    why="""\
Without a key of its own a template is signed with the instance's key, which is RSA and signs with
RS256. Another algorithm needs `signing_key`, a reference to a secret. Clerk never shows that key
again, so `clerkform pull` writes the algorithm alone; until the key is declared, no plan can change
the template. With `signing_key: null`, which says that there is none, this is an error.""",
    bad="""\
jwt_templates:
  - name: backend
    signing_algorithm: HS256
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
    severities=("error", "warning"),
)
