"""SIGKILL in the middle of a thousand writes: what was answered is there, and all of it is whole."""

import asyncio
import json

import httpx
import pytest

from clerkform.sandbox import dump
from tests.conformance.sandbox.server import serving
from tests.shell import PATIENCE

HEADERS = {"Authorization": "Bearer sk_test_kill", "Clerk-API-Version": "2026-05-12"}
WRITES = 1000
AT_ONCE = 200  # a connection each, which is what a process may have open without being asked


def claims_of(n):
    return {"n": n, "text": f"{n}-" * 500}


def write(n, organization, doomed):
    """A create, a change or a delete."""
    if n % 5 == 0:
        return "DELETE", f"/redirect_urls/{doomed[n]}", {}
    if n % 5 == 1:
        body = {"private_metadata": {f"k{n}": n}}
        return "PATCH", f"/organizations/{organization}/metadata", body
    return "POST", "/jwt_templates", {"name": f"t{n}", "claims": claims_of(n)}


async def answer(address, method, path, body):
    """The status and the end of the answer, or nothing when the server is gone."""
    content = json.dumps(body).encode()
    lines = [f"{method} /v1{path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in HEADERS.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}", "", ""]
    try:
        reader, writer = await asyncio.open_connection(*address)
    except ConnectionError:
        return b""
    try:
        writer.write("\r\n".join(lines).encode() + content)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def written(server, organization, doomed, kill_after):
    """The writes that were answered, by number; the server is killed after so many."""
    answered = set()
    room = asyncio.Semaphore(AT_ONCE)

    async def send(n):
        async with room:
            received = await answer(server.address, *write(n, organization, doomed))
        if received.endswith(b"}"):
            assert received.startswith(b"HTTP/1.1 200 "), received
            answered.add(n)
        if len(answered) == kill_after:
            server.process.kill()

    await asyncio.gather(*(send(n) for n in range(WRITES)))
    return answered


def everything(http, path):
    found, total = [], 1
    while len(found) < total:
        query = {"paginated": "true", "limit": 500, "offset": len(found)}
        page = http.get(path, params=query).json()
        found, total = found + page["data"], page["total_count"]
    return found


@pytest.mark.parametrize("kill_after", [1, 300, 700])
def test_nothing_that_was_answered_is_lost(tmp_path, kill_after):
    state = tmp_path / "state.db"
    with (
        serving(tmp_path, state) as server,
        httpx.Client(base_url=server.url, headers=HEADERS, timeout=PATIENCE) as http,
    ):
        made = http.post("/organizations", json={"name": "Acme"}).json()["id"]
        doomed = {
            n: http.post("/redirect_urls", json={"url": f"https://a.example/{n}"}).json()["id"]
            for n in range(0, WRITES, 5)
        }
        answered = asyncio.run(written(server, made, doomed, kill_after))
    assert kill_after <= len(answered) < WRITES

    with (
        serving(tmp_path, state) as server,
        httpx.Client(base_url=server.url, headers=HEADERS, timeout=PATIENCE) as http,
    ):
        templates = {t["name"]: t for t in everything(http, "/jwt_templates")}
        kept = http.get(f"/organizations/{made}").json()["private_metadata"]
        left = {url["id"] for url in everything(http, "/redirect_urls")}
        after = http.post("/redirect_urls", json={"url": "https://a.example/after"})
    for n in answered:
        if n % 5 == 0:
            assert doomed[n] not in left
        elif n % 5 == 1:
            assert kept[f"k{n}"] == n
        else:
            assert templates[f"t{n}"]["claims"] == claims_of(n)
    for template in templates.values():  # also of those whose answer never came
        n = int(template["name"][1:])
        assert (template["claims"], template["lifetime"]) == (claims_of(n), 60)
    assert after.status_code == 200
    assert dump(state)
