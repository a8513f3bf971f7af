"""Manifest text to what the linter finds in it."""

from __future__ import annotations

from collections.abc import Collection

from clerkform.desired import Desired, desired_state
from clerkform.diagnostics import Diagnostic, Problems, Source
from clerkform.kinds import KINDS
from clerkform.lint.run import lint
from clerkform.manifest.parse import parse
from clerkform.manifest.values import Scope


def declared(text: str, path: str = "clerk.yaml") -> Desired:
    """What a valid manifest declares."""
    problems = Problems()
    root = parse(Source(path, text), problems)
    desired = desired_state([root] if root else [], [], KINDS, Scope({}, lambda *_: None), problems)
    assert problems == [], problems
    return desired


def findings(
    text: str, ignore: Collection[str] = (), path: str = "clerk.yaml"
) -> tuple[Diagnostic, ...]:
    return lint(declared(text, path).items.values(), ignore)


def claims(*lines: str, fields: str = "") -> str:
    """A manifest with one template; its claims begin in line 4."""
    body = "".join(f"      {line}\n" for line in lines)
    return f"jwt_templates:\n  - name: a\n    claims:\n{body}{fields}"


def said(text: str) -> list[str]:
    """``line:column severity code`` of each finding."""
    return [
        f"{f.span.line}:{f.span.column} {f.severity} {f.code}" for f in findings(text) if f.span
    ]
