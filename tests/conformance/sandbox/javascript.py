"""Clerk's JavaScript clients, where Node and ``js/install.sh`` have put them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "js"
_NEEDED = (20, 9)


def need(package: str) -> Path:
    """The folder of ``package``; skips the test where it is not to be had.

    ``CLERKFORM_NEEDS_NODE=1`` makes a failure of that, for machines that are to run these tests.
    """
    found = HERE / "node_modules" / package
    missing = _node_problem()
    if missing is None and not found.is_dir():
        missing = f"{package} is not installed: run {HERE.name}/install.sh beside this test"
    if missing and os.environ.get("CLERKFORM_NEEDS_NODE"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    return found


def _node_problem() -> str | None:
    node = shutil.which("node")
    if node is None:
        return "Node is not installed"
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    if found is None or (int(found[1]), int(found[2])) < _NEEDED:
        return f"Node is {told.strip()}, and Clerk's SDK needs {_NEEDED[0]}.{_NEEDED[1]}"
    return None
