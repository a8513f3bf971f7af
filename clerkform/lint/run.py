"""Runs the rules over validated items, and leaves out what the author asked to ignore."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic
from clerkform.discovery import exports
from clerkform.lint import rules
from clerkform.lint.rule import Rule, Subject

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule for rule in sorted(exports(rules, "RULE").values(), key=lambda rule: rule.code)
}
"""Every rule, by its code."""

_IGNORED = re.compile(r"(?:^|\s)#\s*clerkform:\s*ignore\[([^\]]*)\]")


def lint(items: Iterable[Item], ignore: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """What the rules find, in source order; nothing that ``ignore`` or its own line mutes."""
    subject = Subject.of(items)
    found = {
        finding
        for code, rule in RULES.items()
        if code not in ignore
        for finding in rule.check(subject)
        if finding.code not in _ignored_at(finding)
    }
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _ignored_at(finding: Diagnostic) -> frozenset[str]:
    """The codes in a comment such as ``# clerkform: ignore[long-lifetime]`` on the line."""
    at = finding.span
    comments = _IGNORED.findall(at.source.line(at.line)) if at else ()
    return frozenset(code.strip() for comment in comments for code in comment.split(","))
