"""Writes down in the ledger what an apply does: after each step, and at its end for the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from clerkform.apply.run import Done, Event, Failed, Started, Written
from clerkform.desired import Item, secrets
from clerkform.diff.action import Action
from clerkform.ledger.entries import Entry
from clerkform.ledger.journal import Journal
from clerkform.ledger.record import recorded, sent_record
from clerkform.ledger.resolve import superseded
from clerkform.ledger.settling import with_written
from clerkform.live.state import Live
from clerkform.model import Address, Field, Kind, SecretRef
from clerkform.model.fields import over
from clerkform.model.paths import Path, nested, pointer
from clerkform.model.step import Step
from clerkform.plan.build import Plan

Seal = Callable[[Item, Field, SecretRef], Awaitable[str | None]]
"""Makes the fingerprint of a secret that an item declares in a field; None if it is not there."""


class Keeper:
    """Fed with every event of one apply."""

    def __init__(
        self,
        plan: Plan,
        live: Live,
        ids: Mapping[Address, str],
        journal: Journal,
        seal: Seal,
        is_forgotten: Callable[[Address, bool], bool],
        now: Callable[[], int],
    ) -> None:
        """``now`` is milliseconds since 1970; ``is_forgotten`` says of an address, and whether its
        object is live, that nobody manages it any more."""
        self._plan, self._live, self._journal = plan, live, journal
        self._ids, self._seal, self._is_forgotten = dict(ids), seal, is_forgotten
        self._now = now
        self._actions = {a.address: a for a in plan.actions if a.item}
        self._left = Counter(s.address for s in plan.steps if s.id.verb != "delete")
        self._sent: dict[Address, set[Path]] = {}
        self._at = {**superseded(journal.ledger), **journal.ledger.addresses}

    async def keep(self, event: Event) -> None:
        match event:
            case Started(step):
                self._about_to(step)
            case Done(step, written):
                await self._done(step, written, is_whole=True)
            case Failed(step, _, written) if written is not None:
                await self._done(step, written, is_whole=False)

    async def finish(self) -> None:
        """Record what needed no step, and forget what nobody declares any more."""
        for action in self._plan.actions:
            if action.item and action.item.external:  # somebody else's from now on
                self._journal.put(action.address, None)
                self._disown(action.address, action.live.id if action.live else None)
            elif action.item and action.verb == "none" and not self._left[action.address]:
                await self._record(action, action.live.id if action.live else None)
        for address, entry in self._journal.ledger.entries.items():
            there = self._live.objects.get(address.kind, {})
            is_live = not there.keys().isdisjoint({entry.id, *entry.superseded})
            if address not in self._actions and self._is_forgotten(address, is_live):
                self._journal.put(address, None)
        self._journal.try_to_commit()

    def _about_to(self, step: Step) -> None:
        """A replacement leaves two objects for a while, and a crash would leave them for good."""
        action = self._actions.get(step.address)
        if action is None or action.live is None:
            return
        if step.id.verb == "update":
            self._bring(step.address, action.live.id)
        elif step.id.verb == "create" and action.verb == "replace" and not action.delete_first:
            self._journal.supersede(step.address, action.live.id)
            self._at[action.live.id] = step.address

    def _bring(self, address: Address, object_id: str) -> None:
        """What is recorded of an object at the address that it had before is recorded here."""
        before = self._before(address, object_id)
        if before.id == object_id:
            self._disown(address, object_id)
            self._journal.put(address, before)
            self._at[object_id] = address

    async def _done(self, step: Step, written: Written, *, is_whole: bool) -> None:
        address = step.address
        if step.id.verb == "delete":
            self._removed(step)
        else:
            entry = replace(self._journal.entry(address), id=written.object_id)
            entry = self._with_sent(entry, step, written)
            if step.id.verb == "create":
                entry = replace(entry, made=self._now())
            if action := self._actions.get(address):
                entry = with_written(entry, action.kind, step.values, action.live, self._now())
            self._journal.put(address, entry)
            self._at[written.object_id] = address
            self._ids[address] = written.object_id
            self._left[address] -= is_whole
            sent = action.kind.declared(step.values) if action else ()
            self._sent.setdefault(address, set()).update(leaf.path for leaf, _ in sent)
            if action and not self._left[address]:
                await self._record(action, written.object_id)
        self._journal.commit_soon()

    def _removed(self, step: Step) -> None:
        assert step.object_id is not None
        action = self._actions.get(step.address)
        if action and action.item and action.item.absent:
            self._journal.put(step.address, _must_be_absent(action.item))
        address = self._at.pop(step.object_id, None)
        if address is None:
            return
        entry = self._journal.entry(address)
        if step.object_id in entry.superseded:
            self._journal.put(address, entry.no_longer_replacing(step.object_id))
        elif entry.id == step.object_id and not entry.absent:
            left = replace(entry, id=None, values={}, prints={}, delivery=None, made=None)
            self._journal.put(address, left if entry.superseded or entry.intent else None)

    async def _record(self, action: Action, object_id: str | None) -> None:
        item = action.item
        assert item is not None
        before = self._before(item.address, object_id)
        self._disown(item.address, object_id)
        if item.absent:
            self._journal.put(item.address, _must_be_absent(item))
            return
        prints: dict[str, str] = {}
        for field, ref in secrets(item):
            is_same = before.id == object_id
            at = pointer(field.path)
            was = before.prints.get(at) if is_same else None
            is_sent = field.path in self._sent.get(item.address, ())
            now = await self._seal(item, field, ref) if is_sent or was is None else was
            if kept := now or was:
                prints[at] = kept
        entry = recorded(item, before, self._journal.head, object_id, prints)
        entry = replace(
            entry,
            under=item.under(self._ids) if item.kind.listed_per else (),
            named={
                str(reference.to): self._ids[reference.to]
                for leaf, reference in item.references()
                if leaf.traits.ref and leaf.traits.ref.outside and reference.to in self._ids
            },
            superseded=tuple(
                one
                for one in entry.superseded
                if one != object_id and self._is_live(item.kind, one)
            ),
        )
        self._journal.put(item.address, entry)
        if object_id:
            self._at[object_id] = item.address

    def _before(self, address: Address, object_id: str | None) -> Entry:
        """What is recorded of an object, at the address that it had before if it has moved."""
        entry = self._journal.entry(address)
        was_at = self._at.get(object_id or "", address)
        moved = self._journal.entry(was_at)
        return moved if entry.id != object_id and moved.id == object_id else entry

    def _disown(self, address: Address, object_id: str | None) -> None:
        """What is declared at one address is recorded at no other, and has not to go for any."""
        was_at = self._at.get(object_id or "")
        if was_at is None or was_at == address:
            return
        entry = self._journal.entry(was_at)
        if entry.id == object_id:
            self._journal.put(was_at, None)
        elif object_id in entry.superseded:
            self._journal.put(was_at, entry.no_longer_replacing(object_id))

    def _with_sent(self, entry: Entry, step: Step, written: Written) -> Entry:
        """With the fields of one step, of which an address may have several."""
        action = self._actions.get(step.address)
        if action is None:
            return entry
        sent = nested(
            (leaf.path, value)
            for leaf, value in action.kind.declared({} if step.edge else step.values)
            if not any(_is_at(leaf, path) for path in written.dropped)
        )
        values, prints = sent_record(action.kind, sent, self._journal.head)
        values = over(action.kind.fields, entry.values, values)
        asked_again = {pointer(leaf.path) for leaf, _ in action.kind.declared(step.values)}
        before = {at: ones for at, ones in entry.not_kept.items() if at not in asked_again}
        now = {pointer(path): members for path, members in written.not_kept.items()}
        return replace(
            entry, values=values, prints={**entry.prints, **prints}, not_kept={**before, **now}
        )

    def _is_live(self, kind: Kind, object_id: str) -> bool:
        """Whether an object was there when the plan was made, and still counts."""
        one = self._live.objects.get(kind.name, {}).get(object_id)
        return one is not None and kind.ignore(one.values) is None


def _is_at(leaf: Field, dropped: str) -> bool:
    """Whether a dotted path leads to the field or inside its value."""
    return re.match(re.escape(str(leaf)) + r"($|[.\[])", dropped) is not None


def _must_be_absent(item: Item) -> Entry | None:
    """What to record of an object that is gone: nothing, if it was only to be destroyed."""
    return None if item.destroyed else Entry(absent=True)
