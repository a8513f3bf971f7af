"""How time passes for whoever waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from clerkform.waiting.until import Sleep


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    now: Callable[[], int] = wall_clock
    """Milliseconds since 1970, by the clock of whoever makes the objects."""
    sleep: Sleep = asyncio.sleep
