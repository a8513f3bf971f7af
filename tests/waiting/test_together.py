import asyncio

import pytest

from clerkform.waiting.together import AT_ONCE, together


def test_things_are_begun_when_it_is_their_turn():
    made = 0

    async def main():
        gate = asyncio.Event()

        async def one(at):
            await gate.wait()
            return at

        def each():
            nonlocal made
            for made in range(1, 100_001):
                yield one(made)

        waiting = asyncio.create_task(together(each()))
        for _ in range(3 * AT_ONCE):
            await asyncio.sleep(0)
        assert made == AT_ONCE
        gate.set()
        assert await waiting == list(range(1, 100_001))

    asyncio.run(main())


def test_the_first_failure_ends_the_rest_and_begins_nothing_more():
    begun = []

    async def main():
        async def one(at):
            begun.append(at)
            await asyncio.sleep(0)
            raise ValueError(at)

        await together(one(at) for at in range(10**9))

    with pytest.raises(ValueError, match="0"):
        asyncio.run(main())
    assert len(begun) <= AT_ONCE
