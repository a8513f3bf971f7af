"""Which objects a read is answered with, and whether they are all that there is."""

from dataclasses import replace

import pytest

from clerkform.client.reader import ClerkReader
from clerkform.errors import ApiError, BadAnswer
from clerkform.live.reads import Read
from clerkform.model import Registry, SwitchedOn
from tests.client.test_http import Server, ask, ok, refused  # noqa: F401  fixture
from tests.made_up import MADE_UP, ROOMS, TEAMS

MANY = Read("teams", keys=("a", "b", "c", "d"))
TWICE = [{"id": "team_1", "name": "a"}] * 2


@pytest.fixture
def read(ask):  # noqa: F811
    """What a reader makes of one answer, and how many objects it has said that there were."""

    def read(answer):
        counts = []

        async def use(it):
            return await ClerkReader(it, MADE_UP, counts.append).read(MANY)

        return ask(Server(ok(answer)), use)[0], counts

    return read


def test_an_object_that_is_on_a_page_twice_makes_no_list_whole(read):
    found, _ = read({"data": TWICE, "total_count": 2})
    assert isinstance(found, BadAnswer)
    assert found.detail == "answered with a list that has 1 objects and a `total_count` of 2"


def test_an_object_that_is_on_a_page_twice_counts_once(read):
    found, counts = read({"data": TWICE, "total_count": 1})
    assert found.whole == {"teams"}
    assert counts == [1]


@pytest.mark.parametrize("kind", ["teams", "rooms"])
def test_there_is_none_of_what_is_off_or_what_owns_it(ask, kind):  # noqa: F811
    teams = replace(TEAMS, switched_on=SwitchedOn("house", "open", "house_closed"))

    async def count(it):
        return await ClerkReader(it, Registry([teams, ROOMS])).count(kind)

    assert ask(Server(refused(403, "house_closed")), count)[0] == 0
    assert isinstance(ask(Server(refused(403, "house_on_fire")), count)[0], ApiError)
