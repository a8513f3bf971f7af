"""Where something is, and what is wrong there.

A stage adds what it finds to ``Problems``, leaves out what is broken and goes on, so that one
mistake hides no other. `workflows.load` raises once, after the last stage, in source order.
"""

from __future__ import annotations

import difflib
import heapq
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from operator import eq
from typing import Final, Literal, NamedTuple, Self

from clerkform.errors import ManifestError
from clerkform.secrets.looks import holds_key

Severity = Literal["error", "warning", "note"]

_LONGEST_WORD: Final = 100
_COMPARED: Final = 50
_NEAR: Final = 0.6
"""Of the characters of two words, the part that has to be the same in both."""
MAX_FINDINGS: Final = 1_000
"""Findings of one run, errors and others apart: nobody mends more at once, and what takes time for
each of them must not be asked a hundred thousand times."""
MAX_WORDS: Final = 2_000
"""Characters of a message or a hint, which may quote a key of any length."""
MAX_COMPARED: Final = 50_000
"""Names that one run compares to guess what was meant."""


@dataclass(frozen=True)
class Source:
    """A file's path, as the user would write it, and its text."""

    path: str
    text: str = field(default="", repr=False, compare=False)
    hidden: frozenset[int] = field(default=frozenset(), repr=False, compare=False)
    """Lines that no finding quotes, as they hold what is never printed."""

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1; empty past the end."""
        return self.lines[number - 1] if number <= len(self.lines) else ""

    @cached_property
    def lines(self) -> Sequence[str]:
        """The text line by line, without line breaks: split once, however many are asked for."""
        lines = self.text.split("\n")
        return [line.rstrip("\r") for line in lines] if "\r" in self.text else lines

    def may_be_quoted(self, number: int) -> bool:
        """Whether nothing that is never printed stands on that line, as far as anybody knows."""
        return number not in self.hidden and not holds_key(self.line(number))


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

    def __post_init__(self) -> None:
        for name in ("message", "hint"):
            words = getattr(self, name)
            if words is not None and len(words) > MAX_WORDS:
                half = MAX_WORDS // 2
                object.__setattr__(self, name, f"{words[:half]}…{words[-half:]}")

    def sort_key(self) -> tuple[bool, str, int, int, str, str]:
        at = self.span
        where = (at.path, at.line, at.column) if at else ("", 0, 0)
        return (at is None, *where, self.code, self.message)


class TooManyProblems(Exception):
    """There were enough errors to stop at; they are where they were collected."""


class Problems(list[Diagnostic]):
    """What the stages found so far.

    With a ``limit`` it raises ``TooManyProblems`` once it holds so many errors; of warnings and
    notes it keeps that many and counts the rest.
    """

    def __init__(self, found: Iterable[Diagnostic] = (), *, limit: int = sys.maxsize) -> None:
        super().__init__()
        self._limit = limit
        self._errors = self._others = self._compared = 0
        self.extend(found)

    def part(self) -> Problems:
        """An empty one of the same limit, for what may have to be thrown away."""
        return Problems(limit=self._limit)

    def append(self, found: Diagnostic) -> None:
        if found.severity == "error":
            self._errors += 1
        else:
            self._others += 1
            if self._others > self._limit:
                return
        super().append(found)
        if self._errors >= self._limit:
            raise TooManyProblems

    def extend(self, found: Iterable[Diagnostic]) -> None:
        for one in found:
            self.append(one)

    def __iadd__(self, found: Iterable[Diagnostic]) -> Self:  # type: ignore[override, misc]
        self.extend(found)
        return self

    def nearest(self, word: str, known: Collection[str]) -> str | None:
        """``did_you_mean``, as long as this run has not compared too much already: each of many
        wrong references may be to one of many names."""
        if self._compared > MAX_COMPARED:
            return None
        self._compared += len(known)
        return did_you_mean(word, known)

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
        ordered = sorted(dict.fromkeys(self), key=Diagnostic.sort_key)
        return (*ordered, *self._not_shown())

    def _not_shown(self) -> Iterator[Diagnostic]:
        if self._errors >= self._limit:
            yield Diagnostic(
                "more-findings",
                f"these are {self._limit:,} errors, and nothing was looked for after the last",
                hint="correct these first; one slip often makes many of them",
            )
        if (more := self._others - self._limit) > 0:
            yield Diagnostic(
                "more-findings",
                f"{more:,} more warnings and notes are not shown",
                severity="warning",
            )


@contextmanager
def collecting() -> Iterator[Problems]:
    """Collect problems over a block, and raise them together at its end.

    Raises:
        ManifestError: at least one of them is an error; it carries all of them.
    """
    problems = Problems(limit=MAX_FINDINGS)
    with suppress(TooManyProblems):
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
