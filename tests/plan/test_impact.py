"""What goes along, in words; and whether it grew since somebody looked."""

import pytest

from clerkform.plan.impact import along, grown, sentence
from clerkform.plan.wire import WireAction, WireImpact


def going(address="organizations/a", **counts):
    impact = [WireImpact(what=what, number=number) for what, number in counts.items()]
    return WireAction(address=address, verb="delete", impact=impact)


def test_the_question_has_the_sum_of_all_that_goes():
    actions = [going(members=3, invitations=None), going(members=1, invitations=2)]
    assert sentence(actions) == "With it go 4 members, at least 2 invitations."
    assert sentence([going(members=1)]) == "With it go 1 member."
    assert sentence([going(members=None)]) == "With it go members unknown."
    assert sentence([WireAction(address="a", verb="update")]) == ""
    assert sentence([going(members=0, invitations=0)]) == "", "a question says what is lost"
    assert sentence([going(members=0), going(members=None)]) == "With it go members unknown."


def test_none_is_a_number_and_unknown_is_not_none():
    assert along(going(members=0, invitations=None)) == "with it go 0 members, invitations unknown"


def moving(address="role_sets/a", **counts):
    impact = [WireImpact(what=w, number=n, moves=True) for w, n in counts.items()]
    return WireAction(address=address, verb="delete", impact=impact)


def test_who_only_moves_is_not_said_to_go():
    assert along(moving(members=2)) == "with it move 2 members"
    assert sentence([going(members=1), moving(members=2)]) == (
        "With it go 1 member. With it move 2 members."
    )
    ((_, text),) = grown([moving(members=1)], [moving(members=2)])
    assert text == "2 members move with it now, and 1 when the plan was saved"


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (0, 0, False),
        (0, 1, True),
        (20, 22, False),
        (20, 23, True),
        (20, 5, False),
        (3, 4, True),
        (10**11, 10**12, True),
        (None, 100, False),
        (3, None, False),
    ],
)
def test_more_than_a_tenth_more_is_too_much(before, after, refused):
    found = [*grown([going(members=before)], [going(members=after)])]
    assert bool(found) is refused
    if refused:
        assert found == [
            (
                "organizations/a",
                f"{after} members go with it now, and {before} when the plan was saved",
            )
        ]


def test_a_count_that_is_in_no_saved_plan_counts_as_none():
    assert [*grown([], [going(members=1)])]
