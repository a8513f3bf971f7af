"""Saved plans on disk."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from clerkform.diagnostics import Diagnostic, Source, Span, collecting
from clerkform.errors import ANSWERED_WITH_SECRET, BadAnswer, PlanError, UsageError
from clerkform.ledger.fingerprint import new_salt
from clerkform.manifest.files import read_text
from clerkform.model.paths import value_at
from clerkform.plan.file.dump import render
from clerkform.plan.file.load import Saved, load
from clerkform.project import Environment
from clerkform.secrets.redaction import holds_secret
from clerkform.workflows import saved_plan
from clerkform.workflows.load import Loaded, digest
from clerkform.workflows.planned import Planned

MAX_PLAN: Final = 500_000_000
"""Bytes of a saved plan; one that makes 100,000 small objects has an eighth of that."""


def read(path: Path) -> Saved:
    """The saved plan in a file.

    Raises:
        ManifestError: the file cannot be read, or holds none.
    """
    shown = str(path)
    if not path.exists():
        hint = "`clerkform plan -o FILE` saves one"
        raise PlanError([Diagnostic("missing-file", f"there is no file {shown}", hint=hint)])
    with collecting() as problems:
        text = read_text(path, shown, problems, Span(Source(shown), 1, 1), limit=MAX_PLAN)
    return load(text or "", shown)


def text_of(planned: Planned, loaded: Loaded) -> str:
    """A plan as it is saved; ``loaded`` is all that it was made from.

    Raises:
        BadAnswer: the instance has answered with a secret of this run.
        UsageError: it is larger than ``read`` takes.
    """
    for action in planned.plan.actions:
        live = action.live.values if action.live else {}
        # What is sensitive is there as a fingerprint.
        open_ones = (leaf for leaf in action.kind.leaves if not leaf.traits.sensitive)
        if holds_secret([value_at(live, leaf.path) for leaf in open_ones]):
            raise BadAnswer("GET", action.kind.reads.path, detail=ANSWERED_WITH_SECRET)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = render(saved_plan.save(planned, digest(loaded), new_salt(), now))
    if (size := len(text.encode())) > MAX_PLAN:
        raise UsageError(
            f"the plan has {size:,} bytes, and one of more than {MAX_PLAN:,} is not read back: it"
            " was not saved",
            hint="plan a part of it with -t",
        )
    return text


def applying(file: Path | str, environment: Environment) -> str:
    """The command that applies the plan in a file, but for what the plan was asked."""
    return f"clerkform apply{environment.option} {shlex.quote(str(file))}"
