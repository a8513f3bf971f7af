"""Runs the rules over validated items, and leaves out what the author asked to ignore."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from clerkform.desired import Item
from clerkform.diagnostics import MAX_FINDINGS, Diagnostic
from clerkform.discovery import exports
from clerkform.lint import rules
from clerkform.lint.rule import Rule, Subject

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule for rule in sorted(exports(rules, "RULE").values(), key=lambda rule: rule.code)
}
"""Every rule, by its code."""

_IGNORED = re.compile(r"(?:^|\s)#\s*clerkform:\s*ignore\[([^\[\]]*)\]")


def lint(items: Iterable[Item], ignore: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """What the rules find, in source order; nothing that ``ignore`` or its own line mutes."""
    subject = Subject.of(items)
    found = {
        finding
        for code, rule in RULES.items()
        if code not in ignore
        for finding in _of(rule, subject)
        if finding.code not in _ignored_at(finding)
    }
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _of(rule: Rule, subject: Subject) -> Iterator[Diagnostic]:
    findings = rule.check(subject)
    yield from islice(findings, MAX_FINDINGS)
    if next(findings, None):
        yield Diagnostic(
            "more-findings",
            f"`{rule.code}` finds more than {MAX_FINDINGS:,} things, and stops there",
            hint=f"correct or mute these first; `lint: {{ignore: [{rule.code}]}}` in the project"
            " file mutes the rule",
            # One of those that nobody sees now may be an error.
            severity="error" if "error" in rule.severities else "warning",
        )


def _ignored_at(finding: Diagnostic) -> frozenset[str]:
    at = finding.span
    return _ignored_on(at.source.line(at.line)) if at else frozenset()


@lru_cache(maxsize=16)
def _ignored_on(line: str) -> frozenset[str]:
    """The codes in a comment such as ``# clerkform: ignore[long-lifetime]`` on the line."""
    comments = _IGNORED.findall(line) if "#" in line else ()
    return frozenset(code.strip() for comment in comments for code in comment.split(","))
