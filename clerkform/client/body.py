"""The body of an answer: read and unpacked no further than it may be, and then taken for JSON."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import httpx

from clerkform.client.bounds import DEEPEST, Question
from clerkform.manifest.scalars import MAX_NUMBER
from clerkform.model.canonical import nests_deeper

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


class NotJson(ValueError):
    """A body that is no JSON, or none that can be used: what it is, as the end of a sentence."""


def count_values(content: bytes | bytearray) -> int:
    """At least as many values as ``content`` has if it is JSON: each follows one of these."""
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def parse_json(content: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        NotJson: it has none, or one that no setting can hold.
    """
    try:
        value = json.loads(
            content, parse_constant=_no_number, parse_float=_finite, parse_int=_countable
        )
    except NotJson:
        raise
    except ValueError:
        raise NotJson("") from None
    except RecursionError:
        raise NotJson(f"JSON {_TOO_DEEP}") from None
    if nests_deeper(value, DEEPEST):
        raise NotJson(f"{_deepest(value)} {_TOO_DEEP}")
    return value


_TOO_DEEP: Final = f"that is nested more than {DEEPEST} levels deep"
_ID: Final = re.compile(r"[A-Za-z0-9_]{1,80}")


def _deepest(value: Any) -> str:
    """What of an answer nests too deeply: an application may have written that into one object."""
    entries = value.get("data") if isinstance(value, dict) else value
    for entry in entries if isinstance(entries, list) else [value]:
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and _ID.fullmatch(name) and nests_deeper(entry, DEEPEST - 2):
            return f"an object, {name},"
    return "JSON"


def _no_number(text: str) -> NoReturn:
    raise NotJson(f"`{text}`, which is no JSON")


def _finite(text: str) -> float:
    number = float(text) if len(text) <= MAX_NUMBER else math.inf
    if not math.isfinite(number):
        raise NotJson(_TOO_LARGE)
    return number


def _countable(text: str) -> int:
    if len(text) > MAX_NUMBER:  # as in a manifest
        raise NotJson(_TOO_LARGE)
    return int(text)


_TOO_LARGE: Final = "a number that no setting can hold"
