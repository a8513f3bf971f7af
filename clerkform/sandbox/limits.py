"""Rate limits: at most so many requests in any window of so many seconds."""

import math
import threading
from collections import deque
from collections.abc import Callable

ORGANIZATION_WRITES = (10, 10.0)
"""Requests and seconds, for each organization."""


class Limiter:
    """Counts by bucket. A refused request takes no place in the window."""

    def __init__(self, limit: tuple[int, float], clock: Callable[[], float]) -> None:
        self._requests, self._seconds = limit
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, bucket: str = "") -> int | None:
        """Whole seconds until there is room, at least 1, or None when the request may pass."""
        with self._lock:
            now = self._clock()
            taken = self._taken.setdefault(bucket, deque())
            while taken and taken[0] <= now - self._seconds:
                taken.popleft()
            if len(taken) >= self._requests:
                return max(1, math.ceil(taken[0] + self._seconds - now))
            taken.append(now)
            return None
