from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject


def check(subject: Subject) -> Iterator[Diagnostic]:
    for item in subject.items:
        for name in _names(item):
            if bare := _without(str(item.values[name])):
                yield Diagnostic(
                    RULE.code,
                    f"`{name}` has a blank at an end, or what nobody sees, and that is part of it",
                    item.node.at((name,)).span,
                    f"write `{bare}`",
                    "warning",
                )
    for template in subject.with_claims:
        for path in template.key_paths:
            if bare := _without(str(path[-1])):
                yield template.finding(
                    RULE.code,
                    "this claim's name has a blank at an end, or what nobody sees, so verifiers"
                    " that ask for it do not find it",
                    path,
                    f"write `{bare}`",
                    at_key=True,
                )


def _names(item: Item) -> Iterator[str]:
    """The fields that are or begin a key of it, or a name that people see."""
    keys = {field.name for field in item.kind.identity} | {"name"}
    yield from (name for name in item.values if name in keys)


def _without(name: str) -> str | None:
    """``name`` without what nobody sees at its ends; None where nothing is there."""
    start, end = 0, len(name)
    while start < end and _is_unseen(name[start]):
        start += 1
    while end > start and _is_unseen(name[end - 1]):
        end -= 1
    return name[start:end] if (start, end) != (0, len(name)) else None


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


RULE = Rule(
    code="blank-around-name",
    why="""\
An application asks for `getToken({template: "supabase"})`, and a template called `"supabase "` is
another one. The same goes for claims that a verifier asks for by name. Blanks come along with
what is copied; a no-break or a zero-width one isn't even seen in an editor.""",
    bad="""\
jwt_templates:
  - name: "backend "
    claims: {aud: backend}
""",
    good="""\
jwt_templates:
  - name: backend
    claims: {aud: backend}
""",
    check=check,
)
