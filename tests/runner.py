"""GitHub's runner, as far as a workflow of ``init --ci`` goes: which jobs run, and their steps.

Conditions and expressions are evaluated from the event; every ``run`` is executed by the shell
that GitHub uses. Actions are played: a checkout lays out the project, an upload keeps a file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.shell import clean_environ

Job = Mapping[str, Any]
OURS = "acme/auth"
PIP = """#!/bin/sh
for part in "$@"; do
  case $part in *.txt|/*) test -e "$part" || { echo "no $part" >&2; exit 1; } ;; '') exit 1 ;; esac
done
echo "pip $*" >> "$TOOLS/log"
"""
GH = """#!/bin/sh
# Two runs: the newer one has kept nothing, the older one what is there.
test "$2" = list && { printf "2\\\\n1\\\\n"; exit; }
while test $# -gt 1; do test "$1" = --dir && dir=$2; test "$2" = 1 && found=1; shift; done
test "$found" = 1 && test -d "$KEPT" && mkdir -p "$dir" && cp "$KEPT"/* "$dir"
"""


def load(text: str) -> dict[str, Any]:
    """YAML 1.1 reads the key ``on`` as true."""
    return {("on" if key is True else key): value for key, value in yaml.safe_load(text).items()}


@dataclass(frozen=True)
class Event:
    """What a run is started by, and what GitHub hands to it."""

    name: str
    head: str = OURS
    """The repository that a pull request comes from."""
    actor: str = "ann"
    secrets: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What was typed where it was started by hand."""
    ref: str = "refs/heads/main"

    def evaluated(self, expression: str) -> Any:
        known = {
            "github.event_name": self.name,
            "github.event.pull_request.head.repo.full_name": self.head,
            "github.repository": OURS,
            "github.actor": self.actor,
            "github.token": "ghs_token",
            "github.ref": self.ref,
        }
        name = expression.strip()
        if name.startswith("inputs."):
            return self.inputs.get(name.removeprefix("inputs."), "")
        if name.startswith("secrets."):
            return self.secrets.get(name.removeprefix("secrets."), "")
        return known[name]

    def allows(self, condition: str) -> bool:
        """A condition of comparisons, ``!``, ``&&`` and ``||``."""
        text = re.sub(r"'[^']*'|[a-z][\w.]+", self._operand, condition)
        text = re.sub(r"!(?!=)", " not ", text.replace("&&", " and ").replace("||", " or "))
        return bool(eval(text.replace("\n", " ").strip(), {}))

    def _operand(self, found: re.Match[str]) -> str:
        text = found[0]
        return text if text.startswith("'") else repr(self.evaluated(text))


@dataclass
class Runner:
    """Runs the jobs of one workflow on a project, each in a checkout of its own."""

    workflow: Mapping[str, Any]
    project: Path
    """What a checkout brings."""
    machine: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    """Of the machine: where the API is, and where clerkform comes from."""

    def __post_init__(self) -> None:
        self.machine.mkdir()
        self.tools, self.kept = self.machine / "tools", self.machine / "kept"
        self.tools.mkdir()
        for name, script in (("pip", PIP), ("gh", GH)):
            (self.tools / name).write_text(script)
            (self.tools / name).chmod(0o755)
        self.summary = self.machine / "summary.md"
        self.summary.touch()

    @property
    def installed(self) -> list[str]:
        """What was asked of pip."""
        log = self.tools / "log"
        return log.read_text().splitlines() if log.exists() else []

    def run(self, event: Event) -> dict[str, str]:
        """The outcome of each job: ``success``, ``skipped``, or what the step that failed said."""
        outcomes: dict[str, str] = {}
        for name, job in self.workflow["jobs"].items():
            needs = [job["needs"]] if "needs" in job else []
            if not event.allows(job["if"]) or any(outcomes[n] != "success" for n in needs):
                outcomes[name] = "skipped"
            else:
                outcomes[name] = self._job(job, event)
        return outcomes

    def _job(self, job: Job, event: Event) -> str:
        shutil.rmtree(self.machine / "work", ignore_errors=True)
        shutil.rmtree(self.machine / "temp", ignore_errors=True)
        (self.machine / "temp").mkdir()
        failed = ""
        for step in job["steps"]:
            if failed and step.get("if") != "always()":
                continue
            if "uses" in step:
                self._act(step)
            else:
                failed = self._shell(step, job, event) or failed
        return failed or "success"

    def _act(self, step: Mapping[str, Any]) -> None:
        action = step["uses"].partition("@")[0]
        work = self.machine / "work"
        if action == "actions/checkout":
            shutil.copytree(self.project, work, ignore=shutil.ignore_patterns(".clerkform"))
        elif action == "actions/upload-artifact" and (work / step["with"]["path"]).exists():
            shutil.rmtree(self.kept, ignore_errors=True)
            self.kept.mkdir()
            shutil.copy(work / step["with"]["path"], self.kept)

    def _shell(self, step: Mapping[str, Any], job: Job, event: Event) -> str:
        """Empty where it exits with 0."""
        given = {**self.workflow.get("env", {}), **job.get("env", {}), **step.get("env", {})}
        expanded = {
            name: re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(event.evaluated(found[1])), text)
            for name, text in given.items()
        }
        own = Path(sys.executable).parent
        path = os.pathsep.join([str(self.tools), str(own), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],  # what GitHub runs a step with
            cwd=self.machine / "work",
            env={
                **clean_environ(),
                **expanded,
                **self.environ,
                "PATH": path,
                "TOOLS": str(self.tools),
                "KEPT": str(self.kept),
                "RUNNER_TEMP": str(self.machine / "temp"),
                "GITHUB_STEP_SUMMARY": str(self.summary),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"
