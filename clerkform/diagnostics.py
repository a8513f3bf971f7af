"""Where something is, and what is wrong there.

A stage adds what it finds to ``Problems``, leaves out what is broken and goes on, so that one
mistake hides no other. The pipeline raises once, after the last stage, in source order.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import eq
from typing import Final, Literal, NamedTuple

from clerkform.errors import ManifestError
from clerkform.redaction import holds_instance_key, redacted

Severity = Literal["error", "warning", "note"]

_LONGEST_WORD: Final = 100
_COMPARED: Final = 50
_NEAR: Final = 0.6
"""Of the characters of two words, the part that has to be the same in both."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file's path, as the user would write it, and its text."""

    path: str
    text: str = field(default="", repr=False, compare=False)
    hidden: frozenset[int] = field(default=frozenset(), repr=False, compare=False)
    """Lines that no finding quotes, as they hold what is never printed."""

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1; empty past the end."""
        lines = self.text.split("\n", number)
        return lines[number - 1].rstrip("\r") if number <= len(lines) else ""

    def may_be_quoted(self, number: int) -> bool:
        """Whether nothing that is never printed stands on that line, as far as anybody knows."""
        line = self.line(number)
        is_secret = holds_instance_key(line) or redacted(line) != line
        return not (number in self.hidden or is_secret)


class Span(NamedTuple):
    """A place in a file; lines and columns count from 1."""

    source: Source
    line: int
    column: int

    @property
    def path(self) -> str:
        return self.source.path

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: ``code`` is kebab-case and stable, ``hint`` says what to do next."""

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    severity: Severity = "error"
    related: tuple[tuple[str, Span], ...] = ()
    """Other places that matter, each with what it is ("first declared here")."""
    quotes_line: bool = True
    """False where the line may hold a secret: then only its place is shown."""

    def sort_key(self) -> tuple[bool, str, int, int, str, str]:
        at = self.span
        where = (at.path, at.line, at.column) if at else ("", 0, 0)
        return (at is None, *where, self.code, self.message)


class Problems(list[Diagnostic]):
    """What the stages found so far."""

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        hint: str | None = None,
        related: Iterable[tuple[str, Span]] = (),
        quotes_line: bool = True,
    ) -> None:
        self.append(
            Diagnostic(code, message, span, hint, "error", tuple(related), quotes_line=quotes_line)
        )

    def warn(self, code: str, message: str, span: Span | None, *, hint: str | None = None) -> None:
        self.append(Diagnostic(code, message, span, hint, "warning"))

    def note(self, code: str, message: str, span: Span | None, *, hint: str | None = None) -> None:
        self.append(Diagnostic(code, message, span, hint, "note"))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(p for p in self.in_order() if p.severity == "error")

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Each finding once, in source order; what has no place comes last."""
        return tuple(sorted(dict.fromkeys(self), key=Diagnostic.sort_key))


@contextmanager
def collecting() -> Iterator[Problems]:
    """Collect problems over a block, and raise them together at its end.

    Raises:
        ManifestError: at least one of them is an error; it carries all of them.
    """
    problems = Problems()
    yield problems
    if problems.errors:
        raise ManifestError(problems.in_order())


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest of ``known``, if one is near.

    Comparing is slow and a manifest may have thousands of names, so only those that look alike at
    first sight are compared.
    """
    if len(word) > _LONGEST_WORD:
        return None

    backwards = word[::-1]
    longest = len(word) * (2 - _NEAR) / _NEAR  # or too much of the name is in it alone
    shortest = len(word) * _NEAR / (2 - _NEAR)

    def same_at_the_ends(name: str) -> int:
        return [*map(eq, word, name), *map(eq, backwards, name[::-1])].count(True)

    fitting = (name for name in known if shortest <= len(name) <= longest)
    likely = heapq.nlargest(_COMPARED, fitting, key=same_at_the_ends)
    near = difflib.get_close_matches(word, likely, n=1, cutoff=_NEAR)
    return f"did you mean `{near[0]}`?" if near else None
