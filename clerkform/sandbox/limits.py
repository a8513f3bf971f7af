"""Rate limits: at most so many requests in any window of so many seconds."""

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from clerkform.sandbox.settings import Environment, Settings

Limit = tuple[int, float]
"""Requests, and the seconds they may be made in."""
REAL: dict[Environment, Limit] = {"development": (100, 10.0), "production": (1000, 10.0)}


class Bucket(NamedTuple):
    """A limit for each object of its own, by default that of one organization or one user."""

    name: str
    """Operations of one name share it."""
    limit: Limit = (10, 10.0)
    per: tuple[str, ...] = ("id",)
    """The parameters of the path that tell the objects apart. Without any, it is one for all."""


def limit_of(settings: Settings, environment: Environment) -> Limit | None:
    return REAL[environment] if settings.rate_limit == "real" else settings.rate_limit


class Limiter:
    """Counts by bucket. A refused request takes no place in the window."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, limit: Limit, bucket: str = "") -> int | None:
        """Whole seconds until there is room, at least 1, or None when the request may pass."""
        requests, seconds = limit
        with self._lock:
            now = self._clock()
            taken = self._taken.setdefault(bucket, deque())
            while taken and taken[0] <= now - seconds:
                taken.popleft()
            if len(taken) >= requests:
                return max(1, math.ceil(taken[0] + seconds - now))
            taken.append(now)
            return None
