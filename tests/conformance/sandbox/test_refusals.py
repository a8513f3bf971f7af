"""Every error that Clerk's document names for an operation of the sandbox, through its SDK."""

import re

import pytest
from clerk_backend_api import models

from clerkform.sandbox.routes import operations
from tests.conformance.sandbox.client import named, pattern
from tests.conformance.sandbox.exercises import EXERCISES, IMPLEMENTED, KNOBS
from tests.conformance.sandbox.refusals import NEVER, REFUSED
from tests.samples import file_of

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
HERE = "tests/conformance/sandbox/refusals.py"
BROUGHT_ABOUT = sorted(key for key in REFUSED if key[0] in IMPLEMENTED)


def documented(judge):
    """The 4xx of each operation that are about the operation, not about every request."""
    for operation in operations():
        if named(operation) not in IMPLEMENTED:
            continue
        described = judge.operation(operation.method, operation.path)
        for status in described["responses"] if described else ():
            if status.startswith("4") and status != "401":
                yield named(operation), int(status)


def test_every_documented_error_is_brought_about_or_said_to_be_missing(judges):
    for judge in judges.values():
        # A request that is wrong whatever the operation is what a 400 says when nothing else does.
        unknown = {
            (name, status)
            for name, status in documented(judge)
            if status != 400 and (name, status) not in REFUSED
        }
        lacking = {
            f"{file_of(name.split(' ')[1], HERE)}: `refused` or `never` lacks {(name, status)}"
            for name, status in unknown - NEVER.keys()
        }
        assert lacking == set()


def refusal(client, act):
    with pytest.raises(models.ClerkBaseError) as caught:
        act(client)
    return caught.value


@pytest.mark.parametrize(("name", "status"), BROUGHT_ABOUT)
def test_the_sdk_is_told_what_is_wrong(connect, version, name, status):
    case = REFUSED[name, status]
    client = connect(version, **case.knobs)
    error = refusal(client, case.act)
    last = client.exchanges[-1]
    assert last.method == name.split(" ")[0]
    assert pattern(name).fullmatch(last.path)
    assert (error.status_code, last.status) == (status, status)
    body = error.raw_response.json()
    assert [item["code"] for item in body["errors"]] == [case.code]
    if "/api_keys" in name:
        assert body.keys() == {"errors"}
    else:
        assert re.fullmatch("[0-9a-f]{32}", body["clerk_trace_id"])


@pytest.mark.parametrize("name", EXERCISES)
def test_a_key_that_is_no_key_is_refused_everywhere(connect, name):
    client = connect(**KNOBS.get(name, {}))
    client.clerk = client.speaking_as("sk_nothing")
    error = refusal(client, EXERCISES[name])
    assert error.status_code == 401
    assert error.raw_response.json()["errors"][0]["code"] == "clerk_key_invalid"


@pytest.mark.parametrize("name", EXERCISES)
def test_a_version_that_is_no_version_is_refused_everywhere(connect, name):
    client = connect(**KNOBS.get(name, {}))
    client.speak("1999-12-31")
    error = refusal(client, EXERCISES[name])
    assert error.status_code == 400
    assert error.raw_response.json()["errors"][0]["code"] == "api_version_invalid"
