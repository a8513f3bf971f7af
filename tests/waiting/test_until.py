import asyncio

import pytest

from clerkform.waiting.until import until


class Looks:
    """What is seen, look after look, the last again and again; and the pauses between."""

    def __init__(self, *seen):
        self.seen, self.looks, self.pauses = seen, 0, []

    async def look(self):
        self.looks += 1
        return self.seen[min(self.looks, len(self.seen)) - 1]

    async def sleep(self, seconds):
        self.pauses.append(seconds)

    def until(self, within, **options):
        return asyncio.run(until(self.look, bool, within, self.sleep, **options))


def test_what_holds_at_once_is_not_waited_for():
    looks = Looks("there")
    assert looks.until(10) == "there"
    assert looks.pauses == []


def test_what_was_seen_before_is_not_looked_for_at_once():
    looks = Looks("there")
    assert looks.until(10, first="here") == "here"
    assert looks.looks == 0
    assert looks.until(10, first="") == "there"
    assert (looks.looks, looks.pauses) == (1, [0.25])


def test_pauses_double_up_to_the_longest():
    looks = Looks(*[""] * 6, "there")
    assert looks.until(60) == "there"
    assert looks.pauses == [0.25, 0.5, 1, 2, 2, 2]


@pytest.mark.parametrize("within", [0.1, 0.3, 1, 10, 30.7])
def test_the_last_look_is_when_the_time_is_over(within):
    looks = Looks("")
    assert looks.until(within) == ""
    assert sum(looks.pauses) == pytest.approx(within)
    assert min(looks.pauses) > 0
    assert looks.looks == len(looks.pauses) + 1


@pytest.mark.parametrize("within", [0, -1])
def test_no_time_is_one_look(within):
    looks = Looks("", "there")
    assert looks.until(within) == ""
    assert (looks.looks, looks.pauses) == (1, [])


def test_steady_pauses_can_be_asked_for():
    looks = Looks("")
    looks.until(7, pause=3, longest=3)
    assert looks.pauses == [3, 3, 1]


def test_what_a_look_raises_ends_the_wait():
    looks = Looks("")

    async def fails():
        raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(until(fails, bool, 10, looks.sleep))
    assert looks.pauses == []
