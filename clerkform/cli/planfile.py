"""Saved plans on disk."""

from __future__ import annotations

import os
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
from clerkform.private_files import write_privately
from clerkform.source.files import is_own, read_text

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


def place(output: Path, root: Path) -> Path:
    """Where a plan is saved that was to go to ``output``.

    Anywhere, as whoever runs clerkform likes; but a checkout may hold links to any file.

    Raises:
        UsageError: a link of the checkout is on the way.
    """
    path = Path(os.path.normpath(Path.cwd() / output))
    base = os.path.realpath(root)
    for above in reversed(path.parents):
        inside = os.path.relpath(path, above)
        if os.path.realpath(above) == base and not is_own(above, inside):
            raise UsageError(
                f"`{output}` is a link or is reached by one; the plan was not saved",
                hint="put a plain file or folder in the link's place, or name another file",
            )
    return path


def write(path: Path, planned: Planned, loaded: Loaded, allowed: int) -> None:
    """Save a plan; ``loaded`` is all that it was made from.

    Raises:
        UsageError: it is larger than ``read`` takes.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    salt = new_salt()
    document = saving.save(planned, digest(loaded), allowed, salt, now)
    content = render(document).encode()
    if len(content) > MAX_PLAN:
        raise UsageError(
            f"the plan has {len(content):,} bytes, and one of more than {MAX_PLAN:,} is not read"
            " back: it was not saved",
            hint="plan a part of it with -t",
        )
    write_privately(path, content)


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
