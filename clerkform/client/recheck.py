"""Settings once more, just before they are written: so that nobody's change in between is lost."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clerkform.apply.run import VISIBLE_WITHIN, Written
from clerkform.client.calls import path_of, send
from clerkform.client.http import ClerkClient
from clerkform.client.reader import ClerkReader
from clerkform.diagnostics import Diagnostic
from clerkform.diff.fields import same
from clerkform.errors import PlanError
from clerkform.ledger.journal import Journal
from clerkform.ledger.settling import may_show
from clerkform.live.reads import Read
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Field, Kind, Values
from clerkform.model.fields import sources_of
from clerkform.model.paths import GONE, pointer, value_at
from clerkform.model.step import Step
from clerkform.waiting.clock import Clock
from clerkform.waiting.until import until


class Recheck:
    """``live`` is what there was when the plan was made, ``journal`` what was sent before."""

    def __init__(
        self,
        client: ClerkClient,
        reader: ClerkReader,
        kinds: Mapping[str, Kind],
        live: Live,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._client, self._reader, self._kinds, self._live = client, reader, kinds, live
        self._journal, self._clock = journal, clock

    async def unmoved(
        self, kind: Kind, step: Step, values: Values, ids: Mapping[Address, str]
    ) -> None:
        """Look whether what is to be written is as the plan saw it, or as it is to become.

        Raises:
            PlanError: somebody has changed it since; it names the fields.
        """
        seen = self._live.objects.get(kind.name, {}).get(step.object_id or "")
        if seen is None:
            return
        now = await self._now(kind, step)
        entry = self._journal.entry(step.address)
        moved = []
        for leaf, value in kind.declared(values):
            was, there = value_at(seen.values, leaf.path), value_at(now.values, leaf.path)
            if was is GONE:  # no read shows it: then it is to be as it was last sent
                was = value_at(entry.values, leaf.path)
            if GONE in (was, there) or may_show(entry, leaf.path, there, self._clock.now()):
                continue
            if self._is_renamed(leaf, was, there, ids):
                continue
            if not (same(leaf, there, was) or same(leaf, there, value)):
                moved.append(str(leaf))
        if moved:
            raise PlanError([_moved(step, moved)])

    def _is_renamed(
        self, leaf: Field, was: object, there: object, ids: Mapping[Address, str]
    ) -> bool:
        """Whether a key that shows is the new one of what had the other: this run has renamed it."""
        ref = leaf.traits.ref
        if ref is None or ref.by != "key":
            return False
        known = ids.get(Address(ref.kind, str(there)))
        of = self._live.objects.get(ref.kind, {}).get(known or "")
        return of is not None and self._kinds[ref.kind].key_parts(of.values) == (was,)

    async def shown(self, kind: Kind, step: Step, values: Values, written: Written) -> Written:
        """What of a write that was answered without a body another source shows.

        It may show what was there before for a while. What was sent before as well, and does not
        show again, is taken for dropped.
        """
        leaves = [(leaf, value) for leaf, value in kind.declared(values) if leaf.traits.read_from]
        if not leaves:
            return written

        async def look() -> list[tuple[Field, Any]]:
            now = await self._now(kind, step)
            return [
                (leaf, value)
                for leaf, value in leaves
                if leaf.path not in now.unreachable
                and not same(leaf, value_at(now.values, leaf.path), value)
            ]

        hidden = await until(look, operator.not_, VISIBLE_WITHIN, self._clock.sleep)
        entry = self._journal.entry(step.address)
        again = [
            str(leaf)
            for leaf, value in hidden
            if same(leaf, value_at(entry.values, leaf.path), value)
            and pointer(leaf.path) not in entry.unsettled
        ]
        late = ", ".join(str(leaf) for leaf, _ in hidden)
        note = f"{late} does not show yet" if late else written.note
        return replace(written, dropped=(*written.dropped, *again), note=note)

    async def _now(self, kind: Kind, step: Step) -> LiveObject:
        part = step.id.part
        if part in kind.endpoints.shown_by_empty:
            op = kind.endpoints.update_of(part)
            assert op is not None
            answer: dict[str, Any] = await send(self._client, op, path_of(op), {}) or {}
            return LiveObject(kind.name, kind.name, kind.from_api(answer))
        sources = sources_of(leaf for leaf, _ in kind.declared(step.values))
        (found,) = (await self._reader.read(Read(kind.name, sources=sources))).of(kind.name)
        return found


def _moved(step: Step, fields: list[str]) -> Diagnostic:
    return Diagnostic(
        "moved-since-plan",
        f"{', '.join(fields)} of {step.address} changed after the plan was made, so nothing of it was"
        " written",
        hint="look at a new plan: somebody else may be changing the same settings",
    )
