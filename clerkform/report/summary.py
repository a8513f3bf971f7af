"""What an apply did, counted from its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from clerkform.apply.run import Done, Event, Failed, NotRun, Started
from clerkform.model import Address
from clerkform.model.step import Step, StepId

TOLD: Final = 5
"""Steps that were not run for the same reason and get a line of their own."""


class Tally:
    """Fed with every event; right at any moment, so also after an interrupt."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self.under_way: list[Step] = []
        self.done: list[Step] = []
        self.failed: list[Step] = []
        self._not_run: Counter[StepId | None] = Counter()

    def add(self, event: Event) -> None:
        match event:
            case Started(step):
                self.under_way.append(step)
            case Done(step):
                self.under_way.remove(step)
                self.done.append(step)
            case Failed(step):
                self.under_way.remove(step)
                self.failed.append(step)
            case NotRun(_, because):
                self._not_run[because] += 1

    def is_worth_a_line(self, event: Event) -> bool:
        """Whether a person is to read of an event that was just added."""
        return not isinstance(event, NotRun) or self._not_run[event.because] <= TOLD

    def untold(self) -> list[str]:
        """What was not run and had no line."""
        more = ((because, count - TOLD) for because, count in self._not_run.items())
        return [
            f"not run: {count:,} more ({f'{because} failed' if because else 'stopped before them'})"
            for because, count in more
            if count > 0
        ]

    @property
    def has_started(self) -> bool:
        return bool(self.under_way or self.done or self.failed)

    @property
    def not_run(self) -> int:
        return len(self._steps) - len(self.under_way) - len(self.done) - len(self.failed)

    def finished(self) -> frozenset[Address]:
        """The addresses of which every step is done, so that a read should show them."""
        done = {step.id for step in self.done}
        unfinished = {step.address for step in self._steps if step.id not in done}
        return frozenset(step.address for step in self.done) - unfinished

    def counts(self) -> dict[str, int]:
        return {
            "done": len(self.done),
            "failed": len(self.failed),
            "not_run": self.not_run,
            "cut_off": len(self.under_way),
        }

    def perhaps_done(self) -> list[str]:
        """The steps that were cut off; nobody knows whether the server did them."""
        return [str(step.id) for step in self.under_way]

    def sentence(self) -> str:
        """``Applied: 3 done, 1 failed, 2 not run.``"""
        text = f"{len(self.done)} done, {len(self.failed)} failed, {self.not_run} not run"
        if self.under_way:
            text += f", {len(self.under_way)} cut off and perhaps done"
        return f"Applied: {text}."
