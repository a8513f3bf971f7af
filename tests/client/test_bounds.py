"""What is counted of the answers under way, and what is given back."""

import asyncio

import httpx
import pytest

from clerkform.client.bounds import Account, Bounds, PastBound
from clerkform.waiting.together import AT_ONCE, together
from tests.client.test_http import Server, ask, numbered, ok  # noqa: F401  fixture


def test_what_a_question_took_up_is_free_again_at_its_end():
    account = Account(Bounds(bytes=10, pages=2))
    for _ in range(3):
        with account.question() as question:
            question.holds(10)
            question.turns(2)
    with account.question() as one, account.question() as other:
        one.holds(6)
        with pytest.raises(PastBound) as caught:
            other.holds(6)
    assert caught.value.option == "--max-answer-mb"
    with account.question() as question:
        question.holds(10)


def test_a_list_that_is_read_again_keeps_its_pages_and_nothing_else():
    with Account(Bounds(bytes=10, pages=2)).question() as question:
        for _ in range(2):
            question.forgets()
            question.holds(10)
            question.turns()
        with pytest.raises(PastBound, match="more than 2 pages"):
            question.turns()


def test_the_values_of_an_answer_are_counted_before_it_is_parsed(ask):  # noqa: F811
    few = Bounds(bytes=2000)
    error, _ = ask(
        Server(ok({"data": [[] for _ in range(100)]})), lambda it: it.get("/x"), bounds=few
    )
    assert error.detail == "sent more than 100 values"
    assert error.option == "--max-answer-mb"
    found, _ = ask(Server(ok({"data": [[]] * 20})), lambda it: it.get("/x"), bounds=few)
    assert found == {"data": [[]] * 20}


def test_a_write_whose_answer_is_too_much_may_have_been_done(ask):  # noqa: F811
    server = Server(ok({"id": "x" * 2000}))
    few = Bounds(bytes=1000)
    error, _ = ask(server, lambda it: it.write("POST", "/x", {}, repeatable=True), bounds=few)
    assert error.may_have_acted
    assert len(server.asked) == 1


def test_the_time_of_a_list_counts_refused_tries_and_the_waits_after_them(ask):  # noqa: F811
    def full(request):
        offset = int(request.url.params["offset"])
        return ok([{"id": f"x_{number}"} for number in range(offset, offset + 500)])

    refusal = httpx.Response(429, headers={"Retry-After": "30"})
    server = Server(*[refusal, full] * 50)
    error, seconds = ask(server, lambda it: it.list("/x"))
    assert error.detail == "took more than 600 s to send the pages of a list"
    assert error.option == "--max-answer-seconds"
    assert 570 < seconds <= 600


def test_pages_that_are_waited_for_at_once_take_the_time_of_one(run):
    async def main():
        time = asyncio.get_running_loop().time
        with Account(Bounds()).question() as question:

            async def page():
                with question.waits(time):
                    await asyncio.sleep(25)

            for _ in range(20):
                await together(page() for _ in range(AT_ONCE))
                await asyncio.sleep(1000)  # one's turn
            return time()

    assert run(main()) > 20_000
