"""clerkform as a person runs it: a folder, an environment, arguments, an exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from clerkform.cli import main

REPO = Path(__file__).parent.parent
EXAMPLES = REPO / "examples"
OURS = ("CLERK_", "CLERKFORM_")
PATIENCE = 600.0
"""Seconds that a test waits for what another process does, however busy the machine is."""
SUPABASE_SECRET = "a-secret-that-only-tests-know-0123456789"


def clean_environ() -> dict[str, str]:
    """The process environment without what clerkform reads."""
    return {name: text for name, text in os.environ.items() if not name.startswith(OURS)}


@dataclass
class Folder:
    """A folder to run clerkform in."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, exit_code: int = 0) -> Result:
        """Run a command in process; it has to exit with ``exit_code``."""
        removed = dict.fromkeys(name for name in os.environ if name.startswith(OURS))
        result = CliRunner(env={**removed, **self.environ}).invoke(
            main, ["-C", str(self.root), *arguments]
        )
        said = f"clerkform {' '.join(arguments)}: {result.exit_code}\n{result.output}"
        if "not_implemented" in result.output:
            said += "\nthe sandbox lacks a call of a kind: write clerkform/sandbox/routes/NAME.py"
        assert result.exit_code == exit_code, said
        return result


MEANT = {"weakens-security": "--allow-weakening", "locks-out": "--allow-lockout"}


def meant(folder: Folder, *arguments: str) -> list[str]:
    """The options that let pass what a plan means for who can get in, and nothing else of it."""
    plan = CliRunner(env=dict(folder.environ)).invoke(
        main, ["-C", str(folder.root), "plan", "--format", "json", *arguments]
    )
    refusals = json.loads(plan.stdout).get("plan", {}).get("refusals", ())
    found = (one for one in refusals if one["code"] in MEANT)
    named = {(MEANT[one["code"]], one["message"].partition(": ")[0]) for one in found}
    return [word for pair in sorted(named) for word in pair]


def copied(name: str, to: Path, environ: Mapping[str, str] | None = None) -> Folder:
    """A copy of an example, without what a run of it may have left."""
    left = shutil.ignore_patterns(".clerkform", ".secrets")
    return Folder(Path(shutil.copytree(EXAMPLES / name, to / name, ignore=left)), environ or {})


@dataclass(frozen=True)
class Served:
    """A running ``clerkform sandbox serve``."""

    url: str
    state: Path


@contextmanager
def serving(state: Path, *options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "clerkform", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--rate-limit", "off", "--state", str(state), *options],
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environ(),
        cwd=REPO,
    ) as process:
        try:
            assert process.stdout
            ready = process.stdout.readline()
            yield Served(ready.split()[-1], state)
        finally:
            process.terminate()
            process.wait()
