"""Faults of the served sandbox, as a client at the other end of a socket meets them."""

import asyncio
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from clerkform.sandbox import ClerkSandbox
from tests.shell import PATIENCE


@pytest.fixture
def sandbox():
    with ClerkSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def http(sandbox):
    headers = {"Authorization": f"Bearer {sandbox.secret_key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=PATIENCE) as client:
        yield client


def urls(http):
    return [item["url"] for item in http.get("/redirect_urls").json()]


@pytest.mark.parametrize(("after", "left"), [(False, []), (True, ["app://x"])])
def test_a_connection_is_reset_before_or_after_acting(sandbox, http, after, left):
    sandbox.fail("/redirect_urls$", "POST", broken="read", after=after, times=1)
    with pytest.raises(httpx.ReadError):
        http.post("/redirect_urls", json={"url": "app://x"})
    assert urls(http) == left
    assert sandbox.fired == (1,)


def test_a_reset_is_one_on_the_wire(sandbox):
    sandbox.fail(broken="read", times=1)
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname, parts.port)) as wire:
        wire.sendall(b"GET /v1/instance HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            wire.recv(1000)


def test_an_answer_that_never_comes_runs_into_the_clients_timeout(sandbox, http):
    sandbox.fail("/redirect_urls$", "POST", broken="timeout", after=True, times=1)
    with pytest.raises(httpx.ReadTimeout):
        http.post("/redirect_urls", json={"url": "app://x"}, timeout=0.2)
    while sandbox.fired != (1,):  # a busy server gets to it later than that
        time.sleep(0.01)
    assert urls(http) == ["app://x"]


@pytest.mark.parametrize("size", [0, 5])
def test_an_answer_is_cut_off(sandbox, http, size):
    sandbox.fail("/instance$", truncate=size, times=1)
    received = b""
    with http.stream("GET", "/instance") as response:
        assert int(response.headers["Content-Length"]) > 100
        with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012  what came before counts
            for chunk in response.iter_raw():
                received += chunk
    assert (response.status_code, received) == (200, b'{"obj'[:size])
    assert http.get("/instance").is_success


@pytest.mark.parametrize(
    ("rule", "starts"),
    [({}, b'{"object":"instance"'), ({"status": 200, "body": "["}, b"["), ({"status": 503}, b"{")],
)
def test_an_answer_goes_on_for_ever_until_the_client_leaves(sandbox, http, rule, starts):
    sandbox.fail("/instance$", endless=True, times=1, **rule)
    received = b""
    with http.stream("GET", "/instance") as response:
        assert response.status_code == rule.get("status", 200)
        assert "Content-Length" not in response.headers
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > 3_000_000:
                break
    assert received.startswith(starts)
    assert received.endswith(b" " * 1000)
    assert http.get("/instance").is_success


def test_an_answer_goes_on_for_ever_without_a_socket_too(sandbox):
    sandbox.fail("/instance$", endless=True)

    async def read():
        transport, length = sandbox.transport(), 0
        headers = {"Authorization": f"Bearer {sandbox.secret_key}"}
        async with (
            httpx.AsyncClient(transport=transport, headers=headers) as client,
            client.stream("GET", "http://sandbox.localhost/v1/instance") as response,
        ):
            async for chunk in response.aiter_raw():
                length += len(chunk)
                if length > 3_000_000:
                    return response.status_code

    assert asyncio.run(read()) == 200


def test_the_frontend_goes_wrong_as_every_other_path_does(sandbox, http):
    host = {"Host": "sandbox.clerk.accounts.dev"}

    def ask(path="/environment"):
        return http.get(path, headers=host)

    rules = ({"broken": "read"}, {"truncate": 5}, {"status": 502}, {"drop": "auth_config"})
    for rule in rules:
        sandbox.fail("/v1/environment$", "GET", times=1, **rule)
    for error in (httpx.ReadError, httpx.RemoteProtocolError):
        with pytest.raises(error):
            ask()
    assert ask().status_code == 502
    assert "auth_config" not in ask().json()
    sandbox.fail("/v1/environment$", endless=True, times=1)
    with http.stream("GET", "/environment", headers=host) as response:
        assert sum(len(chunk) for chunk, _ in zip(response.iter_raw(), range(60), strict=False))
    assert ask().json()["auth_config"]
    assert sandbox.fired == (1,) * 5


def test_other_faults_are_the_same_as_in_process(sandbox, http):
    sandbox.fail("/instance$", status=503, times=1)
    sandbox.fail("/instance$", drop="id", times=1)
    assert http.get("/instance").status_code == 503
    assert "id" not in http.get("/instance").json()
    assert http.get("/instance").json()["id"]
