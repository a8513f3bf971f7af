"""What a view must print, and how one is opened by the name of its format."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from clerkform.report import views
from clerkform.report.stream import Stream

if TYPE_CHECKING:
    from clerkform.apply.run import Event
    from clerkform.diagnostics import Diagnostic
    from clerkform.plan.review import Review
    from clerkform.report.summary import Tally

FORMAT_VERSION: Final = 1
"""Of the documents that machines read. It goes up when a field changes its meaning or goes."""
FORMATS: Final = tuple(sorted(info.name for info in pkgutil.iter_modules(views.__path__)))


@dataclass(slots=True)
class Screen:
    """Where a view prints: the one document to ``out``, what is said to a person to ``err``."""

    command: str = ""
    colored: bool = True
    """False: without colour even on a terminal."""
    out: Stream = field(default_factory=lambda: Stream(sys.stdout))
    err: Stream = field(default_factory=lambda: Stream(sys.stderr))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of named cells: ``name`` is what a machine format calls them."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    footer: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What machines are told besides."""
    asides: Sequence[Mapping[str, Any]] = ()
    """Rows for people below the others; machines have them as data."""

    @property
    def all_rows(self) -> Sequence[Mapping[str, Any]]:
        return [*self.rows, *self.asides]


class View(Protocol):
    """One output format. Text prints at once; machine formats print one document at ``close``."""

    def findings(self, found: Sequence[Diagnostic]) -> None:
        """Warnings and notes."""

    def errors(self, found: Sequence[Diagnostic]) -> None:
        """What made the command fail."""

    def plan(self, review: Review, allowed: int | None) -> None:
        """A plan to review; ``allowed`` requests may be used in one window. None: it was saved,
        and what it takes is not known."""

    def event(self, event: Event, error: Diagnostic | None) -> None:
        """Something that an apply did, or gave up for ``error``."""

    def applied(self, tally: Tally) -> None:
        """What an apply did in all."""

    def table(self, table: Table) -> None: ...

    def say(self, text: str, **data: Any) -> None:
        """A sentence for people, and the same as data for machines."""

    def verbatim(self, text: str, language: str, **data: Any) -> None:
        """A text for people that stays as it is, and the same as data for machines."""

    def close(self, code: int) -> None:
        """The command ends with this exit code."""


def open_view(name: str, screen: Screen) -> View:
    """The view of one format; its module, and what that imports, is loaded only now."""
    view: View = import_module(f"{views.__name__}.{name}").VIEW(screen)
    return view
