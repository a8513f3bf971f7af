import subprocess
import sys

import pytest

from clerkform.client.explain import explain
from clerkform.errors import ApiError, BadAnswer, ClerkErrorItem, Unreachable


def api_error(status, *items, **options):
    return ApiError(
        "POST", "/x", status=status, items=[ClerkErrorItem(*i) for i in items], **options
    )


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (api_error(401, ("clerk_key_invalid", "bad")), ["secret key", "sk_live_", "clerk_key_invalid"]),
        (
            api_error(402, ("plan", "no", None, {"unsupported_features": ["satellites", "x"]})),
            ["plan lacks satellites, x.", "(POST /x: 402 plan)"],
        ),
        (api_error(402, ("plan", "no")), ["plan lacks a feature that this needs."]),
        (api_error(403, ("organization_not_enabled_in_instance", "Off.")), ["switched off: Off.", "dashboard"]),
        (api_error(403, ("organization_slugs_disabled", "Off")), ["switched off: Off."]),
        (api_error(403, ("organization_quota_exceeded", "50 at most")), ["more of these: 50 at most."]),
        (api_error(403, ("authorization_invalid", "No")), ["The secret key may not do this: No."]),
        (api_error(403, ("session_token_jwt_template", "No")), ["does not allow this: No."]),
        (api_error(404, ("resource_not_found", "No such thing")), ["not there: No such thing.", "plan"]),
        (api_error(409, ("resource_locked", "try again")), ["Another request", "again"]),
        (api_error(409, ("conflict", "Taken")), ["conflicts", "Taken."]),
        (
            api_error(422, ("a", "is too long", "name"), ("b", "Feature is off")),
            ["`name`: is too long; Feature is off.", "(POST /x: 422 a b)"],
        ),
        (api_error(400, ("bad_request", "Invalid 'q'")), ["refused the request: Invalid 'q'."]),
        (api_error(429, ("too_many_requests", "x"), retry_after=25.0), ["another 25 s", "--max-quota"]),
        (api_error(429, ("too_many_requests", "x")), ["quota is used up: it"]),
        (api_error(503, ("service_unavailable", "Down")), ["of its own: Down.", "status.clerk.com"]),
        (
            BadAnswer("GET", "/x", status=502, detail="answered 502 with HTML instead of JSON"),
            ["The server answered 502 with HTML instead of JSON.", "gateway"],
        ),
        (
            BadAnswer("GET", "/x", status=404, detail="answered 404 with HTML instead of JSON"),
            ["Something other than Clerk", "address"],
        ),
        (
            BadAnswer("GET", "/x", status=301, detail="answered 301 and pointed to https://a/v1"),
            ["pointed to https://a/v1.", "not sent there"],
        ),
        (
            Unreachable("GET", "/x", detail="the name api.clerk.com could not be resolved"),
            ["The name api.clerk.com could not be resolved.", "network", "(GET /x: no answer)"],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_an_explanation_says_what_happened_and_what_to_do(error, parts):
    text = explain(error)
    assert [part for part in parts if part not in text] == []
    assert text.endswith(")")
    assert "\n" not in text


def test_an_explanation_ends_with_codes_and_trace():
    error = api_error(422, ("a", "x"), ("b", "y"), trace_id="t1")
    assert explain(error).endswith("(POST /x: 422 a b, trace t1)")


def test_an_explanation_says_when_nobody_knows_whether_it_was_done():
    lost = Unreachable("POST", "/x", detail="no answer came", may_have_acted=True)
    assert "Nobody knows" in explain(lost)
    assert "Nobody knows" not in explain(Unreachable("GET", "/x", detail="no answer came"))


def test_explaining_and_checking_secrets_need_no_httpx():
    code = (
        "import sys, clerkform.client.explain, clerkform.secrets.vault, clerkform.secrets.signing_keys,"
        " clerkform.client.api_url; sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
