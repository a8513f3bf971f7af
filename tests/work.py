"""How much work something is, counted rather than timed: the same on every machine, however busy.

Counted are calls of Python functions, what methods of texts and lists go through, and the steps of
regular expressions, which a small backtracking matcher of our own takes for that purpose.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any
from unittest.mock import patch

SCANS = {
    *("split", "splitlines", "count", "replace", "expandtabs", "lower", "upper", "strip"),
    *("lstrip", "rstrip", "encode", "isprintable", "translate", "isascii", "index", "copy"),
}
PACKAGES = ("clerkform.", "dotenv.")
"""Whose patterns count."""
SEARCHES = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


def work_of(action: Callable[[], object]) -> int:
    """The work that ``action`` is."""
    count = 0

    def profile(frame: Any, event: str, what: Any) -> None:
        nonlocal count
        if event == "call":
            count += 1
        elif event == "c_call":
            of = getattr(what, "__self__", None)
            scans = isinstance(of, str | list) and what.__name__ in SCANS
            count += len(of) if scans else 1

    with _counted_patterns() as steps:
        sys.setprofile(profile)
        try:
            action()
        finally:
            sys.setprofile(None)
    return count + steps.count


def lines_of(action: Callable[[], object], *but: str) -> Counter[str]:
    """How many lines of each function of the package run, each turn of a loop one at least, ``but`` of
    none in a module whose name begins so. What C does by itself, such as to look into a list, is none."""
    counts: Counter[str] = Counter()

    def trace_line(frame: Any, event: str, _: Any) -> Any:
        code = frame.f_code
        if event == "line":
            counts[f"{frame.f_globals['__name__']}:{code.co_firstlineno} {code.co_name}"] += 1
        return trace_line

    def trace(frame: Any, event: str, _: Any) -> Any:
        name = frame.f_globals.get("__name__", "")
        return trace_line if name.startswith("clerkform.") and not name.startswith(but) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return counts


class Steps:
    """The steps that the patterns of the package would have taken."""

    def __init__(self) -> None:
        self.count = 0
        self.known: dict[tuple[re.Pattern[str], str, str, int], int] = {}

    def add(self, pattern: re.Pattern[str], how: str, text: str, start: int = 0) -> None:
        before = sys.getprofile()
        sys.setprofile(None)
        try:
            key = (pattern, how, text, start)
            if key not in self.known:
                self.known[key] = steps_of(pattern, text, start, how)
            self.count += self.known[key]
        finally:
            sys.setprofile(before)


class Counted:
    """A pattern that says what it is asked."""

    def __init__(self, pattern: re.Pattern[str], steps: Steps) -> None:
        self.pattern, self.steps = pattern, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.pattern, name)
        if name not in SEARCHES:
            return found

        def asked(*args: Any) -> Any:
            text, *rest = args[1:] if name == "sub" else args
            at = rest[0] if rest and name in ("search", "match", "fullmatch") else 0
            self.steps.add(self.pattern, name, text, at)
            return found(*args)

        return asked


def _counted(name: str, steps: Steps, frame: Callable[[int], Any]) -> Callable[..., Any]:
    """``re``'s own function of that name, which says what the packages ask it."""
    plain = getattr(re, name)

    def asked(pattern: Any, *args: Any, flags: int = 0, **more: Any) -> Any:
        if isinstance(pattern, Counted):
            return getattr(pattern, name)(*args)
        asker = frame(1).f_globals.get("__name__", "")
        if asker.startswith(PACKAGES) and isinstance(pattern, str):
            steps.add(re.compile(pattern, flags or _flags(name, args)), name, _text(name, args))
        return (
            plain(pattern, *args, flags=flags, **more) if flags else plain(pattern, *args, **more)
        )

    return asked


def _text(name: str, args: Sequence[Any]) -> str:
    return str(args[1] if name == "sub" else args[0])


def _flags(name: str, args: Sequence[Any]) -> int:
    """``re.fullmatch(pattern, text, re.DOTALL)``"""
    is_given = name in ("search", "match", "fullmatch") and len(args) > 1
    return int(args[1]) if is_given else 0


@contextmanager
def _counted_patterns() -> Iterator[Steps]:
    steps = Steps()
    patches = [
        patch.object(module, name, Counted(value, steps))
        for module_name, module in tuple(sys.modules.items())
        if module_name.startswith(PACKAGES)
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    ]
    patches += [patch.object(re, name, _counted(name, steps, sys._getframe)) for name in SEARCHES]
    for each in patches:
        each.start()
    try:
        yield steps
    finally:
        for each in patches:
            each.stop()


def steps_of(pattern: re.Pattern[str], text: str, start: int, how: str) -> int:
    """The steps to find what ``pattern`` finds."""
    matcher = Matcher(pattern, text)
    if how in ("match", "fullmatch"):
        matcher.match(start, whole=how == "fullmatch")
    else:
        for _ in matcher.finds(start, once=how == "search"):
            pass
    return matcher.steps


class Matcher:
    """A backtracking matcher: the first way to match is ``re``'s, and so is the way there."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.text, self.flags, self.steps = text, pattern.flags, 0
        self.nodes = list(_parser.parse(pattern.pattern, pattern.flags))

    def match(self, start: int, *, whole: bool = False) -> int | None:
        """Where the match at ``start`` ends."""
        for end in self._seq(self.nodes, 0, start):
            if not whole or end == len(self.text):
                return end
        return None

    def finds(self, start: int, *, once: bool) -> Iterator[tuple[int, int]]:
        while start <= len(self.text):
            end = self.match(start)
            if end is not None:
                yield start, end
                if once:
                    return
            start = start + 1 if end is None or end == start else end

    def _seq(self, nodes: Sequence[Any], index: int, at: int) -> Iterator[int]:
        self.steps += 1
        if index == len(nodes):
            yield at
            return
        kind, told = nodes[index]
        for end in self._one(kind, told, at):
            yield from self._seq(nodes, index + 1, end)

    def _one(self, kind: Any, told: Any, at: int) -> Iterator[int]:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            yield from self._repeat(kind, told, at)
        elif kind is op.POSSESSIVE_REPEAT:  # the first way and no other
            yield from islice(self._repeat(op.MAX_REPEAT, told, at), 1)
        elif kind is op.ATOMIC_GROUP:
            yield from islice(self._seq(list(told), 0, at), 1)
        elif kind is op.SUBPATTERN:
            yield from self._seq(list(told[3]), 0, at)
        elif kind is op.BRANCH:
            for branch in told[1]:
                yield from self._seq(list(branch), 0, at)
        elif kind is op.AT:
            yield from [at] if self._is_at(told, at) else []
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            where, inner = told
            begin = at if where > 0 else at - inner.getwidth()[0]
            holds = begin >= 0 and next(self._seq(list(inner), 0, begin), None) is not None
            yield from [at] if holds == (kind is op.ASSERT) else []
        elif at < len(self.text) and self._fits(kind, told, self.text[at]):
            yield at + 1

    def _repeat(self, kind: Any, told: Any, at: int) -> Iterator[int]:
        least, most, inner = told
        nodes = list(inner)
        if len(nodes) == 1 and inner.getwidth() == (1, 1) and nodes[0][0] is not op.SUBPATTERN:
            yield from self._repeat_character(kind, least, most, nodes[0], at)
        else:
            yield from self._repeat_group(kind, least, most, nodes, at)

    def _repeat_character(
        self, kind: Any, least: int, most: Any, node: Any, at: int
    ) -> Iterator[int]:
        end = at
        if kind is op.MIN_REPEAT:
            while end - at <= most:
                self.steps += 1
                if end - at >= least:
                    yield end
                if end >= len(self.text) or next(self._one(*node, end), None) is None:
                    return
                end += 1
            return
        while end - at < most and next(self._one(*node, end), None) is not None:
            self.steps += 1
            end += 1
        for back in range(end, at + least - 1, -1):
            self.steps += 1
            yield back

    def _repeat_group(
        self, kind: Any, least: int, most: Any, nodes: Sequence[Any], at: int
    ) -> Iterator[int]:
        """With a stack of its own: a group may repeat more often than Python can recurse."""
        stack = [(at, self._seq(nodes, 0, at) if most > 0 else iter(()))]
        if kind is op.MIN_REPEAT and least == 0:
            yield at
        while stack:
            begin, ends = stack[-1]
            end = next(ends, None)
            if end is None:
                stack.pop()
                if kind is op.MAX_REPEAT and len(stack) >= least:
                    yield begin
            elif end != begin:
                more = len(stack) < most
                stack.append((end, self._seq(nodes, 0, end) if more else iter(())))
                if kind is op.MIN_REPEAT and len(stack) > least:
                    yield end

    def _is_at(self, where: Any, at: int) -> bool:
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0
        if where is op.AT_END:
            return at == len(self.text) or (at == len(self.text) - 1 and self.text[at] == "\n")
        if where is op.AT_END_STRING:
            return at == len(self.text)
        around = [
            0 <= place < len(self.text) and _is_word(self.text[place]) for place in (at - 1, at)
        ]
        return (around[0] != around[1]) == (where is op.AT_BOUNDARY)

    def _fits(self, kind: Any, told: Any, character: str) -> bool:
        if kind is op.ANY:
            return bool(self.flags & re.DOTALL) or character != "\n"
        if kind is op.IN:
            items = list(told)
            negated = items[0][0] is op.NEGATE
            return negated != any(self._in(*item, character) for item in items[negated:])
        return self._in(kind, told, character)

    def _in(self, kind: Any, told: Any, character: str) -> bool:
        if kind is op.CATEGORY:
            name = str(told).rpartition("_")[2]
            holds = {"SPACE": str.isspace, "DIGIT": str.isdecimal, "WORD": _is_word}[name](
                character
            )
            return holds != ("NOT" in str(told))
        ways = {character}
        if self.flags & re.IGNORECASE:
            ways |= {character.lower(), character.upper()}
        if kind is op.RANGE:
            return any(told[0] <= ord(way) <= told[1] for way in ways if len(way) == 1)
        found = told in {ord(way) for way in ways if len(way) == 1}
        return found != (kind is op.NOT_LITERAL)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
