from pathlib import Path

import pytest

from clerkform.ledger.document import decode
from clerkform.ledger.entries import Entry, Intent, Ledger
from clerkform.ledger.journal import Journal
from clerkform.ledger.open import Opened, open_ledger
from clerkform.ledger.store import StoreFailed, open_store
from clerkform.model import Address

A, B = Address("api_keys", "acme/a"), Address("redirect_urls", "app://b")
EMPTY = Ledger("test", "ins_1", b"s" * 32)


class Memory:
    """A store that counts, and fails when it is told to."""

    place = "memory"

    def __init__(self) -> None:
        self.content, self.writes, self.is_full = None, 0, False

    def write(self, content: bytes) -> None:
        if self.is_full:
            raise StoreFailed("the ledger memory cannot be written: No space left on device")
        self.content, self.writes = content, self.writes + 1

    @property
    def entries(self):
        return decode(self.content).entries


class Clock:
    def __init__(self, *times: float) -> None:
        self.times = list(times)

    def __call__(self) -> float:
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


@pytest.fixture
def store():
    return Memory()


def journal(store, **more):
    return Journal(Opened(EMPTY), EMPTY, store, **more)


def test_an_intent_an_id_and_a_delivery_are_each_on_the_disk_before_what_follows(store):
    kept = journal(store)
    kept.intend(A, Intent(5, ("org_1", "a"), ("ak_0",)), ())
    assert store.entries[A] == Entry(intent=Intent(5, ("org_1", "a"), ("ak_0",)))
    kept.made(A, "ak_1", is_owed=True)
    assert store.entries[A] == Entry(id="ak_1", delivery="owed", made=5)
    kept.delivered(A, "ak_1")
    assert store.entries[A] == Entry(id="ak_1", delivery="delivered", made=5)
    kept.settle([A])
    assert store.entries[A] == Entry(id="ak_1", delivery="delivered")


def test_what_was_made_and_removed_again_leaves_what_it_was_to_replace(store):
    kept = journal(store)
    kept.made(A, "ak_1", is_owed=False)
    kept.supersede(A, "ak_1")
    kept.intend(A, Intent(5, ("org_1", "a"), ("ak_1",)), ())
    kept.withdraw(A)
    assert store.entries[A] == Entry(id="ak_1", delivery="delivered")
    kept.supersede(A, "ak_1")
    kept.made(A, "ak_2", is_owed=True)
    kept.withdraw(A)
    assert store.entries[A] == Entry(id="ak_1", delivery="unknown")


def test_an_intent_that_cannot_be_recorded_fails_and_what_is_done_does_not(store):
    kept = journal(store)
    store.is_full = True
    with pytest.raises(StoreFailed):
        kept.intend(A, Intent(5, ("org_1", "a")), ())
    kept.made(A, "ak_1", is_owed=True)
    assert "No space left" in str(kept.failure)
    store.is_full = False
    kept.commit()
    assert store.entries[A].id == "ak_1"


def test_nothing_is_written_where_nothing_changed(store):
    kept = journal(store)
    kept.put(B, Entry(id="ru_1"))
    for _ in range(3):
        kept.commit()
    assert store.writes == 1
    kept.prove()
    assert store.writes == 2


def test_a_ledger_that_takes_long_to_write_is_written_less_often(store):
    # Asked at 1.0, begun then, done at 1.1: not again before 2.0.
    kept = journal(store, clock=Clock(1.0, 1.0, 1.1, 1.1, 1.9, 2.1, 2.1))
    for number in range(3):
        kept.put(B, Entry(id=f"ru_{number}"))
        kept.commit_soon()
    assert store.writes == 2
    assert store.entries[B].id == "ru_2"


def test_what_was_in_the_way_is_set_aside_once(tmp_path: Path):
    store = open_store(".clerkform/ledger.json", tmp_path)
    store.write(b"not a ledger")
    opened = open_ledger(store, "test", "ins_1", lambda: b"s" * 32)
    assert opened.finding
    assert opened.finding.code == "ledger-unusable"
    kept = Journal(opened, opened.ledger, store)
    for number in range(2):
        kept.put(B, Entry(id=f"ru_{number}"))
        kept.commit()
    assert kept.set_aside == ".clerkform/ledger.json.unusable-1"
    assert (tmp_path / kept.set_aside).read_bytes() == b"not a ledger"
    assert open_ledger(store, "test", "ins_1", bytes).ledger.entries[B].id == "ru_1"
