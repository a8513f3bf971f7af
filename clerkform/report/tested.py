"""The tests of JWT templates that were run, as a test runner prints them and as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from clerkform.jwt.judge import NOTHING
from clerkform.model.paths import dotted
from clerkform.report.counts import counted
from clerkform.report.data import place_data
from clerkform.report.formatting import escaped
from clerkform.workflows.template_tests import Failed, Ran


def tested_text(ran: Sequence[Ran]) -> str:
    """Every test with its outcome, failures as a diff of what is expected and what is rendered."""
    lines = []
    for template, tests in groupby(ran, key=lambda one: one.template):
        lines.append(escaped(str(template)))
        for one in tests:
            lines.append(f"  {'FAIL' if one.failed else 'ok  '}  {escaped(one.name)}")
            lines += [f"        {line}" for failed in one.failed for line in failure_lines(failed)]
    return "\n".join([*lines, *([""] if lines else []), summary(ran)])


def summary(ran: Sequence[Ran]) -> str:
    if not ran:
        return "No tests: no JWT template has any."
    failed = sum(bool(one.failed) for one in ran)
    return f"Tests: {counted(len(ran) - failed, 'test')} passed, {failed} failed."


def failure_lines(failed: Failed) -> Iterator[str]:
    failure = failed.failure
    about = f"`{dotted(failure.claim)}` " if failure.claim else ""
    yield escaped(f"{_place(failed.at)}: {about}{failure.message}")
    if failure.expected is not NOTHING:
        yield f"  - {_json(failure.expected)}"
    if failure.rendered is not NOTHING:
        yield f"  + {_json(failure.rendered)}"
    if failed.template_at and failed.template_at != failed.at:
        source = f" from `{failed.source}`" if failed.source else ""
        yield escaped(f"  rendered{source} at {_place(failed.template_at)}")


def _place(span: Any) -> str:
    return f"{span.path}:{span.line}"


def _json(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def tested_data(ran: Sequence[Ran]) -> dict[str, Any]:
    """``expected`` and ``rendered`` are left out where there is no value."""
    return {
        "tests": [
            {
                "template": str(one.template),
                "name": one.name,
                "place": place_data(one.at),
                "passed": not one.failed,
                "failures": [_failure_data(failed) for failed in one.failed],
            }
            for one in ran
        ],
        "summary": {
            "passed": sum(not one.failed for one in ran),
            "failed": sum(bool(one.failed) for one in ran),
        },
    }


def _failure_data(failed: Failed) -> dict[str, Any]:
    failure = failed.failure
    values = {"expected": failure.expected, "rendered": failure.rendered}
    return {
        "code": failure.code,
        "message": failure.message,
        "claim": dotted(failure.claim) if failure.claim else None,
        **{name: value for name, value in values.items() if value is not NOTHING},
        "source": failed.source,
        "place": place_data(failed.at),
        "template_place": place_data(failed.template_at),
        "text": "\n".join(failure_lines(failed)),
    }
