"""What no read shows: compared with what was last sent, or read from a second source."""

import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Entry, Ledger
from clerkform.ledger.record import leaf_prints
from clerkform.live.state import Live, LiveObject, shown_elsewhere
from clerkform.model import Address
from clerkform.plan.build import build_plan
from tests.made_up import CROWNS, LOCKS, MADE_UP
from tests.support import desired_from

HERE = Address("locks")
LEDGER = Ledger("test", "ins_1", b"s" * 32, is_new=False)
DOORS = {"doors": {"open": True, "keeper": "Ada"}}
LIVE = shown_elsewhere(LOCKS, LiveObject("locks", "locks", {}), {"frontend": DOORS})
DOWN = shown_elsewhere(LOCKS, LiveObject("locks", "locks", {}), {"frontend": "it is down"})


def planned(text, live=LIVE, ledger=LEDGER, rules=None):
    desired = desired_from(text, registry=MADE_UP)
    state = Live().with_([live])
    problems = Problems()
    matched = match(desired, state, MADE_UP, problems, ledger)
    found = diff(matched, state, MADE_UP, rules or Rules(), problems, ledger=ledger)
    return found.actions[0], problems, build_plan(found)


def recorded(**values):
    return LEDGER.with_(HERE, Entry("locks", values))


def printed(name, value):
    """As a sensitive value is recorded."""
    leaf = LOCKS.fields[name]
    return LEDGER.with_(HERE, Entry("locks", {}, leaf_prints(leaf, value, leaf.path, LEDGER)))


def changes(action):
    return {c.dotted: (c.before, c.after, c.made_by) for c in action.changes}


def test_what_a_second_source_shows_is_live():
    assert LIVE.values == {"bolted": False, "keeper": "Ada"}
    action, _, plan = planned("locks: {bolted: true}")
    assert changes(action)["bolted"][:2] == (False, True)
    assert plan.steps[0].values == {"bolted": True}
    assert changes(planned("locks: {bolted: false}")[0]) == {}


def test_without_a_record_what_nobody_shows_is_sent_and_is_no_change():
    action, _, plan = planned("locks: {code: a}")
    assert changes(action) == {}
    assert (action.verb, plan.pending) == ("none", ())
    (note,) = action.notes
    assert note.startswith("code is always sent: it cannot be compared")
    assert [step.values for step in plan.steps] == [{"code": "a"}]


def test_with_a_record_it_is_compared_with_what_was_last_sent():
    assert planned("locks: {code: a}", ledger=recorded(code="a"))[0].notes == ()
    action, _, plan = planned("locks: {code: b}", ledger=recorded(code="a"))
    assert changes(action) == {"code": ("a", "b", "edited")}
    assert plan.steps[0].values == {"code": "b"}


def test_a_sensitive_one_is_compared_by_its_fingerprint():
    ledger = printed("phrase", "a")
    assert changes(planned("locks: {phrase: a}", ledger=ledger)[0]) == {}
    (change,) = planned("locks: {phrase: b}", ledger=ledger)[0].changes
    assert (change.dotted, change.hidden, change.made_by) == ("phrase", True, "edited")


def test_it_is_sent_again_when_that_is_asked_for():
    rules = Rules(resend=frozenset({HERE}))
    _, _, plan = planned("locks: {code: a}", ledger=recorded(code="a"), rules=rules)
    assert plan.steps[0].values == {"code": "a"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, {"bolted": ("(unknown)", "True")}),
        ({"bolted": True}, {}),
        ({"bolted": False}, {"bolted": ("False", "True")}),
    ],
)
def test_a_source_that_cannot_be_reached_leaves_what_was_last_sent(record, expected):
    action, _, _ = planned("locks: {bolted: true}", DOWN, recorded(**record))
    assert {c.dotted: (str(c.before), str(c.after)) for c in action.changes} == expected
    assert action.notes == ("bolted could not be read: it is down",)


def test_what_is_sensitive_is_hidden_where_its_source_cannot_be_reached():
    for ledger in (LEDGER, printed("keeper", "Ada"), recorded(keeper="Ada")):
        (change,) = planned("locks: {keeper: Eve}", DOWN, ledger)[0].changes
        assert (change.dotted, change.hidden) == ("keeper", True)


def test_what_is_sensitive_is_as_it_was_last_sent_where_its_source_cannot_be_reached():
    action, _, plan = planned("locks: {keeper: Eve}", DOWN, printed("keeper", "Eve"))
    assert plan.steps == ()
    assert action.notes == ("keeper could not be read: it is down",)


def test_what_the_second_source_leaves_out_was_not_reached():
    live = shown_elsewhere(
        LOCKS, LiveObject("locks", "locks", {}), {"frontend": {"doors": {"keeper": "Ada"}}}
    )
    assert live.unreachable == {("bolted",): "doors.open is not shown"}


def test_a_kind_may_refuse_to_be_replaced_by_itself():
    live = LiveObject("crowns", "crown_1", {"name": "a", "metal": "gold"})
    text = "crowns: [{name: a, metal: lead}]"
    _, problems, _ = planned(text, live)
    (found,) = problems
    assert found.code == "replace-by-hand"
    assert CROWNS.lost_by_delete in found.message
    assert found.hint == "if that is what you want: --replace crowns/a"
    rules = Rules(replace=frozenset({Address("crowns", "a")}))
    action, problems, _ = planned(text, live, rules=rules)
    assert (action.verb, list(problems)) == ("replace", [])


def test_a_kind_is_written_after_another_and_deleted_before_it():
    live = LiveObject("house", "house", {"open": False})
    _, _, plan = planned("badges: [{code: a, colour: red}]\nhouse: {open: true}", live)
    assert [str(step.id) for step in plan.steps] == ["create badges/a", "update house"]


def test_a_pin_of_another_kind_is_refused():
    problems = Problems()
    text = "crowns: [{name: a, id: badge_1}]"
    desired_from(text, registry=MADE_UP, problems=problems)
    assert [found.code for found in problems] == ["pin-of-another-kind"]


def test_what_is_declared_since_the_last_apply_is_sent():
    """Of an object that was adopted nothing is known; of one that is recorded, what was sent is."""
    action, _, plan = planned("locks: {code: a, phrase: b}", ledger=recorded(bolted=True))
    assert [change.dotted for change in action.changes] == ["code", "phrase"]
    assert {change.made_by for change in action.changes} == {"edited"}
    assert plan.steps[0].values == {"code": "a", "phrase": "b"}
