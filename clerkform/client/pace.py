"""How fast to send, when, and how long to wait before another try."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from clerkform.waiting.until import Sleep

Stopwatch = Callable[[], float]
"""Seconds since no matter when."""
BASE_DELAY, MAX_DELAY = 0.5, 20.0
"""Seconds: what the wait before a second try is drawn from, and where doubling it ends."""


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A smaller allowance on top of the instance's, such as Clerk's 10 updates in 10 s for each
    organization."""

    of: str
    """The object that has it."""
    requests: int
    seconds: float


class Pace:
    """At most ``share * limit`` requests start in any ``window`` seconds, in the order they ask.

    A request holds its place until ``window`` seconds after its answer, because only then is it
    certain that the server, too, counts it no more. The first half of the places is given out
    freely, the rest evenly spaced, so that a long run settles at a steady rate.

    ``share`` leaves an object's own limit alone, as nobody else hurries to write the same object.
    One pace belongs to one event loop and to one instance, whose quota it is.
    """

    def __init__(
        self,
        limit: int = 100,
        window: float = 10.0,
        *,
        share: float = 1.0,
        clock: Stopwatch = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if limit < 1 or not 0 < share <= 1:
            raise ValueError("a pace needs a limit of at least 1 and a share above 0 and up to 1")
        self.window = window
        self._clock, self._sleep = clock, sleep
        # The rounding takes 0.29 * 100 for the 29 that it means.
        self.allowance = max(1, int(round(share * limit, 6)))
        self._all = _Lane(self.allowance, window, clock, sleep)
        self._own: dict[OwnLimit, _Lane] = {}

    @asynccontextmanager
    async def slot(self, own: OwnLimit | None = None) -> AsyncIterator[None]:
        """Wait for a place, and hold it over the request and ``window`` seconds longer."""
        async with self._lane(own).place() if own else _anywhere(), self._all.place():
            yield

    def pause(self, seconds: float, own: OwnLimit | None = None) -> None:
        """Let nobody start for so long: the server said 429, to this object's limit or to all."""
        (self._lane(own) if own else self._all).pause(seconds)

    def _lane(self, own: OwnLimit) -> _Lane:
        if own not in self._own:
            self._own[own] = _Lane(own.requests, own.seconds, self._clock, self._sleep)
        return self._own[own]


@asynccontextmanager
async def _anywhere() -> AsyncIterator[None]:
    yield


class _Lane:
    """A number of places, each kept for ``window`` seconds after it was left."""

    def __init__(self, allowance: int, window: float, clock: Stopwatch, sleep: Sleep) -> None:
        self._allowance, self._window = allowance, window
        self._clock, self._sleep = clock, sleep
        self._turn = asyncio.Lock()  # its waiters are served in order
        self._left = asyncio.Event()
        self._taken = 0
        self._free_at: deque[float] = deque()
        self._next_spaced = self._paused_until = clock()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        async with self._turn:
            while (wait := self._wait()) != 0:
                if wait is None:
                    self._left.clear()
                    await self._left.wait()
                else:
                    await self._sleep(wait)
            self._taken += 1
            self._next_spaced = self._clock() + self._window / self._allowance
        try:
            yield
        finally:
            self._taken -= 1
            self._free_at.append(self._clock() + self._window)
            self._left.set()

    def pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _wait(self) -> float | None:
        """Seconds until a request may start; None if that depends on an answer yet to come."""
        now = self._clock()
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()
        held = self._taken + len(self._free_at)
        if held >= self._allowance:
            return self._free_at[0] - now if self._free_at else None
        start = self._paused_until
        if held >= self._allowance / 2:
            start = max(start, self._next_spaced)
        return max(0.0, start - now)


def retry_delay(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Seconds to wait before the next try, after ``attempt`` tries (counted from 1) failed.

    What the server asks for is what it gets. Without that the wait is drawn, by ``jitter`` in
    0..1, from a range that doubles with each try, so that many clients do not return together.

    Source: RFC 9110, section 10.2.3; "full jitter" in the AWS Architecture Blog's "Exponential
    Backoff And Jitter" (2015).
    """
    if retry_after is not None and retry_after > 0:
        return retry_after
    return float(jitter * min(MAX_DELAY, BASE_DELAY * 2 ** (attempt - 1)))
