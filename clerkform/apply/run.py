"""Walks a plan through a ``Writer``, yielding events."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from clerkform.errors import ApiError, ClerkformError
from clerkform.live.state import LiveObject
from clerkform.model import Address
from clerkform.model.paths import Path
from clerkform.model.step import Step, StepId
from clerkform.waiting.until import Sleep, until

AT_ONCE = 16
"""Steps under way at once; how fast they start is the client's to limit."""
VISIBLE_WITHIN = 10.0
"""Seconds until a new object is expected to be visible to other requests."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write's answer showed."""

    object_id: str
    live: LiveObject | None = None
    """None after a delete."""
    dropped: tuple[str, ...] = ()
    """Fields that were sent and that the answer does not show."""
    note: str = ""
    not_kept: Mapping[Path, tuple[Any, ...]] = field(default_factory=dict)
    """Members of sets that were sent and that the server does not know, which is no failure."""


class Writer(Protocol):
    """Where steps are carried out."""

    async def write(self, step: Step, ids: Mapping[Address, str]) -> Written:
        """Carry out one step; ``ids`` has the ids of everything it refers to.

        Raises:
            ClerkformError: it failed, or nobody knows (``ApiError.may_have_acted``).
        """


@dataclass(frozen=True, slots=True)
class Started:
    step: Step


@dataclass(frozen=True, slots=True)
class Done:
    step: Step
    written: Written


@dataclass(frozen=True, slots=True)
class Failed:
    """``written`` is there where the write itself worked but did not do all that was asked."""

    step: Step
    error: Exception
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class NotRun:
    """``because`` is the failed step it waited for; None if the run was stopped."""

    step: Step
    because: StepId | None


Event = Started | Done | Failed | NotRun


class DroppedFields(ClerkformError):
    """The API answered a write without some of the fields that were sent."""

    def __init__(self, step: Step, fields: Sequence[str]) -> None:
        super().__init__(
            f"Clerk accepted the {step.id.verb} of {step.address} but did not apply"
            f" {', '.join(fields)}"
        )
        self.fields = tuple(fields)


class StepCrashed(ClerkformError):
    """A fault of clerkform's own, kept to the step that it happened in."""


def run(
    steps: Sequence[Step],
    ids: Mapping[Address, str],
    writer: Writer,
    *,
    stopped: Callable[[], bool] = lambda: False,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Event, None]:
    """Carry out ``steps``, independent ones at the same time, and say what happens.

    A failure stops what depends on it and nothing else. Once ``stopped`` is true nothing new is
    started, and what is under way is finished. Every step ends in exactly one of ``Done``,
    ``Failed`` and ``NotRun``.
    """
    return _Runner(steps, dict(ids), writer, stopped, sleep).events()


class _Runner:
    def __init__(
        self,
        steps: Sequence[Step],
        ids: dict[Address, str],
        writer: Writer,
        stopped: Callable[[], bool],
        sleep: Sleep,
    ) -> None:
        self._ids, self._writer, self._stopped, self._sleep = ids, writer, stopped, sleep
        self._waiting = {step.id: step for step in steps}
        self._missing = {s.id: set(s.needs & self._waiting.keys()) for s in steps}
        self._dependents: dict[StepId, list[StepId]] = {}
        for step in steps:
            for need in self._missing[step.id]:
                self._dependents.setdefault(need, []).append(step.id)
        self._ready = deque(step.id for step in steps if not self._missing[step.id])
        self._created: set[Address] = set()

    async def events(self) -> AsyncGenerator[Event, None]:
        under_way: dict[asyncio.Task[Done | Failed], Step] = {}
        try:
            while self._ready or under_way:
                while self._ready and len(under_way) < AT_ONCE and not self._stopped():
                    step = self._waiting.pop(self._ready.popleft())
                    yield Started(step)
                    under_way[asyncio.create_task(self._carry_out(step))] = step
                if not under_way:
                    break
                finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(finished, key=lambda task: under_way[task].id):
                    step = under_way.pop(task)
                    event = task.result()
                    yield event
                    for skipped in self._settle(step, event):
                        yield skipped
        finally:
            for task in under_way:
                task.cancel()
        for step in list(self._waiting.values()):
            yield NotRun(step, None)

    def _settle(self, step: Step, event: Done | Failed) -> list[NotRun]:
        """Free what waited for ``step``, or give up on it."""
        if event.written is None:
            return self._give_up(step.id)
        if step.id.verb == "create":
            self._ids[step.address] = event.written.object_id
            self._created.add(step.address)
        for dependent in self._dependents.get(step.id, ()):
            needs = self._missing[dependent]
            needs.discard(step.id)
            if not needs and dependent in self._waiting:
                self._ready.append(dependent)
        return []

    def _give_up(self, cause: StepId) -> list[NotRun]:
        skipped, causes = [], [cause]
        while causes:
            for dependent in self._dependents.get(causes.pop(), ()):
                step = self._waiting.pop(dependent, None)
                if step is not None:
                    skipped.append(NotRun(step, cause))
                    causes.append(dependent)
        return skipped

    async def _carry_out(self, step: Step) -> Done | Failed:
        try:
            written = await self._write(step)
        except ClerkformError as error:
            return Failed(step, error)
        except Exception as error:  # one step's fault must not hide what the others did
            return Failed(step, StepCrashed(f"{type(error).__name__} in {step.id}"))
        if written.dropped:
            return Failed(step, DroppedFields(step, written.dropped), written)
        return Done(step, written)

    async def _write(self, step: Step) -> Written:
        """Write, and again while an object that this run has made is not visible to others yet."""
        is_fresh = any(need.address in self._created for need in step.needs)

        async def write() -> Written | ApiError:
            try:
                return await self._writer.write(step, self._ids)
            except ApiError as error:
                is_invisible = error.is_not_found or any("not_found" in c for c in error.codes)
                if is_fresh and is_invisible:
                    return error
                raise

        written = await until(write, _is_written, VISIBLE_WITHIN, self._sleep)
        if isinstance(written, ApiError):
            raise written
        return written


def _is_written(outcome: Written | ApiError) -> bool:
    return isinstance(outcome, Written)
