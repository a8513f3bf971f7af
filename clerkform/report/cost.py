"""What an apply costs, in requests and in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from clerkform.plan.review import Review
from clerkform.report.counts import counted

WINDOW: Final = 10
"""Seconds that Clerk's rate limit counts over."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What applying the plan would take of the instance's request quota."""

    writes: int
    reads: int
    allowed: int
    """Requests that this environment may use in one window."""

    @property
    def percent(self) -> int:
        return -(-100 * (self.writes + self.reads) // self.allowed)

    def __str__(self) -> str:
        requests = f"{counted(self.writes, 'write')}, {counted(self.reads, 'read')}"
        share = f"{self.percent} % of one {WINDOW} s window ({self.allowed} requests)"
        if self.percent > 100:
            seconds = WINDOW * (self.writes + self.reads) / self.allowed
            share = f"about {duration(seconds)}, at {self.allowed} requests in {WINDOW} s"
        return f"This apply: {requests}: {share}."


def cost_of(review: Review, allowed: int | None) -> Cost | None:
    """None: the plan was saved, or nobody knows what is allowed."""
    if allowed is None or review.reads is None:
        return None
    return Cost(review.writes, review.reads, allowed)


def footer(review: Review, allowed: int | None) -> Iterator[str]:
    """What comes before the last line of a plan."""
    yield review.left_alone
    cost = cost_of(review, allowed)
    if review.writes and cost:
        yield str(cost)


def duration(seconds: float) -> str:
    """``40 s``, ``3 min 20 s``, ``1 h 5 min``: no finer than an estimate is."""
    if seconds < 60:
        return f"{round(seconds)} s"
    tens = round(seconds / 10) * 10
    hours, minutes = divmod(round(seconds / 60), 60)
    if tens < 3600:
        hours, minutes = 0, tens // 60
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else tens % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
