"""Between objects: sets of references, edges and rings, what is merely live, parents and settings."""

import pytest

from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.live.reads import first_reads, second_reads
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Reference
from clerkform.plan.build import build_plan
from tests.made_up import MADE_UP
from tests.support import desired_from


def one(kind, object_id, **values):
    return LiveObject(kind, object_id, values)


def planned(text, *live, whole=(), rules=None):
    desired = desired_from(text, registry=MADE_UP)
    state = Live().with_(live, whole)
    problems = Problems()
    matched = match(desired, state, MADE_UP, problems)
    found = diff(matched, state, MADE_UP, rules or Rules(), problems)
    assert problems == []
    return build_plan(found)


def problems_of(text):
    problems = Problems()
    desired_from(text, registry=MADE_UP, problems=problems)
    return [(found.code, found.span.line) for found in problems]


def steps(plan):
    return [str(step.id) for step in plan.steps]


def change(plan):
    (found,) = [c for action in plan.actions for c in action.changes]
    return found.dotted, found.before, found.after


def test_a_set_of_references_is_compared_by_ids_and_shown_by_keys():
    live = [one("rights", "r1", key="read"), one("rights", "r2", key="write")]
    text = "rights: [read, write]\nduties: [{key: d, rights: [write, read]}]"
    duty = one("duties", "d1", key="d", rights=["r1", "r2"])
    assert steps(planned(text, *live, duty)) == []
    plan = planned(text, *live, one("duties", "d1", key="d", rights=["r1", "other"]))
    assert change(plan) == ("rights", ["read", "other"], ["write", "read"])


def test_a_set_of_references_waits_for_what_the_same_plan_makes():
    plan = planned("rights: [read]\nduties: [{key: d, rights: [read]}]")
    assert steps(plan) == ["create rights/read", "create duties/d"]
    assert plan.steps[1].values["rights"] == [Reference(Address("rights", "read"))]


def test_what_is_the_servers_own_may_be_merely_live_and_nothing_else():
    text = "duties:\n- key: d\n  rights:\n  - sys:all\n  - sis:all\n"
    assert problems_of(text) == [("reference-to-nothing", 5)]
    text = "duties: [{key: d, rights: [sys:all]}]"
    desired = desired_from(text, registry=MADE_UP)
    assert [read.kind for read in first_reads(desired, MADE_UP, frozenset())] == [
        "rights",
        "duties",
    ]
    own = [one("rights", "r0", key="sys:all"), one("rights", "r1", key="read")]
    plan = planned(text, *own, one("duties", "d1", key="d", rights=["r0"]), whole=["rights"])
    assert steps(plan) == []
    assert plan.undeclared == ()


def test_a_server_object_that_is_not_there_refuses_the_plan():
    desired = desired_from("duties: [{key: d, rights: [sys:gone]}]", registry=MADE_UP)
    problems = Problems()
    matched = match(desired, Live(), MADE_UP, problems)
    diff(matched, Live(), MADE_UP, Rules(), problems)
    assert [found.code for found in problems] == ["reference-not-live"]


def test_what_is_let_go_of_is_deleted_after_that():
    live = [one("rights", "r1", key="read"), one("duties", "d1", key="d", rights=["r1"])]
    text = "rights: [{key: read, absent: true}]\nduties: [{key: d, rights: []}]"
    assert steps(planned(text, *live)) == ["update duties/d", "delete rights/read"]


def test_a_ring_of_edges_is_added_once_everybody_is_there():
    text = "workers: [{name: a, calls: [b]}, {name: b, calls: [a, b]}]"
    plan = planned(text)
    assert steps(plan)[:2] == ["create workers/a", "create workers/b"]
    assert set(steps(plan)[2:]) == {
        "update workers/a (calls + b)",
        "update workers/b (calls + a)",
        "update workers/b (calls + b)",
    }
    assert all("calls" not in step.values for step in plan.steps[:2])
    edge = plan.steps[2]
    assert (edge.edge, edge.values) == ("add", {"calls": [Reference(Address("workers", "b"))]})


def test_edges_that_differ_are_written_one_by_one_and_removed_before_a_delete():
    live = [
        one("workers", "w1", name="a", calls=["w2", "w3"]),
        one("workers", "w2", name="b", calls=[]),
        one("workers", "w3", name="c", calls=[]),
    ]
    text = "workers: [{name: a, calls: [c, a]}, {name: b, absent: true}, c]"
    assert steps(planned(text, *live)) == [
        "update workers/a (calls + a)",
        "update workers/a (calls - b)",
        "delete workers/b",
    ]


def test_a_set_that_could_not_be_read_is_left_as_it_is():
    worker = LiveObject("workers", "w1", {"name": "a"}, {("calls",): "it is down"})
    plan = planned("workers: [{name: a, calls: [b]}, b]", worker)
    assert steps(plan) == ["create workers/b"]
    action = plan.actions[0]
    assert (action.verb, action.notes) == ("none", ("calls could not be read: it is down",))
    besides = planned("workers: [{name: a, calls: [b], deputy: b}, b]", worker)
    assert steps(besides) == ["create workers/b", "update workers/a"]


def test_a_late_reference_is_sent_by_a_second_step():
    plan = planned("workers: [{name: a, deputy: b}, {name: b, deputy: a}]")
    assert steps(plan) == [
        "create workers/a",
        "create workers/b",
        "update workers/a (after create)",
        "update workers/b (after create)",
    ]
    assert problems_of("teams: [{name: a, parent: b}, {name: b, parent: a}]")[0][0] == "cycle"


def test_a_set_may_be_declared_by_what_is_added_and_removed():
    live = one("house", "house", codes=["X", "Y"])
    assert steps(planned("house: {codes: {add: [X], remove: [Z]}}", live)) == []
    plan = planned("house: {codes: {add: [A], remove: [Y]}}", live)
    assert change(plan) == ("codes", ["X", "Y"], ["X", "A"])
    assert plan.steps[0].values == {"codes": ["X", "A"]}
    assert change(planned("house: {codes: [A]}", live)) == ("codes", ["X", "Y"], ["A"])


def test_settings_are_a_map_and_their_address_has_no_key():
    live = one("house", "house", open=True, codes=[])
    plan = planned("house: {open: false}", live)
    assert steps(plan) == ["update house"]
    assert [str(action.address) for action in plan.actions] == ["house"]
    assert problems_of("house: [{open: false}]") == [("wrong-type", 1)]
    assert problems_of("house: {open: false, absent: true}") == [("unknown-field", 1)]


@pytest.mark.parametrize("text", ["house", "rooms/a/1", "teams/a"])
def test_an_address_prints_and_parses(text):
    assert str(Address.parse(text)) == text


def test_settings_outlive_a_destroy():
    live = one("house", "house", open=True)
    desired = desired_from("house: {open: true}", registry=MADE_UP).destroyed(lambda one: True)
    problems = Problems()
    matched = match(desired, Live().with_([live]), MADE_UP, problems)
    (action,) = diff(matched, Live().with_([live]), MADE_UP, Rules(), problems).actions
    assert (action.verb, action.notes) == ("none", ("left alone: it is what always exists",))


def test_a_child_is_read_and_written_under_its_parent():
    text = "teams: [a]\nrooms: [{team: a, number: '1', colour: red}]"
    desired = desired_from(text, registry=MADE_UP)
    (read,) = second_reads(desired, MADE_UP, {Address("teams", "a"): "t1"})
    assert (read.kind, read.under) == ("rooms", (("team", "t1"),))
    live = [
        one("teams", "t1", name="a"),
        one("rooms", "room1", team="t1", number="1", colour="blue"),
    ]
    (step,) = planned(text, *live).steps
    assert (str(step.id), step.within) == ("update rooms/a/1", {"number": "1", "team": "t1"})
    create = planned(text).steps[1]
    assert create.within["team"] == Reference(Address("teams", "a"))
