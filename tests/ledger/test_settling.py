"""What was written a moment ago is taken for what was sent, while its source shows what was before."""

from dataclasses import replace

import pytest

from clerkform.ledger.entries import Entry, Ledger, Unsettled
from clerkform.ledger.settling import SETTLES_WITHIN, as_written, with_written
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address
from tests.made_up import MADE_UP

NOW = 1_000_000
AT = Address("locks", "")
LOCKS = MADE_UP["locks"]


def shown(bolted):
    return Live().with_([LiveObject("locks", "locks", {"bolted": bolted, "other": 1})], ["locks"])


def ledger(sent=True, was=False, at=NOW):
    entry = Entry(id="locks", values={"bolted": sent}, unsettled={"/bolted": Unsettled(at, (was,))})
    return Ledger("default", "ins_1", b"s", {AT: entry})


def taken_for(live, of, now=NOW):
    found, notes = as_written(live, of, MADE_UP, now)
    return found.objects["locks"]["locks"].values, [note.code for note in notes]


def test_what_shows_as_before_is_taken_for_what_was_sent_and_noted():
    assert taken_for(shown(False), ledger()) == ({"bolted": True, "other": 1}, ["not-settled"])


@pytest.mark.parametrize(
    ("live", "of", "now"),
    [
        (shown(True), ledger(), NOW),  # it shows
        (shown("third"), ledger(), NOW),  # somebody else wrote it
        (shown(False), ledger(), NOW + SETTLES_WITHIN),  # it would show by now
        (shown(False), ledger(sent=False), NOW),  # nothing was changed
        (shown(False), ledger(at=NOW + 10**11), NOW),  # somebody hides something until then
        (shown(False), replace(ledger(), entries={}), NOW),
    ],
)
def test_all_else_is_taken_as_it_shows(live, of, now):
    values, notes = taken_for(live, of, now)
    assert values == live.objects["locks"]["locks"].values
    assert notes == []


def test_what_another_source_shows_is_kept_with_what_it_showed_before():
    before = LiveObject("locks", "locks", {"bolted": False, "keeper": "Ada"})
    sent = {"bolted": True, "keeper": "Eve", "code": "x"}
    entry = with_written(Entry(id="locks"), LOCKS, sent, before, NOW)
    assert entry.unsettled == {"/bolted": Unsettled(NOW, (False,))}  # the keeper is sensitive


def test_what_has_settled_is_kept_no_longer():
    entry = Entry(id="locks", unsettled={"/bolted": Unsettled(NOW - SETTLES_WITHIN, (False,))})
    assert with_written(entry, LOCKS, {"code": "x"}, None, NOW).unsettled == {}


def test_what_was_written_twice_in_a_moment_may_show_as_before_either():
    before = LiveObject("locks", "locks", {"bolted": 1})
    entry = with_written(Entry(id="locks"), LOCKS, {"bolted": 2}, before, NOW)
    between = replace(before, values={"bolted": 2})
    entry = with_written(entry, LOCKS, {"bolted": 3}, between, NOW + 1)
    assert entry.unsettled == {"/bolted": Unsettled(NOW + 1, (1, 2))}
