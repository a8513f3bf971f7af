"""One line of an env file set to a secret, and everything else in it left as it was."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dotenv.parser import Binding

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
"""What a shell and every reader of env files take as it is."""
MAX_ENV_FILE: Final = 100_000
"""Bytes of an env file that is read and written again."""
MOST_BLANKS: Final = 100
"""In a row on one of its lines."""


class UnfitFile(ValueError):
    """A write could change another variable, or not hold the value; the message says why."""


def with_line(content: str, name: str, value: str) -> str:
    """The text of an env file in which ``name`` is set to ``value``, once.

    Everything else stays byte for byte, values of several lines too. What sets the name is replaced
    where it stands, and keeps its ``export`` and its comment; what sets it once more is dropped,
    for the last would win.

    Raises:
        UnfitFile: the value has a line break, or readers of the file would not agree on what in it
            is one value.
    """
    check_line(content, name)
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    pieces, is_set = [mark], False
    for binding in _read(content).bindings:
        text = binding.original.string
        if binding.key != name:
            pieces.append(text)
        elif is_set:
            pieces.append(_BLANK_LINES.match(text)[0])  # type: ignore[index]  # it may be empty
        else:
            pieces.append(_reassigned(text, name, value))
            is_set = True
    if not is_set:
        ending = "\r\n" if "\r\n" in content else "\n"
        if pieces[-1] and not pieces[-1].endswith(("\n", "\ufeff")):
            pieces.append(ending)
        pieces.append(f"{name}={quoted(value)}{ending}")
    return "".join(pieces)


def check_line(content: str, name: str) -> None:
    """Asked of one file for each of thousands of names: it is read once, and a name looked up.

    Raises:
        UnfitFile: a line could be read in two ways, or names ``name`` and cannot be read.
    """
    file = _read(content)
    found = [file.unclear] if file.unclear else []
    if name in file.unreadable:
        found.append((file.unreadable[name], f"names `{name}` and cannot be read"))
    if found:
        line, why = min(found)
        raise UnfitFile(f"line {line} {why}")


_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
_BEGINNING = re.compile(r"\s*(?:export[^\S\r\n]+)?")
_KEY = re.compile(r"[^\s=]+[^\S\r\n]*(=[^\S\r\n]*)?")
_QUOTED_VALUE = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_PLAIN_VALUE = re.compile(r"(?:\S++|[^\S\r\n]++(?![#\r\n]|\Z))*+")
_BLANKS = re.compile(rf"[^\S\r\n]{{{MOST_BLANKS + 1}}}")
_WORD = re.compile(r"\w++")


@dataclass(frozen=True, slots=True)
class _EnvFile:
    bindings: tuple[Binding, ...]
    """What the file assigns, and all that is between: the originals make up the whole text."""
    unclear: tuple[int, str] | None
    """The first line that readers may not agree on, and why."""
    unreadable: Mapping[str, int]
    """Words of lines that cannot be read, and the first such line of each."""


@lru_cache(maxsize=4)
def _read(content: str) -> _EnvFile:
    if blanks := _BLANKS.search(content):  # for which the parser takes their square of time
        line = content.count("\n", 0, blanks.start()) + 1
        return _EnvFile((), (line, f"has more than {MOST_BLANKS} blanks in a row"), {})
    from dotenv.parser import parse_stream  # takes a while, and few deliver to such a file

    bindings: list[Binding] = []
    unreadable: dict[str, int] = {}
    text_alone = content.removeprefix("\ufeff")
    for binding in parse_stream(io.StringIO(text_alone, newline="")):
        text = binding.original.string
        before = text[: len(text) - len(text.lstrip())]
        line = binding.original.line + before.count("\n")
        bindings.append(binding)
        if why := _unclear(binding, text.strip()):
            return _EnvFile(tuple(bindings), (line, why), unreadable)
        if binding.error:
            for word in _WORD.findall(text):
                unreadable.setdefault(word, line)
    return _EnvFile(tuple(bindings), None, unreadable)


def _unclear(binding: Binding, text: str) -> str | None:
    """Why a shell and other readers may not agree where a value ends."""
    if binding.error and not {"'", '"', "`"}.isdisjoint(text):
        return "cannot be read, and may leave a quote open"
    if binding.key and text.endswith("\\"):
        return "ends in a backslash, and may go on in the next one"
    if binding.key and "\n" in text and "\\'" in text:
        return "has a backslash before a quote, which ends the value in a shell"
    return None


def _reassigned(text: str, name: str, value: str) -> str:
    """One assignment with another value."""
    beginning = _BEGINNING.match(text)[0]  # type: ignore[index]  # it may be empty
    key = _KEY.match(text, len(beginning))
    assert key is not None  # the parser found a key there
    at = key.end()
    if key[1]:
        is_empty = key[1] != "=" and text.startswith("#", at)
        there = _QUOTED_VALUE.match(text, at) or (not is_empty and _PLAIN_VALUE.match(text, at))
        at = there.end() if there else at
    rest = text[at:]
    gap = " " if rest.startswith("#") else ""
    return f"{beginning}{name}={quoted(value)}{gap}{rest}"


def quoted(value: str) -> str:
    """``value`` as a shell and the usual readers of env files understand it."""
    if "\n" in value or "\r" in value:
        raise UnfitFile("the secret has a line break, which a line of an env file cannot hold")
    if PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'
