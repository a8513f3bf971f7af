"""Time that passes only when everybody waits: no test here takes as long as it says."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        poll = self._selector.select

        def select(timeout: float | None) -> Any:
            assert timeout is not None, "everybody waits, and nothing will ever happen"
            self.now += timeout
            return poll(0)

        self._selector.select = select

    def time(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(main)

    return run
