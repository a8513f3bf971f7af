"""How fast the served sandbox answers, over loopback, to a client in a process of its own.

    python benchmarks/sandbox.py [--rounds 5] [--requests 3000] [--identifiers 100000]

Requests a second for a list of 50 templates, beside a bare application that answers the same
bytes; how the time to list identifiers page by page grows with their number; and how long the
sandbox takes to start, beside importing what it is built on. Figures are medians over rounds in
which the two take turns. Machines differ and are noisy: compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

SANDBOX = """
import sys
from pathlib import Path
from clerkform.sandbox import Settings
from clerkform.sandbox.serve import serve
seed, state = (Path(name) if name else None for name in sys.argv[1:3])
serve("127.0.0.1", 0, Settings(), state, seed=seed)
"""
BARE = """
import socket, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
content = open(sys.argv[1], "rb").read()
async def answer(request):
    return Response(content, media_type="application/json")
app = Starlette(routes=[Route("/v1/jwt_templates", answer)])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off", ws="none")
uvicorn.Server(config).run(sockets=[listener])
"""
CONNECTIONS = 8
PAGE = 500


class Connection:
    """HTTP/1.1 with as little as it takes, so that the load costs less than what it measures."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, method: str, path: str, body: object = None) -> bytes:
        """The body of the answer.

        Raises:
            RuntimeError: the status is not 200.
        """
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /v1{path} HTTP/1.1\r\nHost: localhost\r\n"
        head += "Authorization: Bearer sk_test_benchmark\r\n"
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        self._writer.write(f"{head}\r\n".encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", answer)
        received = await self._reader.readexactly(int(length[1]) if length else 0)
        if not answer.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{method} {path} answered {answer!r} {received!r}")
        return received


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[int]:
    """The port that the script says it listens on."""
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield int(line.rsplit(":", 1)[1].removesuffix("/v1\n"))
        finally:
            process.kill()


async def make_templates(port: int) -> bytes:
    """Fifty, and how they are listed."""
    async with connected(port) as connection:
        for n in range(50):
            claims = {"role": "{{user.public_metadata.role}}", "app": {"number": n}}
            await connection.send("POST", "/jwt_templates", {"name": f"t{n}", "claims": claims})
        return await connection.send("GET", "/jwt_templates?limit=50")


async def requests_per_second(port: int, requests: int) -> float:
    async def load() -> None:
        async with connected(port) as connection:
            for _ in range(requests // CONNECTIONS):
                await connection.send("GET", "/jwt_templates?limit=50")

    began = time.perf_counter()
    await asyncio.gather(*(load() for _ in range(CONNECTIONS)))
    return requests // CONNECTIONS * CONNECTIONS / (time.perf_counter() - began)


def templates(folder: Path, rounds: int, requests: int) -> None:
    with serving(SANDBOX, "", "") as sandbox:
        listed = folder / "listed.json"
        listed.write_bytes(asyncio.run(make_templates(sandbox)))
        with serving(BARE, str(listed)) as bare:
            pairs = [
                (
                    asyncio.run(requests_per_second(sandbox, requests)),
                    asyncio.run(requests_per_second(bare, requests)),
                )
                for _ in range(rounds)
            ]
    ratio = statistics.median(a / b for a, b in pairs)
    rate = statistics.median(a for a, _ in pairs)
    print(f"GET 50 templates          {ratio:5.2f} x the bare application ({rate:.0f} a second)")


async def seconds_to_list(port: int, total: int) -> float:
    began = time.perf_counter()
    async with connected(port) as connection:
        for offset in range(0, total, PAGE):
            query = f"paginated=true&limit={PAGE}&offset={offset}"
            await connection.send("GET", f"/allowlist_identifiers?{query}")
    return time.perf_counter() - began


def seed_of(folder: Path, total: int) -> str:
    entries = [
        {"identifier": f"user{n}@example.com", "identifier_type": "email_address"}
        for n in range(total)
    ]
    seed = folder / f"{total}.json"
    seed.write_text(json.dumps({"allowlist_identifiers": entries}))
    return str(seed)


def identifiers(folder: Path, rounds: int, total: int) -> None:
    """Walks of a quarter and of the whole: linear is four times as long."""
    for where in ("memory", "file"):
        states = [str(folder / f"{n}.db") if where == "file" else "" for n in range(2)]
        few, many = seed_of(folder, total // 4), seed_of(folder, total)
        with (
            serving(SANDBOX, few, states[0]) as quarter,
            serving(SANDBOX, many, states[1]) as whole,
        ):
            pairs = [
                (
                    asyncio.run(seconds_to_list(whole, total)),
                    asyncio.run(seconds_to_list(quarter, total // 4)),
                )
                for _ in range(rounds)
            ]
        ratio = statistics.median(a / b for a, b in pairs)
        seconds = statistics.median(a for a, _ in pairs)
        print(
            f"list {total} in {where:8}  {ratio:5.2f} x the time for {total // 4} ({seconds:.2f} s)"
        )


def seconds_to_start() -> float:
    began = time.perf_counter()
    with serving(SANDBOX, "", ""):
        return time.perf_counter() - began


def seconds_to_import() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import starlette.applications, uvicorn"], check=True)
    return time.perf_counter() - began


def start_up(rounds: int) -> None:
    pairs = [(seconds_to_start(), seconds_to_import()) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    seconds = statistics.median(a for a, _ in pairs)
    print(f"start to listening        {ratio:5.2f} x import starlette, uvicorn ({seconds:.2f} s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=3000, help="of each kind, a round")
    parser.add_argument("--identifiers", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        templates(Path(name), asked.rounds, asked.requests)
        identifiers(Path(name), asked.rounds, asked.identifiers)
    start_up(asked.rounds)


if __name__ == "__main__":
    main()
