import httpx
import pytest

from clerkform.client.answers import decode_error
from clerkform.client.clocks import retry_after_seconds, seconds_ahead
from clerkform.client.server_words import SEARCHED, plain_text
from clerkform.errors import ApiError, BadAnswer, ClerkErrorItem
from clerkform.secrets.redaction import Net


def decoded(status, body=None, method="POST", **options):
    return decode_error(method, "/x", httpx.Response(status, json=body, **options))


def test_an_error_has_every_entry_with_its_field_and_meta():
    error = decoded(
        422,
        {
            "errors": [
                {
                    "code": "form_param_missing",
                    "message": "is missing",
                    "long_message": "name must be included.",
                    "meta": {"param_name": "name", "hint": 1},
                },
                {"code": "bad_request", "message": "Invalid 'url_parameter.apiKeyID'"},
                {"code": "bare"},
            ],
            "clerk_trace_id": "abc",
        },
    )
    assert type(error) is ApiError
    assert error.items == (
        ClerkErrorItem("form_param_missing", "name must be included.", "name", {"hint": 1}),
        ClerkErrorItem("bad_request", "Invalid 'url_parameter.apiKeyID'"),
        ClerkErrorItem("bare", "bare"),
    )
    assert (error.status, error.trace_id) == (422, "abc")
    assert str(error) == "POST /x: name must be included.; Invalid 'url_parameter.apiKeyID'; bare"


def test_the_trace_id_may_be_in_a_header():
    body = {"errors": [{"code": "x", "message": "y"}], "clerk_trace_id": None}
    assert decoded(400, body, headers={"cf-ray": "8f2-FRA"}).trace_id == "8f2-FRA"
    assert decoded(400, body).trace_id is None


@pytest.mark.parametrize(
    "body",
    [None, {}, [], "x", {"errors": "x"}, {"errors": [1, {"code": 2}]}, {"errors": []}],
    ids=repr,
)
def test_json_that_is_no_error_of_clerks_is_a_bad_answer(body):
    error = decode_error("GET", "/x", httpx.Response(404, json=body))
    assert isinstance(error, BadAnswer)
    assert (error.status, error.items) == (404, ())


@pytest.mark.parametrize("odd", [[], "x", 7, None])
def test_odd_parts_of_an_error_are_left_out(odd):
    item = {"code": "c", "long_message": [], "message": {"a": 1}, "meta": odd}
    error = decoded(400, {"errors": [item], "clerk_trace_id": 5})
    assert error.items == (ClerkErrorItem("c", "c"),)


def test_html_is_named_and_not_quoted():
    error = decode_error("GET", "/x", httpx.Response(502, html="<html><b>Bad Gateway</b></html>"))
    assert isinstance(error, BadAnswer)
    assert error.detail == "answered 502 with HTML instead of JSON"
    assert "Gateway" not in str(vars(error))


@pytest.mark.parametrize(
    ("method", "status", "unknown"),
    [("POST", 500, True), ("POST", 504, True), ("DELETE", 408, True), ("POST", 303, True),
     ("POST", 308, False), ("POST", 429, False), ("POST", 422, False), ("GET", 500, False)],
)  # fmt: skip
def test_only_a_write_with_a_lost_outcome_may_have_acted(method, status, unknown):
    assert decoded(status, {}, method).may_have_acted is unknown


def test_control_characters_of_a_message_do_not_reach_the_terminal():
    error = decoded(400, {"errors": [{"code": "c", "message": "a\x1b[2J\n b" + "x" * 1000}]})
    assert error.items[0].message.startswith("a [2J b")
    assert len(error.items[0].message) == 500


SECRET = "sk_test_canary0123456789"


def told(text):
    """What is kept of a server's text as a message and in ``meta``, and what was searched."""
    net, searched = Net(), []
    net.remember(SECRET)

    def redact(text):
        searched.append(text)
        return net.redact_answer(text)

    error = {"code": "c", "message": text, "meta": {"said": [text]}}
    response = httpx.Response(400, json={"errors": [error]})
    (item,) = decode_error("GET", "/x", response, redact=redact).items
    return item.message, item.meta["said"][0], searched


@pytest.mark.parametrize("form", ["{}", "\\u{:04x}"])
@pytest.mark.parametrize("shift", range(0, 24, 5))
def test_of_a_secret_that_is_cut_by_the_end_of_what_is_searched_nothing_is_kept(form, shift):
    written = "".join(form.format(ord(c) if ":" in form else c) for c in SECRET)
    for before in ("x" * (SEARCHED - len(written) + shift), "x" * shift):
        for said in told(before + written * 2_000)[:2]:
            assert set(said.replace("(secret)", "")) <= {"x", "…"}


def test_of_a_huge_text_the_beginning_is_searched_and_kept():
    message, said, searched = told(f"{SECRET} {'x' * 1_000_000}")
    assert message == f"(secret) {'x' * 490}…"
    assert said.startswith("(secret) xxx")
    assert max(map(len, searched)) <= SEARCHED


def test_of_very_many_errors_the_first_are_told():
    errors = [1, *({"code": f"c{at}"} for at in range(100_000))]
    assert decoded(400, {"errors": errors}).codes == tuple(f"c{at}" for at in range(100))


def test_plain_text_is_left_alone():
    assert plain_text("Grüße, 世界!") == "Grüße, 世界!"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("0", 0), (" 12 ", 12), ("soon", None), ("-3", None), ("1.5", None), ("²", None),
     ("Thu, 01 Jan 1970 00:01:40 GMT", 90), ("Thu, 01 Jan 1970 00:00:01 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after_seconds(value, now=10.0) == seconds


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/v2/x?token=t", "/v2/x"),
        ("", "nowhere"),
        ("http://[::1", "an address that cannot be read"),
    ],
)
def test_a_redirect_says_where_it_pointed(location, shown):
    response = httpx.Response(301, headers={"location": location})
    assert (decode_error("GET", "/x", response).detail or "").endswith(f"pointed to {shown}")


@pytest.mark.parametrize("year", ["99999999999999999999", "10000"])
def test_a_date_at_no_time_says_nothing_of_the_clock(year):
    response = httpx.Response(200, headers={"date": f"Mon, 01 Jan {year} 00:00:00 GMT"})
    assert seconds_ahead(response, 0.0) is None
