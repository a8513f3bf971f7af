import asyncio
import json
import logging
import socket
import ssl
import traceback
from email.utils import formatdate

import httpx
import pytest

from clerkform.client.explain import explain
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace
from clerkform.errors import ApiError, BadAnswer, Unreachable, UsageError

KEY = "sk_test_do_not_show_me_anywhere"
URL = "https://api.clerk.com/v1"


class Server:
    """Answers with what it was given, in turn, the last one for ever; keeps what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(server, url=URL, **options):
    loop = asyncio.get_running_loop()
    options = {"jitter": lambda: 1.0, "clock": loop.time} | options
    transport = httpx.MockTransport(server)
    return ClerkClient(url, KEY, pace=Pace(1000, clock=loop.time), transport=transport, **options)


@pytest.fixture
def ask(run):
    """What ``use(client)`` returns or raises, and how long that took on the virtual clock."""

    def ask(server, use, **options):
        async def main():
            began = asyncio.get_running_loop().time()
            async with client(server, **options) as it:
                try:
                    result = await use(it)
                except ApiError as error:
                    result = error
            return result, asyncio.get_running_loop().time() - began

        return run(main())

    return ask


def ok(body):
    return httpx.Response(200, json=body)


def refused(status, *codes, headers=None):
    errors = [{"code": code, "message": f"{code}!", "meta": {}} for code in codes]
    return httpx.Response(status, json={"errors": errors}, headers=headers)


def create(it):
    return it.write("POST", "/api_keys", {"name": "x"}, repeatable=False)


def update(it):
    return it.write("PATCH", "/jwt_templates/jtmp_1", {"name": "x"}, repeatable=True)


def read(it):
    return it.get("/instance")


# Requests


def test_a_request_carries_the_key_and_the_version(ask):
    server = Server(ok({"id": "ins_1"}))
    found, _ = ask(server, lambda it: it.get("/instance", {"tag": ["a", "b"], "q": "+x"}))
    assert found == {"id": "ins_1"}
    request = server.asked[0]
    assert str(request.url) == f"{URL}/instance?tag=a&tag=b&q=%2Bx"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Clerk-API-Version"] == "2026-05-12"
    assert request.headers["User-Agent"].startswith("clerkform/")
    assert request.headers["Accept"] == "application/json"


def test_a_write_carries_its_body_even_an_empty_one(ask):
    server = Server(ok({"id": "x"}))
    ask(server, lambda it: it.write("PATCH", "/instance/restrictions", {}, repeatable=True))
    ask(server, lambda it: it.write("DELETE", "/domains/dmn_1", repeatable=True))
    assert [request.content for request in server.asked] == [b"{}", b""]
    assert server.asked[0].headers["Content-Type"] == "application/json"


def test_a_write_that_is_answered_without_content_gives_none(ask):
    assert ask(Server(httpx.Response(204)), update)[0] is None


def test_reads_and_writes_are_counted_with_every_try(ask):
    server = Server(httpx.Response(503), ok({"id": "x"}))

    async def use(it):
        await read(it)
        await create(it)
        return it.reads, it.writes

    assert ask(server, use)[0] == (2, 1)


def test_each_try_is_told_to_who_asked_for_it(ask):
    told = []
    server = Server(httpx.ConnectError("no"), refused(500, "internal_clerk_error"), ok({"id": "x"}))
    ask(server, read, on_request=told.append)
    assert [(one.method, one.path, one.status) for one in told] == [
        ("GET", "/instance", None),
        ("GET", "/instance", 500),
        ("GET", "/instance", 200),
    ]


def test_a_whole_address_is_no_path(run):
    async def main():
        async with client(Server(ok({}))) as it:
            await it.get("https://evil.example/instance")

    with pytest.raises(ValueError, match="not a path"):
        run(main())


# The key


def test_the_key_is_in_no_repr_log_or_error(ask, run, caplog):
    caplog.set_level(logging.DEBUG)
    failures = [
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("no"),
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"),
        refused(422, "form_param_nil"),
        httpx.Response(200, text="<html>"),
        httpx.Response(307, headers={"location": "https://elsewhere.example/"}),
    ]
    for failure in failures:
        error, _ = ask(Server(failure), create)
        shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
        chain = [error.__cause__, error.__context__]
        assert isinstance(error, ApiError)
        assert KEY not in shown
        assert chain == [None, None]

    async def main():
        async with client(Server(ok({}))) as it:
            return repr(it) + repr(vars(it))

    assert KEY not in run(main())
    assert "HTTP Request" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("broken", ["", "sk_test_x\n", "sk test", "sk_tést"])
def test_a_key_that_no_header_can_hold_is_refused_unquoted(broken):
    with pytest.raises(UsageError) as caught:
        ClerkClient(URL, broken, pace=Pace())
    assert caught.value.hint
    assert not broken or broken not in caught.value.message


def test_a_redirect_is_not_followed_and_its_target_named(ask):
    moved = httpx.Response(308, headers={"location": "https://me:pw@b.example:8443/v1/x?token=t"})
    server = Server(moved)
    error, _ = ask(server, read)
    assert isinstance(error, BadAnswer)
    assert error.detail == "answered 308 and pointed to https://b.example:8443/v1/x"
    assert len(server.asked) == 1


# Tries


@pytest.mark.parametrize("use", [read, update], ids=["read", "repeatable write"])
@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(500),
        httpx.Response(502, text="<html>bad gateway</html>"),
        refused(503, "service_unavailable"),
        refused(409, "resource_locked"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ConnectError("no"),
    ],
    ids=repr,
)
def test_what_is_safe_to_repeat_is_repeated(ask, use, failure):
    server = Server(failure, failure, ok({"id": "x"}))
    found, took = ask(server, use)
    assert found == {"id": "x"}
    assert took == pytest.approx(0.5 + 1.0)


@pytest.mark.parametrize(
    "failure",
    [httpx.Response(500), httpx.Response(504, text="<html>"), httpx.ReadTimeout("slow"),
     httpx.ReadError("reset"), httpx.WriteError("reset"), httpx.RemoteProtocolError("cut")],
    ids=repr,
)  # fmt: skip
def test_a_create_whose_answer_was_lost_is_not_repeated(ask, failure):
    server = Server(failure, ok({"id": "second"}))
    error, _ = ask(server, create)
    assert isinstance(error, ApiError)
    assert error.may_have_acted
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("no"), httpx.ConnectTimeout("slow"), refused(429, "too_many_requests"),
     refused(409, "resource_locked")],
    ids=repr,
)  # fmt: skip
def test_a_create_that_cannot_have_acted_is_repeated(ask, failure):
    server = Server(failure, ok({"id": "x"}))
    assert ask(server, create)[0] == {"id": "x"}


def test_a_refused_try_does_not_undo_one_whose_answer_was_lost(ask):
    error, _ = ask(Server(httpx.ReadTimeout("slow"), refused(422, "form_param_nil")), update)
    assert error.status == 422
    assert error.may_have_acted


def test_a_refusal_has_not_acted(ask):
    for status in (400, 401, 402, 403, 404, 409, 422):
        server = Server(refused(status, "some_code"))
        error, _ = ask(server, create)
        assert (error.status, error.may_have_acted, len(server.asked)) == (status, False, 1)


def test_a_failed_read_has_never_acted(ask):
    for failure in (httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(200, text="?")):
        assert not ask(Server(failure), read)[0].may_have_acted


def test_retry_after_is_obeyed_in_seconds(ask):
    limited = refused(429, "too_many_requests", headers={"Retry-After": "7"})
    assert ask(Server(limited, ok({})), read)[1] == pytest.approx(7)


def test_retry_after_is_obeyed_as_a_date(ask):
    limited = refused(
        429, "too_many_requests", headers={"Retry-After": "Thu, 01 Jan 1970 00:17:00 GMT"}
    )
    assert ask(Server(limited, ok({})), read)[1] == pytest.approx(17 * 60 - 1000)


def test_a_429_holds_up_the_others_too(run):
    answers = Server(refused(429, "too_many_requests", headers={"Retry-After": "7"}), ok({}))

    async def main():
        loop = asyncio.get_running_loop()
        async with client(answers) as it:
            began = loop.time()
            first = asyncio.create_task(it.get("/a"))
            await asyncio.sleep(1)
            await it.get("/b")
            other = loop.time() - began
            await first
        return other

    assert run(main()) == pytest.approx(7)


def test_tries_end_after_the_fifth(ask):
    server = Server(httpx.ConnectError("no"))
    error, took = ask(server, read)
    assert isinstance(error, Unreachable)
    assert len(server.asked) == 5
    assert took == pytest.approx(0.5 + 1 + 2 + 4)


def test_waiting_ends_before_it_gets_too_long(ask):
    server = Server(refused(429, "too_many_requests", headers={"Retry-After": "25"}))
    error, took = ask(server, read)
    assert (error.status, error.retry_after) == (429, 25)
    assert took == pytest.approx(50)
    assert len(server.asked) == 3


def test_an_endless_retry_after_is_not_waited_for(ask):
    limited = refused(429, "too_many_requests", headers={"Retry-After": "9" * 400})
    error, took = ask(Server(limited), read)
    assert (error.retry_after, took) == (86400, 0)


def test_a_certificate_that_is_not_trusted_is_not_tried_again(ask):
    refusal = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refusal.verify_message = "self-signed certificate"
    failure = httpx.ConnectError("tls")
    failure.__cause__ = refusal
    server = Server(failure)
    error, _ = ask(server, create)
    assert "certificate of api.clerk.com is not trusted (self-signed certificate)" in error.detail
    assert not error.may_have_acted
    assert len(server.asked) == 1


def test_a_name_that_does_not_resolve_is_said(ask):
    failure = httpx.ConnectError("x")
    failure.__cause__ = OSError("all failed")
    failure.__cause__.__cause__ = ExceptionGroup("", [socket.gaierror(-2, "unknown")])
    error, _ = ask(Server(failure), read)
    assert error.detail == "the name api.clerk.com could not be resolved"


# Answers


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (httpx.Response(200, html="<html>sign in</html>"), "with HTML instead of JSON"),
        (httpx.Response(200, text='{"id": "x'), "with a damaged text instead of JSON"),
        (httpx.Response(200, text=""), "with an empty body instead of JSON"),
        (httpx.Response(200, content=b"\xff\xfe"), "with text instead of JSON"),
        (
            httpx.Response(200, text="[" * 100_000),
            "with JSON that is nested more than 110 levels deep",
        ),
        (ok("text"), "with a str instead of an object"),
        (ok([1]), "with a list instead of an object"),
        (httpx.Response(200, text="null"), "with nothing instead of an object"),
    ],
    ids=["html", "cut", "empty", "binary", "deep", "string", "list", "null"],
)
def test_a_success_that_is_no_object_is_a_bad_answer(ask, answer, detail):
    for use in (read, create):
        error, _ = ask(Server(answer), use)
        assert isinstance(error, BadAnswer)
        assert error.detail == f"answered 200 {detail}"
        assert error.may_have_acted == (use is create)


def test_a_read_without_content_is_a_bad_answer(ask):
    assert isinstance(ask(Server(httpx.Response(204)), read)[0], BadAnswer)


def test_a_404_that_is_not_clerks_is_a_bad_answer(ask):
    assert isinstance(ask(Server(httpx.Response(404, text="<html>")), read)[0], BadAnswer)
    assert not isinstance(ask(Server(refused(404, "resource_not_found")), read)[0], BadAnswer)


def test_a_damaged_encoding_of_a_creates_answer_leaves_it_open_what_was_done(ask):
    garbled = httpx.DecodingError("zlib")
    error, _ = ask(Server(garbled), create)
    assert isinstance(error, BadAnswer)
    assert error.may_have_acted


# Lists


def numbered(first, last):
    return [{"id": f"org_{n}"} for n in range(first, last)]


class Collection:
    """A paged list of ``size`` objects; ``bare`` leaves out the envelope."""

    def __init__(self, size, *, bare=False, total=None):
        self.objects, self.bare, self.total, self.asked = numbered(0, size), bare, total, []

    def __call__(self, request):
        self.asked.append(dict(request.url.params))
        offset, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
        page = self.objects[offset : offset + limit]
        total = len(self.objects) if self.total is None else self.total
        return ok(page if self.bare else {"data": page, "total_count": total})


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("size", [0, 1, 499, 500, 501, 1000, 1234])
def test_a_list_is_read_to_its_end(ask, size, bare):
    server = Collection(size, bare=bare)
    found, _ = ask(server, lambda it: it.list("/organizations", params={"order_by": "created_at"}))
    assert found == numbered(0, size)
    assert server.asked[0] == {"order_by": "created_at", "limit": "500", "offset": "0"}


@pytest.mark.parametrize(("size", "reads"), [(0, 1), (500, 1), (501, 2), (1000, 2)])
def test_a_list_that_says_its_length_costs_no_read_more(ask, size, reads):
    server = Collection(size)
    ask(server, lambda it: it.list("/organizations"))
    assert len(server.asked) == reads


@pytest.mark.parametrize(("bare", "total"), [(False, 7), (True, None)])
def test_one_page_can_be_had_alone(ask, bare, total):
    found, _ = ask(Collection(7, bare=bare), lambda it: it.page("/organizations", 4, page=2))
    assert (found.objects, found.total) == (numbered(4, 6), total)


def test_a_page_may_be_smaller(ask):
    server = Collection(250)
    found, _ = ask(server, lambda it: it.list("/api_keys", page=100))
    assert (len(found), len(server.asked)) == (250, 3)


@pytest.mark.parametrize("body", [numbered(0, 700), {"data": numbered(0, 700), "total_count": 700}])
def test_a_list_without_paging_is_asked_once_and_without_parameters(ask, body):
    server = Server(ok(body))
    found, _ = ask(server, lambda it: it.list("/domains", page=None))
    assert found == numbered(0, 700)
    assert [str(request.url) for request in server.asked] == [f"{URL}/domains"]


def test_a_server_that_takes_no_paging_after_all_is_understood(ask):
    found, _ = ask(Server(ok(numbered(0, 700))), lambda it: it.list("/jwt_templates"))
    assert found == numbered(0, 700)


@pytest.mark.parametrize("page", [None, 500])
def test_a_short_list_is_an_error_and_not_a_list(ask, page):
    server = Server(ok({"data": [], "total_count": 3}))
    error, _ = ask(server, lambda it: it.list("/organizations", page=page))
    assert isinstance(error, BadAnswer)
    assert error.detail == "answered with a list that has 0 objects and a `total_count` of 3"


def test_a_list_whose_later_page_is_short_is_an_error(ask):
    error, _ = ask(Collection(700, total=1200), lambda it: it.list("/organizations"))
    assert isinstance(error, BadAnswer)
    assert "700 objects and a `total_count` of 1200" in (error.detail or "")


def test_a_list_that_repeats_a_full_page_is_an_error(ask):
    error, _ = ask(Server(ok(numbered(0, 500))), lambda it: it.list("/jwt_templates"))
    assert isinstance(error, BadAnswer)
    assert "repeats its pages" in (error.detail or "")


def envelope(first, last, total):
    return ok({"data": numbered(first, last), "total_count": total})


def test_a_list_that_moves_is_read_again(ask):
    moving = [envelope(0, 500, 501), envelope(500, 502, 502)]
    server = Server(*moving, envelope(0, 500, 502), envelope(500, 502, 502))
    found, _ = ask(server, lambda it: it.list("/organizations"))
    assert found == numbered(0, 502)
    assert len(server.asked) == 4


def test_a_list_that_never_stops_moving_is_an_error(ask):
    server = Server(*[envelope(0, 500, 501), envelope(500, 502, 502)] * 3)
    error, _ = ask(server, lambda it: it.list("/organizations"))
    assert isinstance(error, BadAnswer)
    assert error.detail == "answered with a list that changed while it was read"
    assert "somebody is adding to it or removing from it" in explain(error)
    assert "proxy" not in explain(error)
    assert len(server.asked) == 6


def test_an_object_on_two_pages_is_listed_once_and_not_counted_twice(ask):
    # One was made while paging: the second page begins with the last object of the first.
    shifted = [envelope(0, 500, 501), envelope(499, 500, 501)]
    server = Server(*shifted, envelope(0, 500, 501), envelope(499, 501, 501))
    found, _ = ask(server, lambda it: it.list("/organizations"))
    assert found == numbered(0, 501)


def test_a_page_that_fails_fails_the_list(ask):
    def answer(request):
        return (
            refused(403, "x") if request.url.params["offset"] == "1000" else envelope(0, 500, 3000)
        )

    error, _ = ask(Server(answer), lambda it: it.list("/organizations"))
    assert (type(error), error.status, error.__context__) == (ApiError, 403, None)


def test_later_pages_are_asked_for_together(run):
    async def answer(request):
        await asyncio.sleep(1)
        return Collection(5000)(request)

    async def main():
        loop = asyncio.get_running_loop()
        async with client(answer) as it:
            began = loop.time()
            found = await it.list("/organizations")
            return len(found), loop.time() - began

    assert run(main()) == (5000, pytest.approx(2))


@pytest.mark.parametrize(
    "body",
    [{}, {"data": []}, {"data": [], "total_count": "0"}, {"data": [{"id": "a"}], "total_count": True},
     {"data": [], "total_count": -1},
     {"data": None, "total_count": 0}, {"data": {}, "total_count": 0}, "x", 7,
     [{"name": "no id"}], [1], [{"id": 7}], [{"id": ""}]],
    ids=json.dumps,
)  # fmt: skip
def test_what_is_no_list_is_a_bad_answer(ask, body):
    for page in (500, None):
        error, _ = ask(Server(ok(body)), lambda it, page=page: it.list("/organizations", page=page))
        assert isinstance(error, BadAnswer)


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Thu, 01 Jan 1970 00:15:00 GMT", 900),
        ("Fri, 02 Jan 1970 00:00:00 GMT", 86400),
        ("Wed, 31 Dec 1969 00:00:00 GMT", -86400),
        ("soon", 0),
        (None, 0),
    ],
)
def test_the_time_is_the_servers_as_far_as_its_answers_tell(ask, date, ahead):
    async def get_and_wait(it):
        await it.get("/instance")
        first = it.server_time()
        await asyncio.sleep(5)
        return first, it.server_time()

    answer = httpx.Response(200, json={"id": "x"}, headers={"Date": date} if date else {})
    (first, later), _ = ask(Server(answer), get_and_wait, clock=asyncio_clock())
    assert (first, later) == (ahead * 1000, ahead * 1000 + 5000)


@pytest.mark.parametrize("waits", [(0, 20), (20, 0)])
def test_an_answer_that_comes_slowly_does_not_shift_the_servers_time(ask, waits):
    clock, left = asyncio_clock(), list(waits)

    async def answer(request):
        date = formatdate(900 + clock(), usegmt=True)
        await asyncio.sleep(left.pop(0))
        return httpx.Response(200, json={"id": "x"}, headers={"Date": date})

    async def get_twice(it):
        await it.get("/instance")
        await it.get("/instance")
        return it.server_time()

    assert ask(answer, get_twice, clock=clock)[0] == (900 + 20) * 1000


def asyncio_clock():
    """Seconds since it was first asked, by the loop's own time."""
    began = []

    def clock():
        now = asyncio.get_running_loop().time()
        began.append(now)
        return now - began[0]

    return clock
