"""Keeps a ledger while an apply runs: what must be on the disk first, and what follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from clerkform.ledger.document import Encoder
from clerkform.ledger.entries import Delivery, Entry, Intent, Ledger, Under
from clerkform.ledger.open import Opened
from clerkform.ledger.store import Store, StoreFailed
from clerkform.model import Address


class Journal:
    """The ledger of one apply, written whole each time; without a store only in memory.

    It is written in the event loop, which takes milliseconds: nothing may overtake it.
    """

    def __init__(
        self,
        opened: Opened,
        ledger: Ledger,
        store: Store | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``ledger`` is what ``opened`` has, with what the plan's reads settled of it."""
        self.head, self._entries = ledger, dict(ledger.entries)
        self.failure: StoreFailed | None = None
        """Why something that was done is not recorded."""
        self.set_aside = ""
        """The name that what was in the way has now."""
        self._store, self._is_in_the_way = store, opened.is_in_the_way
        self._is_no_ledger = opened.is_no_ledger
        self._content = opened.content
        self._encoder = Encoder()
        self._clock, self._not_before = clock, 0.0

    @property
    def ledger(self) -> Ledger:
        return replace(self.head, entries=dict(self._entries))

    def entry(self, address: Address) -> Entry:
        return self._entries.get(address) or Entry()

    def put(self, address: Address, entry: Entry | None) -> None:
        """Change an entry, or take it out; it is on the disk after ``commit``."""
        if entry is None:
            self._entries.pop(address, None)
        else:
            self._entries[address] = entry

    def intend(self, address: Address, intent: Intent, under: Under) -> None:
        """A create is about to be sent whose answer alone shows a secret.

        ``under`` is where what it makes is listed.

        Raises:
            StoreFailed: that cannot be recorded, so it must not be sent.
        """
        self.put(address, replace(self.entry(address), intent=intent, under=under))
        self.commit()

    def made(self, address: Address, object_id: str, *, is_owed: bool) -> None:
        """The object is there; whether anybody waits for its secret is known by its sink."""
        delivery: Delivery = "owed" if is_owed else "delivered"
        before = self.entry(address)
        at = before.intent.at if before.intent else before.made
        self.put(address, replace(before, id=object_id, intent=None, delivery=delivery, made=at))
        self.try_to_commit()

    def delivered(self, address: Address, object_id: str) -> None:
        """The object's secret reached its sink, which settles an intent that may have made it."""
        before = self.entry(address)
        is_settled = before.intent is not None and object_id not in before.intent.seen
        intent = None if is_settled else before.intent
        self.put(address, replace(before, id=object_id, delivery="delivered", intent=intent))
        self.try_to_commit()

    def withdraw(self, address: Address) -> None:
        """Nothing was made, or it is gone again."""
        before = self.entry(address)
        entry = replace(before, id=None, intent=None, delivery=None, made=None)
        if before.superseded:  # what was to go stays
            *rest, last = before.superseded
            delivery = before.delivery if before.id == last else "unknown"
            entry = replace(entry, id=last, superseded=tuple(rest), delivery=delivery)
        self.put(address, entry)
        self.try_to_commit()

    def supersede(self, address: Address, object_id: str) -> None:
        """What is about to be created replaces this object, which goes after it."""
        before = self.entry(address)
        ids = tuple(dict.fromkeys((*before.superseded, object_id)))
        self.put(address, replace(before, superseded=ids))
        self.try_to_commit()

    def settle(self, addresses: Iterable[Address]) -> None:
        """What was written there shows by now, so whatever shows later is somebody else's."""
        for address in addresses:
            entry = self.entry(address)
            if entry.unsettled or entry.made:
                self.put(address, replace(entry, unsettled={}, made=None))
        self.try_to_commit()

    def prove(self) -> None:
        """Write what there is, to know that it can be written.

        Raises:
            StoreFailed: it cannot.
        """
        self._content = None
        self.commit()

    def commit(self) -> None:
        """Write what has changed.

        Raises:
            StoreFailed: it could not be written.
        """
        content = self._encoder.encode(self.ledger).encode()
        if self._store is None or content == self._content:
            return
        if self._is_no_ledger:
            raise StoreFailed(f"{self._store.place} is no ledger but something else, and stays")
        if self._is_in_the_way:
            self.set_aside = self._store.set_aside()
            self._is_in_the_way = False
        self._store.write(content)
        self._content = content

    def commit_soon(self) -> None:
        """Write what is done: now, unless writing would take more than a tenth of the time.

        A ledger of many is then written less often. What a crash leaves unrecorded so is found
        again by its key.
        """
        if self._clock() < self._not_before:
            return
        started = self._clock()
        self.try_to_commit()
        self._not_before = self._clock() + 9 * (self._clock() - started)

    def try_to_commit(self) -> None:
        """As ``commit``, for what is done already; why it failed is kept for the end."""
        try:
            self.commit()
        except StoreFailed as failure:
            self.failure = failure
