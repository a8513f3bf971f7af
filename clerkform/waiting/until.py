"""Looking again until what is looked for shows, with pauses that grow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

Sleep = Callable[[float], Awaitable[object]]
"""Takes seconds."""
PAUSE: Final = 0.25
"""Seconds after the first look; each pause is twice the one before."""
LONGEST_PAUSE: Final = 2.0


async def until(
    look: Callable[[], Awaitable[T]],
    holds: Callable[[T], bool],
    within: float,
    sleep: Sleep,
    *,
    pause: float = PAUSE,
    longest: float = LONGEST_PAUSE,
    first: T | None = None,
) -> T:
    """What ``look`` saw when it first held, or else last, after ``within`` seconds of pauses.

    ``first`` is what was seen before, if anything was. The last look is at the end of that time exactly; 0 or less is one look. Whatever ``look``
    raises ends the wait.
    """
    seen, left = (await look() if first is None else first), within
    while left > 0 and not holds(seen):
        wait = min(pause, left)
        await sleep(wait)
        seen, left, pause = await look(), left - wait, min(pause * 2, longest)
    return seen
