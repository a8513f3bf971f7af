from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject

_SENT: Final = frozenset(
    {"lifetime", "allowed_clock_skew", "custom_signing_key", "signing_algorithm", "signing_key"}
)
"""Fields of a request's body, beside ``name`` and ``claims``, which claims may well be called."""
_ANSWERED: Final = frozenset({"object", "id", "created_at", "updated_at", *_SENT, "name", "claims"})


def check(subject: Subject) -> Iterator[Diagnostic]:
    for template in subject.with_claims:
        if _is_template(template.claims) or _is_list_of_them(template.claims):
            yield template.finding(
                RULE.code,
                "these claims are a whole template, as Clerk's API takes or answers it, so every"
                " token would have a claim called `claims`",
                (),
                "write what stands under its `claims` alone; the rest are fields of this item,"
                " beside `claims:`",
                severity="error",
            )


def _is_template(claims: Mapping[str, Any]) -> bool:
    if claims.get("object") == "jwt_template":
        return True
    names = claims.keys()
    return isinstance(claims.get("claims"), dict) and not names - _ANSWERED and bool(names & _SENT)


def _is_list_of_them(claims: Mapping[str, Any]) -> bool:
    data = claims.get("data")
    return isinstance(data, list) and any(isinstance(d, dict) and _is_template(d) for d in data)


RULE = Rule(
    code="claims-are-a-template",
    why="""\
A file that was saved from Clerk's API, or is sent to it, holds the template with its name, its
lifetime and its claims. `claims` takes the claims alone: with the whole of it, every token would
say `claims: {...}` and `lifetime: 60`, and nothing that a verifier reads stands at the top. It is
found in a file that `from_file` names as well.""",
    bad="""\
jwt_templates:
  - name: backend
    claims:
      name: backend
      lifetime: 60
      claims: {aud: backend}
""",
    good="""\
jwt_templates:
  - name: backend
    lifetime: 60
    claims: {aud: backend}
""",
    check=check,
    severities=("error",),
)
