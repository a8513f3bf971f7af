"""Numbers of things in words."""

from __future__ import annotations

from collections.abc import Sequence

from clerkform.diagnostics import Diagnostic


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def counted_findings(found: Sequence[Diagnostic]) -> str:
    """``3 errors, 1 warning``"""
    severities = [one.severity for one in found]
    named = [(severities.count(word), word) for word in ("error", "warning", "note")]
    return ", ".join(counted(number, word) for number, word in named if number)
