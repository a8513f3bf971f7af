"""The same drawn examples every time, so that a change alone can turn a test red.

``PROPERTIES=new`` draws others, and keeps those that failed in ``.hypothesis/``.
"""

import os
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("new", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("new"), derandomize=True, database=None)
settings.load_profile("new" if os.environ.get("PROPERTIES") == "new" else "same")

# Whoever starts the tests in the background has Ctrl-C ignored, and so would every process that
# they start: tests that interrupt one would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Sandboxes keep their state in a folder of the user's; not in that of whoever runs the tests.
_STATES = tempfile.TemporaryDirectory(prefix="clerkform-tests-")
os.environ["XDG_STATE_HOME"] = _STATES.name


SLOW = ("canary", "conformance", "faults", "foresight", "proof", "properties")
"""Folders that run whole commands over many cases."""
STARTING = {"serving", "subprocess", "server", "Scripted"}
"""What a test that starts servers or processes has in its module or among its fixtures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in SLOW or getattr(item.function, "is_hypothesis_test", False):
            item.add_marker("slow")
        if STARTING & {*vars(item.module), *item.fixturenames}:
            item.add_marker("served")


def pytest_exception_interact(report: pytest.CollectReport | pytest.TestReport) -> None:
    """What fails says which files tell the tests of a kind that it names; and while a kind is half
    written, what is to be written next."""
    try:
        from tests import missing
    except Exception:  # a kind that cannot be loaded: that is what the report is of
        return
    if files := missing.files_about(f"{report.nodeid} {report.longrepr}"):
        report.sections.append(("what it was told", files))
    if told := missing.everything():
        report.sections.append(("a kind is not whole", told[0]))


def pytest_unconfigure() -> None:
    _STATES.cleanup()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The size of the fault matrix, as far as it was run."""
    outcomes = {
        report.nodeid: report.outcome
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call" and "test_running_it_again_mends" in report.nodeid
    }
    if outcomes:
        failures = sum(outcome == "failed" for outcome in outcomes.values())
        part = "" if os.environ.get("FAULTS") == "all" else " (a sample; `make faults` runs all)"
        terminalreporter.write_line(
            f"Fault matrix: {len(outcomes)} cases, {failures} failures{part}"
        )
