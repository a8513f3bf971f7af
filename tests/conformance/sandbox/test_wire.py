"""What no HTTP client would send, byte by byte: it is refused, and the next request is answered."""

import gzip
import re
import socket

import httpx
import pytest

from tests.conformance.sandbox.server import serving
from tests.shell import PATIENCE

KEY = b"Authorization: Bearer sk_test_wire\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of a server that must have nothing to say of itself at the end."""
    with serving(tmp_path_factory.mktemp("wire")) as server:
        yield server.address


def exchanged(address, sent, *, cut_off=False):
    """All that comes back until the server closes."""
    received = b""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        try:
            connection.sendall(sent)
            if cut_off:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:  # it had read enough to refuse, and closed before the end
            pass
    return received


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def request(target=b"/v1/instance", method=b"GET", headers=b"", body=b""):
    head = method + b" " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    return head + KEY + headers + b"\r\n" + body


def posted(body, headers=JSON, target=b"/v1/redirect_urls"):
    length = b"Content-Length: %d\r\n" % len(body)
    return request(target, b"POST", headers + length, body)


def chunked(body):
    return request(b"/v1/redirect_urls", b"POST", JSON + b"Transfer-Encoding: chunked\r\n", body)


URL = b'{"url": "https://a.example/cb"}'
REFUSED = {
    "a chunk whose size is no number": (chunked(b"zz\r\n{}\r\n0\r\n\r\n"), {400}),
    "a chunk whose size is negative": (chunked(b"-5\r\n{}\r\n0\r\n\r\n"), {400}),
    "a chunk whose size is beyond all bounds": (chunked(b"F" * 21 + b"\r\n{}"), {400}),
    "a chunk longer than its size": (chunked(b"1\r\n{}\r\n0\r\n\r\n"), {400}),
    "a length that is no number": (
        request(b"/v1/redirect_urls", b"POST", JSON + b"Content-Length: ten\r\n", URL),
        {400},
    ),
    "a length that is negative": (
        request(b"/v1/redirect_urls", b"POST", JSON + b"Content-Length: -1\r\n", URL),
        {400},
    ),
    "two lengths": (
        request(
            b"/v1/redirect_urls",
            b"POST",
            JSON + b"Content-Length: 31\r\nContent-Length: 30\r\n",
            URL,
        ),
        {400},
    ),
    "a target with a blank": (request(b"/v1/inst ance"), {400}),
    "a target with a raw line end": (request(b"/v1/instance\r\nX: y"), {400}),
    "a target with a zero byte": (request(b"/v1/\0"), {400}),
    "a method with a blank": (request(method=b"GE T"), {400}),
    "a header without a colon": (request(headers=b"nonsense\r\n"), {400}),
    "a header whose name is empty": (request(headers=b": x\r\n"), {400}),
    "a header with a zero byte": (request(headers=b"X: a\0b\r\n"), {400}),
    "no Host": (b"GET /v1/instance HTTP/1.1\r\n" + KEY + b"\r\n", {400}),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32, {400}),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 401}),
    "a method that is none": (request(method=b"BREW"), {405}),
    "TRACE, which would repeat the key": (request(method=b"TRACE"), {405}),
    "CONNECT": (request(b"localhost:22", b"CONNECT"), {405}),
    "a target of 60 kB": (request(b"/v1/" + b"a" * 60_000), {404}),
    "a path that leaves the version": (request(b"/v1/../v1/instance"), {404}),
    "a path that leaves it in disguise": (request(b"/v1/%2e%2e/etc/passwd"), {404}),
    "a path with an empty part": (request(b"/v1//instance"), {404}),
    "a path that ends in a slash": (request(b"/v1/instance/"), {404}),
    "an id that is a slash": (request(b"/v1/redirect_urls/%2F"), {404}),
    "an id that is a zero byte": (request(b"/v1/redirect_urls/%00"), {404}),
    "an id that is no UTF-8": (request(b"/v1/redirect_urls/%ff%fe"), {404}),
    "an id with a line end": (request(b"/v1/redirect_urls/a%0Ab"), {404}),
    "a target that is a star": (request(b"*", b"OPTIONS"), {405}),
    "a target of another server": (request(b"http://a.example/v1/instance"), {404}),
    "an id that is SQL": (request(b"/v1/redirect_urls/'%20OR%201=1--"), {404}),
    "a query that is no UTF-8": (request(b"/v1/organizations?query=%ff%zz%"), {200}),
    "a limit in other digits": (request(b"/v1/jwt_templates?limit=%D9%A1"), {422}),
    "a limit beyond all bounds": (request(b"/v1/jwt_templates?limit=" + b"9" * 5000), {422}),
    "an offset beyond all bounds": (request(b"/v1/jwt_templates?offset=" + b"9" * 5000), {422}),
    "a key that is no ASCII": (
        request().replace(b"sk_test_wire", "sk_test_ä".encode()),
        {401},
    ),
    "a version that is no ASCII": (request(headers=b"Clerk-API-Version: \xff\r\n"), {400}),
    "JSON that is cut off": (posted(URL[:-1]), {400}),
    "JSON that is none": (posted(b"url=https://a.example"), {400}),
    "JSON that is no object": (posted(b'["url"]'), {400}),
    "JSON with a number that is none": (posted(b'{"url": NaN}'), {400}),
    "JSON with a number beyond all bounds": (posted(b'{"url": 1e999}'), {400}),
    "JSON with an integer of 100,000 digits": (posted(b'{"url": ' + b"9" * 100_000 + b"}"), {400}),
    "JSON with half a character": (posted(b'{"url": "\\ud800"}'), {400}),
    "JSON that is no UTF-8": (posted(b'{"url": "\xff"}'), {400}),
    "JSON in UTF-16": (posted(URL.decode().encode("utf-16")), {400}),
    "JSON 100,000 levels deep": (posted(b'{"url":' + b"[" * 100_000), {400}),
    "a body that is compressed": (
        posted(gzip.compress(URL), JSON + b"Content-Encoding: gzip\r\n"),
        {400, 415},
    ),
    "a body of another type": (posted(URL, b"Content-Type: text/plain\r\n"), {415}),
    "a body whose type is nonsense": (posted(URL, b"Content-Type: \xff;=\r\n"), {415}),
    "a form": (posted(b"url=x", b"Content-Type: application/x-www-form-urlencoded\r\n"), {415}),
    "a body of two megabytes": (posted(b" " * 2_000_000), {413}),
    "chunks of two megabytes": (
        chunked((b"10000\r\n" + b" " * 65536 + b"\r\n") * 32 + b"0\r\n\r\n"),
        {413},
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_the_server_goes_on(address, what):
    sent, expected = REFUSED[what]
    received = exchanged(address, sent)
    assert statuses(received), received
    assert set(statuses(received)) <= expected
    if expected != {400}:  # which the server may have said before the sandbox saw anything
        assert b"content-type: application/json" in received
    assert statuses(exchanged(address, request())) == [200]


CUT_OFF = {
    "before the first byte": b"",
    "in the first line": b"GET /v1/ins",
    "in the headers": request()[:-10],
    "in the body": posted(URL)[:-5],
    "in a chunk": chunked(b"ff\r\n{"),
    "before the last chunk": chunked(b"2\r\n{}\r\n"),
}


@pytest.mark.parametrize("where", CUT_OFF)
def test_a_request_that_is_cut_off_changes_nothing(address, where):
    received = exchanged(address, CUT_OFF[where], cut_off=True)
    assert all(status == 400 for status in statuses(received))
    listed = exchanged(address, request(b"/v1/redirect_urls?paginated=true"))
    assert listed.endswith(b'{"data":[],"total_count":0}')


def test_a_header_of_a_megabyte_does_not_get_in(address):
    """It may be refused with a word or without: what is still being sent gets lost with it."""
    headers = b"X: " + b"a" * 1_000_000 + b"\r\n"
    assert set(statuses(exchanged(address, request(headers=headers)))) <= {400, 431}
    assert statuses(exchanged(address, request())) == [200]


def test_a_line_end_in_the_path_or_the_query_gets_into_no_header(address):
    for target in (
        b"/v1/redirect_urls/%0d%0aX-Evil:%20yes",
        b"/v1/organizations/a%0aX-Evil:yes%0a",
        b"/v1/instance?__clerk_api_version=%0d%0aX-Evil:%20yes",
    ):
        head, _, _ = exchanged(address, request(target)).partition(b"\r\n\r\n")
        assert statuses(head)[0] in (400, 404)
        names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")]
        assert b"x-evil" not in names


def test_a_value_with_line_ends_is_stored_as_it_is(address):
    url = "http://{}:{}/v1".format(*address)
    headers = {"Authorization": "Bearer sk_test_wire"}
    claims = {"a\r\nb": "c\r\nX-Evil: yes", "\u2028": "\x00\x7f"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as http:
        made = http.post("/jwt_templates", json={"name": "a\r\nb", "claims": claims})
        assert made.status_code == 200
        got = http.get(f"/jwt_templates/{made.json()['id']}").json()
        http.delete(f"/jwt_templates/{made.json()['id']}")
    assert (got["name"], got["claims"]) == ("a\r\nb", claims)


def test_two_requests_in_one_go_are_answered_in_turn(address):
    first = request(b"/v1/jwt_templates").replace(b"Connection: close\r\n", b"")
    received = exchanged(address, first + request(b"/v1/nowhere"))
    assert statuses(received) == [200, 404]


def test_a_body_hidden_behind_another_is_no_second_request(address):
    """Both a length and chunks: whoever counts differently would see a request more."""
    hidden = request(b"/v1/jwt_templates")
    headers = JSON + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    sent = request(b"/v1/redirect_urls", b"POST", headers, b"0\r\n\r\n" + hidden)
    assert len(statuses(exchanged(address, sent))) <= 1
