"""Runs a coroutine so that Ctrl-C, or what stands for it, is heard at once.

The standard runner cancels its task, which a task that computes does not hear before it waits
for something. Here the one that computes is cut short where it is.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from clerkform.cli.waking import drain, waking


def run(runner: asyncio.Runner, work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` to its end. Whoever has an own way to hear Ctrl-C, as an apply has, keeps it.

    Raises:
        KeyboardInterrupt: it was interrupted; what it had begun may still have to be cancelled.
    """
    loop = runner.get_loop()
    with waking() as heard:
        loop.add_reader(heard, drain, heard)
        try:
            _run(runner, work)
        finally:
            loop.remove_reader(heard)


def _run(runner: asyncio.Runner, work: Coroutine[Any, Any, None]) -> None:
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        runner.run(work)
        return
    loop, main = runner.get_loop(), list[asyncio.Task[Any]]()
    is_heard = False

    async def known() -> None:
        task = asyncio.current_task()
        assert task is not None
        main.append(task)
        await work

    def interrupt(*_: Any) -> None:
        nonlocal is_heard
        if is_heard or not main or main[0].done():
            raise KeyboardInterrupt
        is_heard = True
        main[0].cancel()
        if asyncio.current_task(loop) is not None:
            # As if it had waited. Nothing else would unwind a group of tasks in good order.
            raise asyncio.CancelledError

    signal.signal(signal.SIGINT, interrupt)
    try:
        runner.run(known())
    except asyncio.CancelledError:
        if not is_heard:
            raise
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
