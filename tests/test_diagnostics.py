"""How many findings there may be, and how long one may be."""

import pytest

from clerkform.diagnostics import (
    MAX_COMPARED,
    MAX_FINDINGS,
    MAX_WORDS,
    Diagnostic,
    Problems,
    Source,
    Span,
    collecting,
)
from clerkform.errors import ManifestError


def collected(findings):
    """What a run says whose stages are ``findings``."""
    with pytest.raises(ManifestError) as caught:
        _collect(findings)
    return caught.value.diagnostics


def _collect(findings):
    with collecting() as problems:
        findings(problems)


def at(line):
    return Span(Source("clerk.yaml"), line, 1)


def test_a_run_stops_at_so_many_errors_and_says_so():
    looked_at = []

    def stage(problems):
        for line in range(MAX_FINDINGS * 10):
            looked_at.append(line)
            problems.error("wrong-value", "is wrong", at(line))

    *found, last = collected(stage)
    assert len(looked_at) == len(found) == MAX_FINDINGS
    assert (last.code, last.severity) == ("more-findings", "error")
    assert "nothing was looked for after the last" in last.message


def test_warnings_stop_nothing_and_are_counted():
    with collecting() as problems:
        for line in range(MAX_FINDINGS + 5):
            problems.warn("odd", "is odd", at(line))
    *found, last = problems.in_order()
    assert len(found) == MAX_FINDINGS
    assert (last.code, last.severity) == ("more-findings", "warning")
    assert last.message == "5 more warnings and notes are not shown"


def test_too_many_errors_of_a_part_are_too_many():
    def stage(problems):
        problems.warn("odd", "is odd", at(1))
        part = problems.part()
        try:
            for line in range(MAX_FINDINGS * 2):
                part.error("wrong-value", "is wrong", at(line))
        finally:
            problems += part

    assert len(collected(stage)) == MAX_FINDINGS + 2


def test_what_is_collected_elsewhere_has_no_bound():
    problems = Problems()
    problems += [Diagnostic("wrong-value", "is wrong", at(n)) for n in range(MAX_FINDINGS * 2)]
    assert len(problems.in_order()) == MAX_FINDINGS * 2


def test_a_finding_that_quotes_a_huge_key_is_cut_off():
    found = Diagnostic("duplicate-key", f"`{'k' * 10 * MAX_WORDS}` stands twice", hint="h" * 9_999)
    assert len(found.message) == len(found.hint) == MAX_WORDS + 1
    assert found.message.endswith("kkk` stands twice")


def test_guesses_end_when_many_names_were_compared():
    problems, known = Problems(), [f"organization-{n}" for n in range(MAX_COMPARED + 1)]
    assert problems.nearest("organisation-7", known) == "did you mean `organization-7`?"
    assert problems.nearest("organisation-7", ["organization-7"]) is None
