import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.client.pace import OwnLimit, Pace, retry_delay

WINDOW = 10.0
ROUNDING = 1e-6


def paced(**options):
    return Pace(window=WINDOW, clock=asyncio.get_running_loop().time, **options)


async def starts_of(pace, requests, own=None):
    """When each of ``requests`` (asked at, answered after) started, and when it was answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    seen = []

    async def one(number, asks, latency):
        await asyncio.sleep(asks)
        async with pace.slot(own):
            entry = [number, loop.time() - began, None]
            seen.append(entry)
            await asyncio.sleep(latency)
            entry[2] = loop.time() - began

    await asyncio.gather(*(one(n, *request) for n, request in enumerate(requests)))
    return seen


seconds = st.floats(0, 30, allow_nan=False) | st.sampled_from([0.0, 0.1, WINDOW])
requests = st.lists(st.tuples(seconds, seconds), min_size=1, max_size=40)


@given(limit=st.integers(1, 12), share=st.floats(0.05, 1), requests=requests, burst=st.booleans())
def test_no_window_has_more_starts_than_the_allowance(run, limit, share, requests, burst):
    if burst:
        requests = [(0.0, latency) for _, latency in requests]

    async def main():
        pace = paced(limit=limit, share=share)
        return pace.allowance, await starts_of(pace, requests)

    allowance, seen = run(main())
    assert allowance <= max(1, share * limit + ROUNDING)
    assert len(seen) == len(requests)
    starts = sorted(start for _, start, _ in seen)
    for first, later in zip(starts, starts[allowance:], strict=False):
        assert later - first >= WINDOW - ROUNDING


@given(limit=st.integers(1, 6), requests=requests)
def test_a_place_is_not_given_away_before_a_window_after_its_answer(run, limit, requests):
    async def main():
        return await starts_of(paced(limit=limit), requests)

    seen = run(main())
    for _, start, _ in seen:
        held = [
            n for n, s, answered in seen if s < start - ROUNDING < answered + WINDOW - 2 * ROUNDING
        ]
        assert len(held) < limit


@given(requests=st.lists(st.tuples(st.just(0.0), seconds), min_size=1, max_size=30))
def test_who_asks_first_starts_first(run, requests):
    async def main():
        return [number for number, _, _ in await starts_of(paced(limit=4), requests)]

    assert run(main()) == list(range(len(requests)))


def test_the_first_half_starts_at_once_and_the_rest_evenly_spaced(run):
    async def main():
        return [start for _, start, _ in await starts_of(paced(limit=100), [(0, 0)] * 100)]

    starts = run(main())
    assert starts[:50] == [0.0] * 50
    assert all(b - a == pytest.approx(0.1) for a, b in pairwise(starts[50:]))
    assert starts[-1] == pytest.approx(5.0)


def test_a_long_run_uses_what_it_may_use(run):
    async def main():
        return [start for _, start, _ in await starts_of(paced(limit=100), [(0, 0.2)] * 1000)]

    assert run(main())[-1] < 1000 / 10 * 1.05


def test_a_share_makes_the_allowance_smaller():
    assert Pace(1000, share=0.2).allowance == 200
    assert Pace(100, share=0.29).allowance == 29
    assert Pace(10, share=0.01).allowance == 1


@pytest.mark.parametrize("options", [{"share": 0}, {"share": 1.1}, {"limit": 0}])
def test_a_pace_that_could_never_start_anything_is_refused(options):
    with pytest.raises(ValueError, match="at least 1"):
        Pace(**options)


def test_a_full_bucket_holds_up_nobody_else(run):
    async def main():
        pace = paced(limit=100)
        slow, others = await asyncio.gather(
            starts_of(pace, [(0, 0)] * 3, OwnLimit("org_a", 2, 4.0)), starts_of(pace, [(0, 0)] * 5)
        )
        return [start for _, start, _ in slow], [start for _, start, _ in others]

    slow, others = run(main())
    assert slow[0] == 0
    assert slow[2] == pytest.approx(4.0)
    assert others == [0.0] * 5


def test_after_a_pause_nobody_starts_before_its_end(run):
    async def main():
        pace = paced(limit=100)
        pace.pause(7)
        pace.pause(3)
        return [start for _, start, _ in await starts_of(pace, [(0, 0), (1, 0), (9, 0)])]

    assert run(main()) == pytest.approx([7, 7, 9])


def test_a_paused_bucket_pauses_nobody_else(run):
    async def main():
        pace = paced(limit=100)
        own = OwnLimit("org_a", 10, WINDOW)
        pace.pause(7, own)
        mine, others = await asyncio.gather(
            starts_of(pace, [(0, 0)], own), starts_of(pace, [(0, 0)])
        )
        return mine[0][1], others[0][1]

    assert run(main()) == pytest.approx((7, 0))


def test_who_gives_up_waiting_blocks_nobody(run):
    async def main():
        pace = paced(limit=1)
        async with pace.slot():
            waiting = asyncio.create_task(starts_of(pace, [(0, 0)]))
            await asyncio.sleep(1)
            waiting.cancel()
            await asyncio.sleep(1)
        return await starts_of(pace, [(0, 0)])

    assert run(main())[0][1] == pytest.approx(WINDOW)


def test_a_request_that_fails_leaves_its_place(run):
    async def main():
        pace = paced(limit=1)
        with pytest.raises(KeyError):
            async with pace.slot():
                raise KeyError
        return await starts_of(pace, [(0, 0)])

    assert run(main())[0][1] == pytest.approx(WINDOW)


def test_the_servers_wish_is_the_delay():
    assert retry_delay(1, 17.0, 0.9) == 17.0


def test_the_range_of_the_delay_doubles_up_to_its_end():
    assert [retry_delay(attempt, None, 1.0) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert retry_delay(50, None, 1.0) == 20.0
    assert retry_delay(3, None, 0.25) == 0.5


def test_a_retry_after_of_zero_still_waits():
    assert retry_delay(2, 0.0, 0.5) == 0.5
