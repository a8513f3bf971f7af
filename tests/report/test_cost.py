"""What a plan says of its cost, and the commands that it names."""

import pytest

from clerkform.report.cost import Cost, duration


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (Cost(4, 19, 100), "4 writes, 19 reads: 23 % of one 10 s window (100 requests)."),
        (Cost(100, 0, 100), "100 writes, 0 reads: 100 % of one 10 s window (100 requests)."),
        (Cost(2000, 3, 100), "2000 writes, 3 reads: about 3 min 20 s, at 100 requests in 10 s."),
        (Cost(100, 1, 100), "100 writes, 1 read: about 10 s, at 100 requests in 10 s."),
    ],
)
def test_a_long_apply_is_told_in_time_and_not_in_percent(cost, said):
    assert str(cost) == f"This apply: {said}"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (11, "11 s"),
        (59.6, "60 s"),
        (61, "1 min"),
        (200.3, "3 min 20 s"),
        (596, "10 min"),
        (3599, "1 h"),
        (3900, "1 h 5 min"),
        (7200, "2 h"),
    ],
)
def test_a_duration_is_as_fine_as_an_estimate_can_be(seconds, said):
    assert duration(seconds) == said
