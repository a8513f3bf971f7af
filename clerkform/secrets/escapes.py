"""Escapes undone, and where what stands then stood before."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from html import unescape
from typing import Final

_ESCAPE = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<four>[0-9a-fA-F]{4})|\\U(?P<eight>[0-9a-fA-F]{8})"
    r"|(?P<bytes>(?:(?:\\x|%)[89a-fA-F][0-9a-fA-F])+)|(?:\\x|%)(?P<two>[0-7][0-9a-fA-F])"
    r"|\\(?P<short>[nrtbf])|\\(?P<mark>[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:\#[0-9]{1,8}|\#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,30});)"
)
"""What JSON, Python, YAML, Markdown, HTML, shells and addresses make of a character."""
_SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def may_have_escapes(text: str) -> bool:
    return "\\" in text or "%" in text or "&" in text


def unescaped(text: str) -> str:
    """``text`` with one layer of escapes undone."""
    return _ESCAPE.sub(_meant, text)


def in_original(above: Sequence[Stretches], start: int, end: int) -> tuple[int, int]:
    """Where in the text that was searched first something of its last layer stands."""
    for stretches in above:
        start, end = stretches.start_of(start), stretches.end_of(end)
    return start, end


class Stretches:
    """Where the characters of an unescaped text stand in the one that it was made of."""

    def __init__(self, text: str) -> None:
        self._begins, self._places = [0], [(0, 0)]
        """In the unescaped text: where each escape begins and what follows it; in the other: where
        that begins, and where it ends if it is an escape."""
        shift = 0
        for match in _ESCAPE.finditer(text):
            begin, meant = match.start() - shift, len(_meant(match))
            shift += len(match[0]) - meant
            self._begins += (begin, begin + meant)
            self._places += (match.span(), (match.end(), 0))

    def start_of(self, position: int) -> int:
        at = bisect_right(self._begins, position) - 1
        start, end = self._places[at]
        return start if end else start + position - self._begins[at]

    def end_of(self, position: int) -> int:
        """Behind the character that ends at ``position``."""
        at = bisect_right(self._begins, position - 1) - 1
        start, end = self._places[at]
        return end or start + position - self._begins[at]


def _meant(match: re.Match[str]) -> str:
    group, found = match.lastgroup, match[match.lastgroup or 0]
    match group:
        case "pair":
            units = int(found[2:6], 16), int(found[8:12], 16)
            return chr(0x10000 + (units[0] - 0xD800) * 0x400 + units[1] - 0xDC00)
        case "four" | "eight" | "two":
            code = int(found, 16)
            return chr(code) if code < 0x110000 else ""
        case "bytes":
            data = bytes.fromhex(re.sub(r"\\x|%", "", found))
            try:
                return data.decode()
            except UnicodeDecodeError:
                return data.decode("latin-1")
        case "short":
            return _SHORT[found]
        case "entity":
            return unescape(found)
    return found
