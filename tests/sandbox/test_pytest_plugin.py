"""The fixture that users get."""

import asyncio
from importlib.metadata import entry_points

import clerk_backend_api
import httpx
import pytest

from tests.shell import PATIENCE

pytest_plugins = "pytester"
PLUGIN = "clerkform.sandbox.pytest_plugin"
SUITE = """
from clerk_backend_api import Clerk

def test_it(clerk_sandbox):
    clerk = Clerk(
        bearer_auth=clerk_sandbox.secret_key, server_url=clerk_sandbox.url, timeout_ms=600_000
    )
    made = clerk.redirect_urls.create(request={"url": "https://a.example"})
    assert clerk.redirect_urls.get(id=made.id) == made
    assert [r.method for r in clerk_sandbox.requests] == ["POST", "GET"]

def test_it_is_new_for_each_test(clerk_sandbox):
    assert clerk_sandbox.dump()["redirect_urls"] == []
"""


@pytest.fixture
def suite(pytester):
    """Runs the given tests in a process of its own, as a user would."""

    def run(text):
        pytester.makepyfile(text)
        installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
        return pytester.runpytest_subprocess(*(() if installed else ("-p", PLUGIN)), "-q")

    return run


def test_a_users_suite_gets_a_sandbox_for_each_test(suite):
    suite(SUITE).assert_outcomes(passed=2)


def test_nothing_is_imported_until_it_is_asked_for(suite):
    text = (
        "import sys\n"
        "def test_it():\n"
        "    assert not {'starlette', 'uvicorn', 'httpx', 'sqlite3'} & sys.modules.keys()\n"
    )
    suite(text).assert_outcomes(passed=1)


def test_the_same_state_is_reached_with_and_without_a_socket(clerk_sandbox):
    clerk = clerk_backend_api.Clerk(
        bearer_auth=clerk_sandbox.secret_key,
        server_url=clerk_sandbox.url,
        timeout_ms=int(PATIENCE * 1000),
    )
    made = clerk.redirect_urls.create(request={"url": "https://a.example"})

    async def get():
        headers = {"Authorization": f"Bearer {clerk_sandbox.secret_key}"}
        transport = clerk_sandbox.transport()
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            return await client.get(f"http://sandbox.test/v1/redirect_urls/{made.id}")

    assert asyncio.run(get()).json()["url"] == "https://a.example"
    assert clerk_sandbox.requests[0].path == "/v1/redirect_urls"


def test_knobs_and_clock_are_at_hand(clerk_sandbox):
    clerk_sandbox.configure(read_lag="1s", organizations=False)
    headers = {"Authorization": f"Bearer {clerk_sandbox.secret_key}"}
    with httpx.Client(base_url=clerk_sandbox.url, headers=headers, timeout=PATIENCE) as http:
        assert http.get("/organizations").status_code == 403
        assert http.post("/redirect_urls", json={"url": "app://x"}).is_success
        assert http.get("/redirect_urls").json() == []
        clerk_sandbox.advance(1000)
        assert len(http.get("/redirect_urls").json()) == 1
