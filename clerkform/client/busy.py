"""Waiting while Clerk is at work: some writes answer at once and go on, such as moving members."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from clerkform.client.http import ClerkClient
from clerkform.errors import ApiError, UsageError
from clerkform.model import Kind
from clerkform.waiting.clock import Clock
from clerkform.waiting.until import until

T = TypeVar("T")

WITHIN: Final = 600.0
"""Seconds until it is somebody's business that it is not over."""
STILL = "Clerk is still at work on what an earlier write began; nothing is lost: run it again later"


async def once_free(kind: Kind, write: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """What a write answers that is tried again while Clerk says that it is at work.

    Raises:
        ApiError: it failed for another reason, or Clerk was at work for ``WITHIN`` seconds.
    """

    async def attempt() -> T | ApiError:
        try:
            return await write()
        except ApiError as error:
            if not is_busy(kind, error):
                raise
            return error

    outcome = await until(attempt, lambda seen: not isinstance(seen, ApiError), WITHIN, clock.sleep)
    if isinstance(outcome, ApiError):
        raise outcome
    return outcome


async def settled(
    kind: Kind, path: str, answer: Mapping[str, Any] | None, client: ClerkClient, clock: Clock
) -> None:
    """Come back once Clerk is done with what the ``answer`` to a write shows that it is at work on,
    or where there is none a read of ``path``. What is not there any more is nobody's work.

    Raises:
        UsageError: Clerk is not done within ``WITHIN`` seconds.
    """

    async def look() -> Mapping[str, Any]:
        try:
            return await client.get(path)
        except ApiError as error:
            if not error.is_not_found:
                raise
            return {}

    def is_over(seen: Mapping[str, Any]) -> bool:
        return not kind.busy(seen)

    if not is_over(await until(look, is_over, WITHIN, clock.sleep, first=answer)):
        raise UsageError(STILL)


def is_busy(kind: Kind, error: ApiError) -> bool:
    return bool(kind.busy_code) and kind.busy_code in error.codes
