"""What a server's answers may take up, and the account of what those under way do take up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

BYTES_PER_VALUE: Final = 20
"""Of the JSON that Clerk sends: a value takes a dozen times that in memory."""
MEGABYTE: Final = 1_000_000
DEEPEST: Final = 110
"""Levels of nesting of an answer: those of a manifest's value, and what a list puts around it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The defaults keep a run under a gigabyte of memory, whatever answers in Clerk's place."""

    bytes: int = 50 * MEGABYTE
    """As sent and as unpacked: of an answer, and of all pages of the lists under way together."""
    seconds: float = 30.0
    """For the whole of one answer."""
    pages: int = 400
    """Of all lists under way together; a page has up to 500 objects."""

    @property
    def values(self) -> int:
        return self.bytes // BYTES_PER_VALUE

    @property
    def seconds_of_tries(self) -> float:
        """After so long a request is not tried again."""
        return 2 * self.seconds

    @property
    def seconds_of_list(self) -> float:
        """For one list: its answers, and the waits before a page is asked for once more."""
        return 20 * self.seconds


class PastBound(Exception):
    """An answer takes up more than it may: how, as the end of a sentence, and what raises that."""

    def __init__(self, how: str, option: str) -> None:
        super().__init__(how)
        self.how, self.option = how, option


class Account:
    """What the questions under way take up, all together; each gives its part back at its end."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._bytes = self._values = self._pages = 0

    @contextmanager
    def question(self) -> Iterator[Question]:
        question = Question(self)
        try:
            yield question
        finally:
            self._bytes -= question.bytes
            self._values -= question.values
            self._pages -= question.pages


class Question:
    """A request or a list, with all its tries and pages. Each method may raise ``PastBound``."""

    def __init__(self, account: Account) -> None:
        self._account, self.bounds = account, account.bounds
        self.bytes = self.values = self.pages = 0
        self._waiting, self._since, self._seconds = 0, 0.0, 0.0

    def forgets(self) -> None:
        """What came is given up, and the list is read once more. Its pages are still counted: a
        list that never holds still ends as one that never ends."""
        self._account._bytes -= self.bytes
        self._account._values -= self.values
        self.bytes = self.values = 0

    def holds(self, count: int) -> None:
        """So many more bytes came."""
        self.bytes += count
        self._account._bytes += count
        if self._account._bytes > self.bounds.bytes:
            raise PastBound(f"sent more than {_megabytes(self.bounds)}", "--max-answer-mb")

    def counts(self, values: int) -> None:
        """So many more values of JSON came."""
        self.values += values
        self._account._values += values
        if self._account._values > self.bounds.values:
            how = f"sent more than {self.bounds.values:,} values"
            raise PastBound(how, "--max-answer-mb")

    def turns(self, pages: int = 1) -> None:
        """So many more pages are to be read."""
        self.pages += pages
        self._account._pages += pages
        if self._account._pages > self.bounds.pages:
            how = f"has more than {self.bounds.pages:,} pages of a list"
            raise PastBound(how, "--max-pages")

    @contextmanager
    def waits(self, time: Callable[[], float], seconds: float = 0.0) -> Iterator[None]:
        """While the server is waited for, ``seconds`` more of it than none if that is known before.

        Pages that are waited for at once take the time of one. The wait for one's turn is ours,
        and outside.
        """
        if not self._waiting:
            self._since = time()
        self._waiting += 1
        try:
            self._in_time(time() + seconds)
            yield
            self._in_time(time())
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._seconds += time() - self._since

    def _in_time(self, now: float) -> None:
        if self._seconds + now - self._since > self.bounds.seconds_of_list:
            how = f"took more than {self.bounds.seconds_of_list:g} s to send the pages of a list"
            raise PastBound(how, "--max-answer-seconds")


def _megabytes(bounds: Bounds) -> str:
    return f"{bounds.bytes / MEGABYTE:g} MB"
