"""Waiting while Clerk is at work on what an earlier write began."""

import asyncio

import httpx
import pytest

from clerkform.client.busy import WITHIN, is_busy, once_free, settled
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace
from clerkform.errors import ApiError, ClerkErrorItem, UsageError
from clerkform.kinds import KINDS
from clerkform.waiting.clock import Clock

SETS, URLS = KINDS["role_sets"], KINDS["redirect_urls"]
BUSY = "role_migration_in_progress"
AT_WORK = {"id": "rset_1", "role_set_migration": {"status": "in_progress"}}
DONE = {"id": "rset_1", "role_set_migration": None}


class Time:
    now = 0.0

    async def sleep(self, seconds):
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def clock(self):
        return Clock(lambda: 0, self.sleep)


def refused(code, status=409):
    return ApiError("POST", "/role_sets/x", status=status, items=(ClerkErrorItem(code, "no"),))


def writing(*answers):
    """A write that is answered so, one after the other and the last for ever; and how often it was."""
    sent = []

    async def write():
        sent.append(1)
        answer = answers[min(len(sent), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return write, sent


def test_a_write_is_tried_again_until_clerk_is_free():
    time = Time()
    write, sent = writing(refused(BUSY), refused(BUSY), "written")
    assert asyncio.run(once_free(SETS, write, time.clock)) == "written"
    assert len(sent) == 3
    assert time.now == 0.25 + 0.5


def test_what_is_busy_for_too_long_is_an_error_of_clerks():
    time = Time()
    write, _ = writing(refused(BUSY))
    with pytest.raises(ApiError, match="409"):
        asyncio.run(once_free(SETS, write, time.clock))
    assert time.now == WITHIN


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (SETS, refused("organization_role_permission_association_exists")),
        (SETS, refused("form_already_exists", 422)),
        (URLS, refused(BUSY)),
    ],
)
def test_another_refusal_is_not_waited_for(kind, error):
    time = Time()
    write, sent = writing(error)
    with pytest.raises(ApiError):
        asyncio.run(once_free(kind, write, time.clock))
    assert (len(sent), time.now) == (1, 0)
    assert not is_busy(kind, error)


def looked(answer, *shown):
    """``settled`` after such an answer, where reads show these; how often it read, and how long it
    waited."""
    time, reads = Time(), []

    def read(request):
        reads.append(request.url.path)
        body = shown[min(len(reads), len(shown)) - 1]
        if body is None:
            return httpx.Response(404, json={"errors": [{"code": "resource_not_found"}]})
        return httpx.Response(200, json=body)

    async def run():
        pace = Pace(1000, clock=lambda: time.now, sleep=time.sleep)
        options = {"transport": httpx.MockTransport(read), "pace": pace, "sleep": time.sleep}
        async with ClerkClient("http://s.test/v1", "sk_test_x", **options) as client:
            await settled(SETS, "/role_sets/rset_1", answer, client, time.clock)

    asyncio.run(run())
    return len(reads), time.now


def test_an_answer_that_shows_no_work_is_not_looked_after():
    assert looked(DONE, AT_WORK) == (0, 0)


def test_work_is_looked_after_until_it_is_done():
    reads, waited = looked(AT_WORK, AT_WORK, DONE)
    assert (reads, waited) == (2, 0.25 + 0.5)


def test_without_an_answer_the_object_is_looked_at():
    assert looked(None, DONE) == (1, 0)
    assert looked(None, AT_WORK, None)[0] == 2


def test_what_does_not_end_is_said_and_to_be_run_again():
    with pytest.raises(UsageError, match="nothing is lost: run it again later"):
        looked(AT_WORK, AT_WORK)
