"""A page of another site can have its own host name lead here; what is served answers none."""

import httpx
import pytest

from clerkform.sandbox import ClerkSandbox, Settings
from clerkform.sandbox.frontend import publishable_key


@pytest.fixture(scope="module")
def sandbox():
    with ClerkSandbox() as sandbox:
        assert sandbox.url
        yield sandbox


def ask(sandbox, path, host):
    port = httpx.URL(sandbox.url).port
    headers = {"Host": host.replace("PORT", str(port)), "Authorization": "Bearer sk_test_x"}
    url = httpx.URL(sandbox.url).join(path)
    with httpx.Client(trust_env=False, timeout=60) as http:
        return http.get(url, headers=headers)


@pytest.mark.parametrize("path", ["/v1/instance", "/.well-known/jwks.json", "/_sandbox/config"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example:PORT",
        "localhost.evil.example:PORT",
        "sandbox.test:PORT",
        "192.0.2.1:PORT",
        "[::2]:PORT",
        "localhost:1",
        "127.0.0.1:99999",
        "127.0.0.1:PORT@evil.example",
        "[::1",
    ],
)
def test_another_host_is_answered_by_no_path(sandbox, path, host):
    before = len(sandbox.requests)
    answer = ask(sandbox, path, host)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "authorization_invalid"
    assert len(sandbox.requests) == before


@pytest.mark.parametrize(
    "host",
    ["localhost:PORT", "LOCALHOST:PORT", "127.0.0.1:PORT", "[::1]:PORT", "a.localhost:PORT"],
)
def test_this_machine_is_answered_by_each_of_its_names(sandbox, host):
    assert ask(sandbox, "/v1/instance", host).is_success


def test_a_simple_client_need_not_name_the_port(sandbox):
    assert ask(sandbox, "/v1/instance", "localhost").is_success


FRONTEND = ["/v1/environment", "/.well-known/jwks.json"]


@pytest.mark.parametrize("path", FRONTEND)
@pytest.mark.parametrize("host", ["sandbox.clerk.accounts.dev", "SANDBOX.clerk.accounts.dev:PORT"])
def test_the_host_of_a_frontend_api_is_answered_by_its_paths(sandbox, path, host):
    assert ask(sandbox, path, host).is_success


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/v1/instance", "sandbox.clerk.accounts.dev"),
        ("/v1/jwks", "sandbox.clerk.accounts.dev"),
        ("/_sandbox/config", "sandbox.clerk.accounts.dev"),
        ("/v1/environment", "sandbox.clerk.accounts.dev:1"),
        ("/v1/environment", "sandbox-2.clerk.accounts.dev"),
        ("/v1/environment", "clerk.accounts.dev"),
        ("/v1/environment", "evil.example"),
        ("/v1/environment?publishable_key=KEY", "evil.example"),
    ],
)
def test_it_is_answered_by_no_other_path_and_no_other_host_is(sandbox, path, host):
    path = path.replace("KEY", publishable_key(sandbox.store))
    assert ask(sandbox, path, host).status_code == 403


def test_it_is_read_only(sandbox):
    headers = {"Host": "sandbox.clerk.accounts.dev"}
    url = httpx.URL(sandbox.url).copy_with(path="/v1/environment")
    with httpx.Client(trust_env=False, timeout=60) as http:
        for method in ("PATCH", "POST", "DELETE", "OPTIONS"):
            assert http.request(method, url, headers=headers).status_code == 403


def test_the_host_of_an_instance_that_is_not_made_yet_is_answered_by_no_path():
    with ClerkSandbox(Settings(instance=None)) as sandbox:
        host = "sandbox.clerk.accounts.dev"
        assert ask(sandbox, "/v1/environment", host).status_code == 403
        assert ask(sandbox, "/v1/instance", "localhost").is_success
        assert ask(sandbox, "/v1/environment", host).is_success
