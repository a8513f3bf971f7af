"""Saved plans on disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from clerkform import saving
from clerkform.asked import Asked
from clerkform.diagnostics import Diagnostic, Source, Span, collecting
from clerkform.errors import PlanError, UsageError
from clerkform.ledger.fingerprint import new_salt
from clerkform.manifests import Loaded, digest
from clerkform.pipeline import Planned
from clerkform.plan.saved.dump import render
from clerkform.plan.saved.load import Saved, load
from clerkform.source.files import read_text

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


def text_of(planned: Planned, loaded: Loaded, allowed: int) -> str:
    """A plan as it is saved; ``loaded`` is all that it was made from."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return render(saving.save(planned, digest(loaded), allowed, new_salt(), now))


def question(saved: Saved, asked: Asked) -> Asked:
    """What a saved plan was asked, under the guards of this run.

    Raises:
        UsageError: the command line asks for something as well.
    """
    if odd := saving.shape(asked):
        raise UsageError(
            f"{saved.shown} says itself what was asked, so nothing can be asked beside it"
            f" ({', '.join(odd)})",
            hint="leave that out, or apply without a saved plan",
        )
    return saving.asked_again(saved, asked)
