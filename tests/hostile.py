"""A server in Clerk's place that does what a script says: answers that never end, or are far too
much. In virtual time as a transport of httpx, or on loopback."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

INSTANCE = {"object": "instance", "id": "ins_1", "environment_type": "development"}
CHUNK = 1 << 16


@dataclass
class Answer:
    """A body in pieces, and headers."""

    pieces: Iterator[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    every: float = 0.0
    """Seconds before each piece, in virtual time."""


Script = Callable[[str, dict[str, str]], Answer]
"""From a path below ``/v1`` and its query to an answer."""


def said(body: Any, **options: Any) -> Answer:
    return Answer(iter([json.dumps(body).encode()]), **options)


def raw(text: str) -> Answer:
    return Answer(iter([text.encode()]))


def without_end(piece: bytes = b" " * CHUNK, start: bytes = b"[") -> Iterator[bytes]:
    yield start
    while True:
        yield piece


def numbered(offset: int, count: int) -> list[dict[str, Any]]:
    return [{"id": f"x_{at}", "url": f"app://{at}"} for at in range(offset, offset + count)]


def endless_pages(query: dict[str, str]) -> Answer:
    """A full page as a bare array, whatever the offset."""
    return said(numbered(int(query["offset"]), int(query["limit"])))


def bomb(times: int = 1) -> Answer:
    """A gigabyte in a megabyte; packed once more, in a kilobyte."""
    packer, blank = zlib.compressobj(wbits=31), b" " * (1 << 20)

    def pieces() -> Iterator[bytes]:
        yield packer.compress(b"[")
        for _ in range(1000):
            yield packer.compress(blank)
        yield packer.flush()

    body = pieces()
    if times == 2:
        body = iter([zlib.compress(b"".join(body), wbits=31)])
    return Answer(body, {"Content-Encoding": ", ".join(["gzip"] * times)})


def instance_and(rest: Script) -> Script:
    """``rest``, to a client that has been told which instance this is, and its settings."""

    def script(path: str, query: dict[str, str]) -> Answer:
        is_own = path == "/instance" or path.startswith("/instance/")
        return said(INSTANCE) if is_own else rest(path, query)

    return script


class Scripted(httpx.AsyncBaseTransport):
    """The script as a transport; keeps the paths that were asked for and counts the bytes."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.asked: list[str] = []
        self.sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1")
        self.asked.append(path)
        answer = self._script(path, dict(request.url.params))
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(self, answer))


class _Stream(httpx.AsyncByteStream):
    def __init__(self, transport: Scripted, answer: Answer) -> None:
        self._transport, self._answer = transport, answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._answer.pieces:
            await asyncio.sleep(self._answer.every)
            self._transport.sent += len(piece)
            yield piece


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The script on loopback: its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: those[-1] for name, those in parse_qs(parts.query).items()}
            answer = script(parts.path.removeprefix("/v1"), query)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in answer.pieces:
                    self.wfile.write(piece)
            except OSError:
                pass  # it was told enough

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
