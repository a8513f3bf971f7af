"""Waiting for several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Final, TypeVar

T = TypeVar("T")

AT_ONCE: Final = 200
"""Things that are under way together: more than there are connections to send them over."""


async def together(coroutines: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results in order. The first failure ends the others and is raised alone.

    ``coroutines`` is asked for the next one when its turn has come: what is made by a generator
    and never gets there is never made.
    """
    results: dict[int, T] = {}
    numbered = enumerate(coroutines)
    workers: list[asyncio.Task[None]] = []

    async def work() -> None:
        for at, one in numbered:
            if len(workers) < AT_ONCE:
                workers.append(group.create_task(work()))
            results[at] = await one

    failure = None
    try:
        async with asyncio.TaskGroup() as group:
            workers.append(group.create_task(work()))
    except BaseExceptionGroup as failures:
        failure = failures.exceptions[0]
    if failure:
        raise failure  # outside the block, so that no group clings to it as its context
    return [results[at] for at in range(len(results))]
