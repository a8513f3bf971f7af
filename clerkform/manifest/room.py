"""How much of a checkout is read: what many files or many lines add up to is a stranger's to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from clerkform.diagnostics import Problems, Span, TooManyProblems

What = Literal["bytes", "files", "items"]

BOUNDS: Final[Mapping[What, int]] = {"bytes": 10_000_000, "files": 10_000, "items": 200_000}
"""Of the manifests and data files of one environment. An allowlist of 100,000 has half of it."""
FULL_ENVIRONMENTS: Final = 5
"""As much as so many of them may have is read in one run."""


class Room:
    """What may still be read for so many full environments, and as a part of what a ``run`` may."""

    def __init__(self, run: Room | None = None, *, environments: int = 1) -> None:
        self._run, self._is_for_one = run, environments == 1
        self._bounds = {what: bound * environments for what, bound in BOUNDS.items()}
        self._left = dict(self._bounds)

    def take(self, what: What, amount: int, span: Span, problems: Problems) -> None:
        """
        Raises:
            TooManyProblems: there is no room for it, which is reported at ``span``. To go on would
                take as long as what is refused.
        """
        self._left[what] -= amount
        if self._left[what] < 0:
            whose = "an environment" if self._is_for_one else "all environments together"
            of = "manifests" if what == "items" else "manifests and data files"
            said = {"bytes": "hold {} bytes", "files": "are {} files", "items": "have {} items"}[
                what
            ]
            problems.error(
                "too-large",
                f"with this, the {of} of {whose} {said.format(f'more than {self._bounds[what]:,}')}",
                span,
                hint="docs/limits.md has the bounds; let a project of its own have a part of it",
                quotes_line=False,
            )
            raise TooManyProblems
        if self._run:
            self._run.take(what, amount, span, problems)
