"""Settings once more, just before they are written: so that nobody's change in between is lost."""

from __future__ import annotations

from typing import Any

from clerkform.client.calls import path_of, send
from clerkform.client.http import ClerkClient
from clerkform.client.reader import ClerkReader
from clerkform.diagnostics import Diagnostic
from clerkform.diff.fields import same
from clerkform.errors import PlanError
from clerkform.live.reads import Read
from clerkform.live.state import Live, LiveObject
from clerkform.model import Kind, Values
from clerkform.model.paths import GONE, value_at
from clerkform.model.step import Step


class Recheck:
    """``live`` is what there was when the plan was made."""

    def __init__(self, client: ClerkClient, reader: ClerkReader, live: Live) -> None:
        self._client, self._reader, self._live = client, reader, live

    async def unmoved(self, kind: Kind, step: Step, values: Values) -> None:
        """Look whether what is to be written is as the plan saw it, or as it is to become.

        Raises:
            PlanError: somebody has changed it since; it names the fields.
        """
        seen = self._live.objects.get(kind.name, {}).get(step.object_id or "")
        if seen is None:
            return
        now = await self._now(kind, step)
        moved = []
        for leaf, value in kind.declared(values):
            was, there = value_at(seen.values, leaf.path), value_at(now.values, leaf.path)
            is_known = GONE not in (was, there)
            if is_known and not (same(leaf, there, was) or same(leaf, there, value)):
                moved.append(str(leaf))
        if moved:
            raise PlanError([_moved(step, moved)])

    async def _now(self, kind: Kind, step: Step) -> LiveObject:
        part = step.id.part
        if part in kind.endpoints.shown_by_empty:
            op = kind.endpoints.parts.get(part) or kind.endpoints.update
            assert op is not None
            answer: dict[str, Any] = await send(self._client, op, path_of(op), {}) or {}
            return LiveObject(kind.name, kind.name, kind.from_api(answer))
        shown = (leaf.traits.read_from for leaf, _ in kind.declared(step.values))
        sources = tuple(dict.fromkeys(one.source for one in shown if one))
        (found,) = (await self._reader.read(Read(kind.name, sources=sources))).of(kind.name)
        return found


def _moved(step: Step, fields: list[str]) -> Diagnostic:
    return Diagnostic(
        "moved-since-plan",
        f"{', '.join(fields)} of {step.address} changed after the plan was made, so nothing of it was"
        " written",
        hint="look at a new plan: somebody else may be changing the same settings",
    )
