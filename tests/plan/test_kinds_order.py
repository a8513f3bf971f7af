"""Which kinds' steps come first where no reference says so."""

from dataclasses import replace

import pytest

from clerkform.model import Address, Op
from clerkform.model.step import Step, StepId
from clerkform.plan.kinds_order import in_kinds_order
from tests.made_up import BADGES, CONNECTIONS, HOUSE, TEAMS

PARTED = replace(
    HOUSE,
    endpoints=replace(HOUSE.endpoints, parts={"doors": Op("PATCH", "/house/doors")}),
    after=(),
    parts_after={"doors": ("teams",)},
)


def needs(house, teams, *ids):
    kinds = {"house": house, "teams": teams}
    steps = in_kinds_order([Step(one) for one in ids], kinds)
    return {step.id: step.needs for step in steps}


MADE = StepId(Address("teams", "a"), "create")
WHOLE, DOORS = (StepId(Address("house", ""), "update", part) for part in ("", "doors"))


def test_a_part_alone_comes_after_other_kinds():
    assert needs(PARTED, TEAMS, WHOLE, DOORS, MADE) == {
        MADE: frozenset(),
        WHOLE: frozenset(),
        DOORS: {MADE},
    }


def test_what_is_said_of_a_part_wins_over_what_is_said_of_the_whole():
    after_house = replace(TEAMS, after=("house",))
    told = needs(PARTED, after_house, WHOLE, DOORS, MADE)
    assert told[DOORS] == {MADE}
    assert DOORS not in told[MADE]
    assert told[MADE] == {WHOLE}


def test_what_is_taken_away_goes_the_other_way_round():
    gone = StepId(Address("teams", "a"), "delete")
    off = replace(PARTED, undoes=lambda sent: True, after=("teams",))
    told = needs(off, TEAMS, WHOLE, gone)
    assert (told[gone], told[WHOLE]) == ({WHOLE}, frozenset())


KINDS = {
    "badges": BADGES,
    "connections": CONNECTIONS,
    "house": replace(HOUSE, undoes=lambda sent: sent.get("open") is False),
}
HERE, ONE = Address("house"), Address("connections", "a")
BADGE = Address("badges", "b")


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
@pytest.mark.parametrize("is_open", [True, False])
def test_what_is_taken_back_goes_after_all_that_is_done_to_what_builds_on_it(verb, is_open):
    house = Step(StepId(HERE, "update"), values={"open": is_open})
    one = Step(StepId(ONE, verb), values={"active": True})
    needs = {step.id: step.needs for step in in_kinds_order([house, one], KINDS)}
    assert needs[house.id] == (set() if is_open else {one.id})
    assert needs[one.id] == ({house.id} if is_open and verb != "delete" else set())


def test_what_is_deleted_waits_for_what_builds_on_it_to_be_taken_back_alone():
    gone = Step(StepId(BADGE, "delete"))
    for is_open in (True, False):
        house = Step(StepId(HERE, "update"), values={"open": is_open})
        needs = {step.id: step.needs for step in in_kinds_order([gone, house], KINDS)}
        assert needs == {gone.id: set() if is_open else {house.id}, house.id: set()}
