"""The body of an answer: read and unpacked no further than it may be, and then taken for JSON."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any, Final

import httpx

from clerkform.client.bounds import DEEPEST, Question
from clerkform.manifest.strict_json import NotJson, TooDeep, nests_deeper, strict_json

ENCODING: Final = "gzip"
"""The only packing that is asked for: each can make much of little, and two of them more."""
STEP: Final = 1 << 20
"""Bytes that are unpacked at once."""


async def read_answer(response: httpx.Response, question: Question) -> httpx.Response:
    """``response`` with all of its body, from the network.

    Raises:
        PastBound: the body is larger than it may be.
        httpx.DecodingError: it is not packed as it says.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in (ENCODING, "identity"):
        raise httpx.DecodingError("an encoding that was not asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packing == ENCODING else None
    body = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    # The stream and not the response's own iterators, which unpack whole chunks.
    async for chunk in response.stream:
        question.holds(len(chunk))
        if unpacker is None:
            body += chunk
            continue
        for part in _unpacked(unpacker, chunk):
            question.holds(len(part))
            body += part
    if unpacker and body and not unpacker.eof:
        raise httpx.DecodingError("a packed body that ends early")
    question.counts(count_values(body))
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return httpx.Response(response.status_code, headers=headers, content=bytes(body))


def _unpacked(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    try:
        while chunk and not unpacker.eof:
            yield unpacker.decompress(chunk, STEP)
            chunk = unpacker.unconsumed_tail
    except zlib.error:
        raise httpx.DecodingError("a packed body that is damaged") from None


def count_values(content: bytes | bytearray) -> int:
    """At least as many values as ``content`` has if it is JSON: each follows one of these."""
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def parse_json(content: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        NotJson: it has none, or one that no setting can hold.
    """
    try:
        return strict_json(content, DEEPEST)
    except TooDeep as deep:
        if name := _deepest(deep.value):
            how = f"an object, {name}, that is nested more than {DEEPEST} levels deep"
            raise NotJson(how) from None
        raise


_ID: Final = re.compile(r"[A-Za-z0-9_]{1,80}")


def _deepest(value: Any) -> str | None:
    """The id of what nests too deeply: an application may have written that into one object."""
    entries = value.get("data") if isinstance(value, dict) else value
    for entry in entries if isinstance(entries, list) else [value]:
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and _ID.fullmatch(name) and nests_deeper(entry, DEEPEST - 2):
            return name
    return None
