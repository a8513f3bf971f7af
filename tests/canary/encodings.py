"""Every way in which a text may say a secret. Written without a look at what redacts them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from urllib.parse import quote, quote_plus

SHORTEST = 12
"""Characters of a line of a key; shorter ones may stand anywhere."""

MARKDOWN = "\\`*_<>[]#|~@&$"
"""What is escaped with a backslash there."""


def leaks(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Names of the secrets that ``text`` says."""
    return [name for name, secret in secrets.items() if any(s in text for s in sayings(secret))]


@cache
def sayings(secret: str) -> frozenset[str]:
    lines = [secret]
    if "\n" in secret:
        lines += [line for line in secret.splitlines() if "-----" not in line]
    return frozenset(s for line in lines if len(line) >= SHORTEST for s in _encoded(line))


def _encoded(text: str) -> Iterator[str]:
    data = text.encode()
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield json.dumps(json.dumps(text))[3:-3]
    yield repr(text)[1:-1]
    yield repr(data)[2:-1]
    yield escape(text)
    yield quote(text)
    yield quote(text, safe="")
    yield quote_plus(text)
    yield text.upper()
    yield text.lower()
    yield text[::-1]
    yield data.hex()
    yield data.hex().upper()
    yield "".join(f"%{byte:02X}" for byte in data)
    yield "".join(f"%{byte:02x}" for byte in data)
    yield "".join(f"&#{ord(character)};" for character in text)
    yield "".join(f"&#x{ord(character):x};" for character in text)
    yield "".join(f"\\{c}" if c in MARKDOWN else c for c in text)
    for before in range(3):
        # Without the characters that what is around it has a part in.
        encoded = base64.b64encode(b"\0" * before + data + b"\0\0").decode()
        yield encoded[4:-4]
        yield base64.urlsafe_b64encode(b"\0" * before + data + b"\0\0").decode()[4:-4]
