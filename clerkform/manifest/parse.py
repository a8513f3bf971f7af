"""Manifest text to nodes that know their place: YAML 1.2 core scalars, no repeated keys.

The tree is built from the parser's events rather than with ``yaml.compose``, which recurses and
resolves by YAML 1.1: so depth and aliases are bounded here, and ``no`` and ``1:30`` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from clerkform.diagnostics import Diagnostic, Problems, Source, Span, TooManyProblems
from clerkform.manifest.events import Listener, events_of
from clerkform.manifest.node import Json, Node, Scalar
from clerkform.manifest.scalars import (
    MAX_NUMBER,
    NOT_SURELY_TEXT,
    UnfitScalar,
    checked,
    resolve,
)
from clerkform.manifest.syntax_hints import explain, may_hold_secret, span_at, write_quoted

__all__ = ["Json", "Node", "Scalar", "parse"]

MAX_DEPTH: Final = 100
"""Levels of nesting. What comes later may recurse, and no setting of Clerk's is half as deep."""
MAX_EXPANSION: Final = 1_000_000
"""Characters of YAML that all of a file's aliases together may stand for."""
MAX_REPAIRS: Final = 20
"""Syntax errors with a known cure that are reported for one file at once."""
MAX_PIECES: Final = 300_000
"""Keys, values and brackets of a file; each takes a while to look at."""
LEAST_PIECE: Final = 3
"""Characters for each of them where there are more. What people and ``pull`` write has twice that."""
MAX_READ: Final = 500_000
"""Characters of a file that are read once more after a cure: it is read from its beginning."""


def parse(source: Source, problems: Problems) -> Node | None:
    """Compose ``source``; None where nothing can be made of the file.

    A syntax error whose cure is known is cured in memory, so that it hides none after it.
    """
    if _control_characters(source, problems):
        return None
    text, traps = source.text, dict[int, Diagnostic]()
    root, found, read = None, problems.part(), 0
    for _ in range(MAX_REPAIRS):
        found = problems.part()
        try:
            root = _Composer(source, text, found).compose()
            break
        except TooManyProblems:
            break
        except yaml.MarkedYAMLError as error:
            trap = explain(source, text, error)
            read += error.problem_mark.index if error.problem_mark else len(text)
        known = traps.get(trap.line)
        if known is None:
            traps[trap.line] = trap.diagnostic
        elif known.code == trap.diagnostic.code:  # the line has two of them: hint at the whole cure
            traps[trap.line] = replace(known, hint=trap.diagnostic.hint)
        else:  # the cure was none; one finding for a line is enough
            break
        if trap.cured is None or read > MAX_READ:
            break
        lines = text.split("\n")
        lines[trap.line - 1] = trap.cured
        text = "\n".join(lines)
    problems += traps.values()
    problems += found
    return root


# YAML's printable characters, less the three that YAML 1.1 takes for line breaks (and 1.2 does
# not), the byte order mark, and a carriage return that ends no line.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|\r(?!\n)"
)


def _control_characters(source: Source, problems: Problems) -> bool:
    match = _UNPRINTABLE.search(source.text, 1 if source.text.startswith("\ufeff") else 0)
    if match is None:
        return False
    code = ord(match[0])
    escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    problems.error(
        "control-character",
        f"the character U+{code:04X} cannot stand in YAML as it is",
        span_at(source, match.start()),
        hint=f'remove it, or write it as `{escape}` between double quotes ("...")',
        quotes_line=False,  # a terminal should not be sent what is refused here
    )
    return True


_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final[Mapping[str, type | tuple[type, ...]]] = {
    f"{_TAG}int": int,
    f"{_TAG}float": (int, float),
    f"{_TAG}bool": bool,
    f"{_TAG}null": type(None),
}
_TEXT_TAGS = ("!", f"{_TAG}str")
_PHONE = re.compile(r"\+[0-9]+")


class _Stop(Exception):
    """Nothing more can be made of this file; why is already reported."""


@dataclass(slots=True)
class _Known:
    """What an anchor names; without a node while it is still open."""

    node: Node | None = None
    weight: int = 0
    """Characters of YAML that it stands for, aliases in it written out."""
    height: int = 0


class _Open:
    """A list, or where ``map`` is set a map, whose end has not come yet."""

    __slots__ = (
        *("span", "index", "map", "items", "keys", "key", "awaits_value", "odd_keys"),
        *("known", "expanded", "height"),
    )

    def __init__(
        self, span: Span, index: int, *, is_map: bool, known: _Known | None, expanded: int
    ) -> None:
        """``expanded``: what aliases had written out before this began."""
        self.span, self.index = span, index
        self.map: dict[str, Node] | None = {} if is_map else None
        self.items: list[Node] = []
        self.keys: dict[str, Span] = {}
        self.key: str | None = None
        self.awaits_value = False
        self.odd_keys: list[Span] = []
        self.known, self.expanded, self.height = known, expanded, 0


class _Composer(Listener):
    """Builds nodes from events with a stack of its own, so that no nesting can exhaust Python's."""

    def __init__(self, source: Source, text: str, problems: Problems) -> None:
        self.source, self.text, self.problems = source, text, problems
        self.anchors: dict[str, _Known] = {}
        self.expanded = 0
        self.taken = 0
        """Where the last event ended."""
        self.room = max(MAX_PIECES, len(text) // LEAST_PIECE)
        self.root = _Open(Span(source, 1, 1), 0, is_map=False, known=None, expanded=0)
        self.stack = [self.root]

    def compose(self) -> Node | None:
        """The document's root; None where there is none, or the file is refused.

        Raises:
            yaml.MarkedYAMLError: the syntax is wrong.
        """
        try:
            self._take_events()
        except _Stop:
            return None
        except yaml.MarkedYAMLError as error:
            if self._is_too_deep_before(error):
                return None
            raise
        if not self.root.items or self.root.items[0].value is None:
            self._error(
                "empty-file",
                "there is nothing in this file",
                Span(self.source, 1, 1),
                hint="write a section such as `redirect_urls:` into it, or delete the file",
            )
            return None
        return self.root.items[0]

    def _take_events(self) -> None:
        for count, (event, tell) in enumerate(events_of(self.text, self), start=1):
            self.taken = event.end_mark.index
            tell(event)
            if count == self.room:
                self._too_many_pieces(event)

    def _is_too_deep_before(self, error: yaml.MarkedYAMLError) -> bool:
        """Report nesting that is too deep ahead of ``error``, if there is any.

        While a bracket may yet begin a key, a parser reads on before it tells of it: up to 1024
        characters, in which it can meet a mistake or, in libyaml since 0.2.6, a limit of its own.
        Of a text that ends there, it tells every bracket.
        """
        mark = error.problem_mark
        assert mark is not None  # as in `explain`
        ahead = self.text[self.taken : mark.index]
        if "[" not in ahead and "{" not in ahead:
            return False
        before = _Composer(self.source, self.text[: mark.index], Problems())
        with suppress(_Stop, yaml.MarkedYAMLError):
            before._take_events()
        found = [problem for problem in before.problems if problem.code == "too-deep"]
        self.problems += found
        return bool(found)

    def _too_many_pieces(self, event: Any) -> None:
        self._error(
            "too-large",
            f"{self.room:,} keys, values and brackets stand before this",
            self._span(event),
            hint="use several files",
        )
        raise _Stop

    def document(self, event: Any) -> None:
        if self.root.items:
            self._error(
                "several-documents",
                "a second document starts here; a file holds one",
                self._span(event),
                hint="move what follows to a file of its own, or delete the `---`",
            )
            raise _Stop

    def scalar(self, event: Any) -> None:
        text: str = event.value
        mark = event.start_mark
        span = Span(self.source, mark.line + 1, mark.column + 1)
        if event.style == '"':
            self._check_escapes(text, span)
        parent = self.stack[-1]
        value: Scalar = text
        if parent.map is not None and not parent.awaits_value:
            self._key(parent, text, span, plain=not event.style)
        else:
            if event.tag is not None:
                value = self._tagged(text, event.tag, span)
            elif not event.style and (not text or text[0] in NOT_SURELY_TEXT):
                value = self._plain(text, span)
            _place(parent, Node(value, span))
        if event.anchor is not None:
            self.anchors[event.anchor] = _Known(Node(value, span), len(text) + 1)

    def _check_escapes(self, text: str, span: Span) -> None:
        try:
            checked(text)
        except UnfitScalar as error:  # libyaml refuses such an escape, Python's scanner does not
            self._error("yaml-syntax", str(error), span)

    def _plain(self, text: str, span: Span) -> Scalar:
        if text[:1] == "+" and _PHONE.fullmatch(text):
            self._error(
                "quote-number",
                "without quotes this is a number, and its `+` is lost",
                span,
                hint=f'write `"{text}"`' if len(text) <= MAX_NUMBER else "put quotes around it",
            )
            return text
        try:
            return resolve(text)
        except UnfitScalar as error:
            self._error("unfit-number", str(error), span, hint="put quotes around it if it is text")
            return text

    def _tagged(self, text: str, tag: str, span: Span) -> Scalar:
        if tag in _TEXT_TAGS:
            return text
        if tag not in _SCALAR_TAGS:
            self._unknown_tag(span)
            return text
        value = self._plain(text, span)
        wanted = _SCALAR_TAGS[tag]
        if not isinstance(value, wanted) or (value is True or value is False) != (wanted is bool):
            self._error(
                "wrong-tag", "the value is not what its `!!` tag says", span, hint="leave it out"
            )
        return value

    def _unknown_tag(self, span: Span) -> None:
        self._error(
            "unknown-tag",
            "a manifest has no use for this `!` tag",
            span,
            hint="leave it out; put quotes around a value that begins with `!`",
        )

    def _key(self, parent: _Open, text: str, span: Span, *, plain: bool) -> None:
        parent.awaits_value, parent.key = True, None
        if plain and text == "<<":
            self._error(
                "merge-key",
                "merge keys (`<<`) are not part of YAML 1.2",
                span,
                hint="write the fields out, or use `${var.name}` for what repeats",
            )
        elif plain and not text:
            self._odd_key(span)
        elif text in parent.keys:
            self._error(
                "duplicate-key",
                f"`{text}` stands twice in this map",
                span,
                hint="remove one of the two",
                related=[("first here", parent.keys[text])],
            )
        else:
            parent.key, parent.keys[text] = text, span

    def _odd_key(self, span: Span) -> None:
        self._error(
            "key-not-string",
            "a key must be text, not a map, a list or nothing",
            span,
            hint="put quotes around the key, or around a value that begins with `{` or `[`",
        )

    def start(self, event: Any) -> None:
        is_map = type(event) is yaml.MappingStartEvent
        span = self._span(event)
        self._check_depth(span, len(self.stack))
        if event.tag not in (None, "!", f"{_TAG}map" if is_map else f"{_TAG}seq"):
            self._unknown_tag(span)
        known = None
        if event.anchor is not None:
            known = self.anchors[event.anchor] = _Known()
        index = event.start_mark.index
        self.stack.append(_Open(span, index, is_map=is_map, known=known, expanded=self.expanded))

    def end(self, event: Any) -> None:
        frame, end = self.stack.pop(), event.end_mark.index
        parent = self.stack[-1]
        height = frame.height + 1
        parent.height = max(parent.height, height)
        node = self._finish(frame, end)
        if frame.known is not None:
            frame.known.weight = end - frame.index + self.expanded - frame.expanded
            frame.known.node, frame.known.height = node, height
        self._place_or_key(parent, node)

    def _finish(self, frame: _Open, end: int) -> Node:
        if frame.map is None:
            return Node(tuple(frame.items), frame.span)
        written = self.text[frame.index : end] if frame.odd_keys else ""
        if written.startswith("{{") and written.endswith("}}") and not frame.map:
            self._unquoted_shortcode(frame, written)
            return Node(written, frame.span)
        for span in frame.odd_keys:
            self._odd_key(span)
        return Node(frame.map, frame.span, frame.keys)

    def _unquoted_shortcode(self, frame: _Open, written: str) -> None:
        line, start = self.source.line(frame.span.line), frame.span.column - 1
        self._error(
            "unquoted-shortcode",
            "without quotes, YAML reads this shortcode as maps",
            frame.span,
            hint=write_quoted(line, start, start + len(written)),
        )

    def alias(self, event: Any) -> None:
        span, name = self._span(event), event.anchor
        known = self.anchors.get(name)
        if known is None:
            parent = self.stack[-1]
            if parent.awaits_value and parent.key is None:  # the key is wrong, and said to be
                parent.awaits_value = False
            else:
                self._unknown_alias(event, span)
            return
        if known.node is None:
            self._error("alias-bomb", f"`*{name}` stands inside what it stands for", span)
            raise _Stop
        self._check_depth(span, len(self.stack) - 1 + known.height)
        self.expanded += known.weight
        if self.expanded > MAX_EXPANSION:
            self._error(
                "alias-bomb",
                f"aliases in this file stand for more than {MAX_EXPANSION:,} characters of YAML",
                span,
                hint="write out what is meant, and only what is needed",
            )
            raise _Stop
        parent = self.stack[-1]
        parent.height = max(parent.height, known.height)
        self._place_or_key(parent, known.node, span)

    def _unknown_alias(self, event: Any, span: Span) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        written = self.text[start:end]
        line, column = self.source.line(span.line), span.column - 1
        message = (
            f"without quotes `{written}` is an alias, and nothing here is named `&{event.anchor}`"
        )
        if may_hold_secret(self.source, span.line):
            message = "without quotes this value is an alias, and nothing here has its name"
        self._error(
            "quote-leading-star",
            message,
            span,
            hint=f"{write_quoted(line, column, column + end - start)} if it is text",
        )
        self._place_or_key(self.stack[-1], Node(written, span))

    def _place_or_key(self, parent: _Open, node: Node, span: Span | None = None) -> None:
        """``span`` says where an alias stands; its node stands at its anchor."""
        if parent.map is None or parent.awaits_value:
            _place(parent, node)
        elif isinstance(node.value, str):
            self._key(parent, node.value, span or node.span, plain=False)
        else:
            parent.odd_keys.append(span or node.span)
            parent.awaits_value, parent.key = True, None

    def _check_depth(self, span: Span, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._error("too-deep", f"nested more than {MAX_DEPTH} levels deep", span)
            raise _Stop

    def _span(self, event: Any) -> Span:
        mark = event.start_mark
        return Span(self.source, mark.line + 1, mark.column + 1)

    def _error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        related: Iterable[tuple[str, Span]] = (),
    ) -> None:
        secret = may_hold_secret(span.source, span.line)
        self.problems.error(
            code,
            message,
            span,
            hint=None if secret else hint,
            related=related,
            quotes_line=not secret,
        )


def _place(parent: _Open, node: Node) -> None:
    if parent.map is None:
        parent.items.append(node)
        return
    if parent.key is not None:
        parent.map[parent.key] = node
    parent.awaits_value = False
