"""Shortcodes: which there are, and where they stand in the text of a claim.

Source: Clerk's documents, "JWT templates". What they leave open is decided here so:

* A shortcode ends at the first ``}}``, so no literal can hold one.
* Quotes keep ``||`` together. Text in double quotes is no literal, and stands for nothing.
* Numbers are JSON's, of at most 15 digits; a path begins with a letter and holds no blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal

Path = tuple[str | int, ...]
"""A place inside claims."""
Type = Literal["string", "boolean", "number", "object", "list"]
TYPES: Final[frozenset[Type]] = frozenset({"string", "boolean", "number", "object", "list"})
FORMER_ORG: Final = "organization."
"""The former name of ``org.``, still found in templates."""


@dataclass(frozen=True, slots=True)
class Known:
    """One shortcode that Clerk offers."""

    name: str
    types: frozenset[Type]
    """Of its value, when there is one: null is always possible."""
    deep: bool = False
    """It takes a further path, as ``user.public_metadata.role`` does."""
    alias_of: str | None = None
    """The name that it goes by now."""

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]


def _catalogue() -> Iterator[Known]:
    of: Mapping[Type, Sequence[str]] = {
        "string": (
            *("user.id", "user.first_name", "user.last_name", "user.full_name", "user.username"),
            *("user.external_id", "user.image_url"),
            *("user.primary_email_address", "user.primary_phone_number"),
            *("org.id", "org.name", "org.slug", "org.role", "session.reverification_id"),
        ),
        "boolean": (
            *("user.email_verified", "user.phone_number_verified", "user.two_factor_enabled"),
        ),
        "number": ("user.created_at", "user.updated_at"),
        "object": ("user.organizations", "session.actor"),
        "list": ("org_membership.permissions",),
    }
    for type_, names in of.items():
        for name in names:
            yield Known(name, frozenset({type_}))
    for name in (
        *("user.public_metadata", "user.unsafe_metadata"),
        *("org.public_metadata", "org_membership.public_metadata"),
    ):
        yield Known(name, frozenset({"object"}), deep=True)


def _with_former_names(all_: Iterator[Known]) -> Iterator[tuple[str, Known]]:
    for one in all_:
        yield one.name, one
        if one.group == "org":
            former = FORMER_ORG + one.name.removeprefix("org.")
            yield former, Known(former, one.types, one.deep, alias_of=one.name)


CATALOGUE: Final[Mapping[str, Known]] = MappingProxyType(dict(_with_former_names(_catalogue())))


def known(path: str) -> Known | None:
    """The shortcode that ``path`` is, or is a path into."""
    if path in CATALOGUE:
        return CATALOGUE[path]
    group, _, rest = path.partition(".")
    entry = CATALOGUE.get(f"{group}.{rest.partition('.')[0]}")
    return entry if entry and entry.deep else None


@dataclass(frozen=True, slots=True)
class Operand:
    """One part of a fallback chain; a plain shortcode is a chain of one."""

    text: str
    """As it is written, without the blanks around it."""
    start: int
    """Where ``text`` begins in the whole string."""
    form: Literal["path", "literal", "double-quoted", "invalid"]
    value: str | bool | int | float | None = None
    """Of a literal."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Shortcode:
    """``{{a || b}}`` in the text of a claim."""

    text: str
    """With its braces."""
    start: int
    operands: tuple[Operand, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_OPEN: Final = "{{"
_CLOSE: Final = "}}"
_QUOTED_OR_BARS: Final = re.compile(r"""'[^']*'|"[^"]*"|\|\|""")
_PATH: Final = re.compile(r"""[A-Za-z][^\s'"|{}()\[\]]*""")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")


def find(text: str) -> tuple[Shortcode, ...]:
    """The shortcodes in ``text``, in order; ``{{`` that nothing closes is plain text."""
    return _found(text) if _OPEN in text else ()


@lru_cache(maxsize=50_000)  # a dozen rules ask about each claim
def _found(text: str) -> tuple[Shortcode, ...]:
    return tuple(_shortcodes(text))


def _shortcodes(text: str) -> Iterator[Shortcode]:
    start = text.find(_OPEN)
    while start >= 0 and (close := text.find(_CLOSE, start + len(_OPEN))) >= 0:
        end = close + len(_CLOSE)
        inside = start + len(_OPEN)
        yield Shortcode(text[start:end], start, tuple(_operands(text[inside:close], inside)))
        start = text.find(_OPEN, end)


def around(text: str) -> Iterator[str]:
    """What is left of ``text`` before, between and after its shortcodes."""
    end = 0
    for shortcode in find(text):
        yield text[end : shortcode.start]
        end = shortcode.end
    yield text[end:]


def whole(text: str) -> Shortcode | None:
    """The shortcode that ``text`` is, if it is one and nothing else, not even a blank."""
    found = find(text)
    return found[0] if len(found) == 1 and found[0].text == text else None


def strings(claims: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string value in ``claims``, at any depth, with its place. Keys are no values."""
    yield from ((at, value) for at, value in walk(claims, path) if isinstance(value, str))


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in ``value``, itself first, with its place; in the order that they are written.

    With a stack: what is handed up through a hundred generators takes a hundred times as long.
    """
    stack = [(path, value)]
    while stack:
        at, here = stack.pop()
        yield at, here
        if isinstance(here, Mapping):
            stack += [((*at, key), here[key]) for key in reversed(here)]
        elif isinstance(here, list | tuple):
            stack += [((*at, index), here[index]) for index in reversed(range(len(here)))]


def _operands(text: str, start: int) -> Iterator[Operand]:
    bars = [match for match in _QUOTED_OR_BARS.finditer(text) if match[0] == "||"]
    begins = [0, *(match.end() for match in bars)]
    ends = [*(match.start() for match in bars), len(text)]
    for begin, end in zip(begins, ends, strict=True):
        written = text[begin:end]
        leading = len(written) - len(written.lstrip())
        yield _operand(written.strip(), start + begin + leading)


def _operand(text: str, start: int) -> Operand:
    if text in ("true", "false"):
        return Operand(text, start, "literal", text == "true")
    first = text[:1]
    if first in ("'", '"'):
        if len(text) < 2 or text.find(first, 1) != len(text) - 1:
            return Operand(text, start, "invalid")
        if first == '"':
            return Operand(text, start, "double-quoted")
        return Operand(text, start, "literal", text[1:-1])
    if _NUMBER.fullmatch(text):
        return Operand(text, start, "literal", float(text) if "." in text else int(text))
    return Operand(text, start, "path" if _PATH.fullmatch(text) else "invalid")
