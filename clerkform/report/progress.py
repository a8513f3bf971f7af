"""How far a long read or a long apply is: one line on a terminal, gone when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from clerkform.report.stream import Stream

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE: Final = 1.0
"""Seconds that pass before there is anything to see: most commands are done by then."""


class Progress:
    """Fed with requests and steps; shows nothing where ``stream`` is no terminal."""

    def __init__(
        self,
        stream: Stream,
        colored: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream, self._colored, self._clock = stream, colored, clock
        self._begun = clock()
        self._what, self._total, self._done, self._requests = "reading", 0, 0, 0
        self._bar: Bar | None = None

    def expect(self, what: str, total: int = 0) -> None:
        """Something new begins, ``total`` steps long, or nobody knows how long."""
        self.clear()
        self._begun, self._what, self._total = self._clock(), what, total
        self._done = self._requests = 0

    def request(self) -> None:
        self._requests += 1
        self._show()

    def step(self) -> None:
        self._done += 1
        self._show()

    def clear(self) -> None:
        if self._bar:
            self._bar.stop()
        self._bar = None

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """While something else is printed on the same terminal."""
        if self._bar:
            self._bar.stop()
        yield
        if self._bar:
            self._bar.start()

    def _show(self) -> None:
        if not self._stream.isatty() or self._clock() - self._begun < PATIENCE:
            return
        if self._bar is None:
            self._bar = _bar(self._stream, self._colored)
            self._bar.add_task(self._what, total=self._total or None, requests="")
            self._bar.start()
        requests = f"{self._requests} requests" if self._requests else ""
        self._bar.update(self._bar.task_ids[0], completed=self._done, requests=requests)


def _bar(stream: Stream, colored: bool) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns,
        TextColumn("{task.fields[requests]}"),
        console=Console(
            file=stream,  # type: ignore[arg-type]  # see views.text.console
            color_system="auto" if colored else None,
        ),
        transient=True,
    )
