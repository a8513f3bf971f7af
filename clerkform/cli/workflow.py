"""The workflow that ``init --ci`` writes, for one environment of a project."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from importlib import metadata, resources
from pathlib import Path
from typing import Final, NamedTuple

from clerkform.cli import templates
from clerkform.errors import UsageError
from clerkform.project import Environment
from clerkform.project.file import listed

FILES: Final = {"github": (".github/workflows/clerkform.yaml", "github.yaml")}
"""For each host the workflow's place and its template, which is the one of ``EXAMPLE``."""
EXAMPLE: Final = Environment("production", Path(), ledger=".clerkform/ledger.production.json")


class Source(NamedTuple):
    """Where a job gets clerkform from: a repository, and a whole commit of it."""

    repository: str
    commit: str


NOWHERE: Final = Source("https://github.com/OWNER/clerkform", "0" * 40)
"""Stands in the template; whoever uses it puts their own there."""


def installed_from() -> Source | None:
    """Where this clerkform was installed from, if that is a commit that anybody can fetch.

    Source: PEP 610, ``direct_url.json``.
    """
    text = metadata.distribution("clerkform").read_text("direct_url.json")
    said = json.loads(text) if text else {}
    url, commit = said.get("url", ""), said.get("vcs_info", {}).get("commit_id", "")
    is_public = re.fullmatch(r"https://[A-Za-z0-9._~/-]+", url)
    is_whole = re.fullmatch(r"[0-9a-f]{40}", commit)
    return Source(url, commit) if is_public and is_whole else None


def rendered(host: str, environment: Environment, source: Source) -> str:
    """The workflow's text."""
    text = resources.files(templates).joinpath(FILES[host][1]).read_text(encoding="utf-8")
    folder = posixpath.dirname(environment.ledger) or "."
    values = {
        EXAMPLE.ledger: environment.ledger,
        "--dir .clerkform ": f"--dir {folder} ",
        EXAMPLE.secret_key_env: environment.secret_key_env,
        EXAMPLE.name: environment.name,
        NOWHERE.repository: source.repository,
        NOWHERE.commit: source.commit,
    }
    # Longest first and in one go, so that nothing that was put in is taken for a name itself.
    names = "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True))
    return re.sub(names, lambda name: values[name[0]], text)


def environment_for(environments: Iterable[Environment]) -> Environment:
    """The one that a workflow applies to where nobody names one.

    Raises:
        UsageError: none is meant more than another.
    """
    real = [one for one in environments if not one.sandbox]
    chosen = [one for one in real if one.production] or real
    if not real:
        raise UsageError(
            "every environment of this project is a sandbox, and a workflow is for an instance",
            hint="add an environment with a `secret_key:` to the project file",
        )
    if len(chosen) > 1:
        raise UsageError(
            "the workflow applies to one environment, and several may be meant",
            hint=f"name it with -e: {listed([one.name for one in chosen])}",
        )
    return chosen[0]
