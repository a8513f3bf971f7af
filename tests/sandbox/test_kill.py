"""A killed sandbox has kept what it answered, whole, and opens again."""

import asyncio
import subprocess
import sys

import httpx

from clerkform.sandbox import dump

SCRIPT = """
import sys
from pathlib import Path
from clerkform.sandbox import Settings
from clerkform.sandbox.serve import serve
serve("127.0.0.1", 0, Settings(), Path(sys.argv[1]))
"""
HEADERS = {"Authorization": "Bearer sk_test_sandbox"}
WRITES = 1000


async def write_until_killed(process, url):
    answered = []

    async def write(client, n):
        body = {"name": f"t{n}", "claims": {"n": n, "text": "x" * 500}}
        try:
            response = await client.post("/jwt_templates", json=body)
        except httpx.TransportError:
            return
        assert response.status_code == 200
        answered.append(response.json())
        if len(answered) == WRITES // 4:
            process.kill()

    limits = httpx.Limits(max_connections=20)
    async with httpx.AsyncClient(
        base_url=url, headers=HEADERS, limits=limits, timeout=60
    ) as client:
        await asyncio.gather(*(write(client, n) for n in range(WRITES)))
    return answered


def test_what_was_answered_survives_a_kill_in_the_middle_of_writes(tmp_path):
    path = tmp_path / "state.db"
    command = [sys.executable, "-c", SCRIPT, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        answered = asyncio.run(write_until_killed(process, url))
    finally:
        process.kill()
        process.communicate()
    assert WRITES // 4 <= len(answered) < WRITES
    stored = {template["id"]: template for template in dump(path)["jwt_templates"]}
    for template in answered:
        assert stored[template["id"]] == template
    for template in stored.values():
        assert template["claims"]["text"] == "x" * 500
