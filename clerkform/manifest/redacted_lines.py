"""Which lines of a file no finding quotes, as they hold what is never printed.

Found before the file is read as a manifest, from YAML's own events: a finding may be that there is
no manifest in it. Where there are no events either, nothing of a file that may hold such a field
is quoted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import yaml

from clerkform.manifest.events import Listener, events_of
from clerkform.manifest.forms import FORMS
from clerkform.secrets.looks import holds_key, is_no_variable

Holds = Literal["plain", "named", "data", "sensitive", "secret"]
"""What a field holds: fields or plain values, the same under names of somebody's own, somebody's
data, what is never printed, or a reference to a secret (anything else there is a slip)."""
Lines = tuple[int, int]
"""The first and the last one of a stretch."""
Sections = Mapping[str, Mapping[str, Holds]]
"""By section, what each field in it holds, at whatever depth; under ``""`` for any other section."""

REFERENCES: Final = tuple(form for form in FORMS if form != "literal")
_NEAR: Final = 0.8
_LONGEST: Final = 100
"""Characters of a key that are compared."""
_COMPARED: Final = 1_000
"""Keys of a file that are compared with fields; more that are none of them are all hidden."""
_SECRETIVE = re.compile(r"secret|passw|credential|privat|signing|signkey")
"""In a text that is no YAML."""
_NAMES_SECRET = re.compile(r"(?:key|token|pem|pass|pwd|auth|bearer|cert|hmac|jwt|priv|signer)s?$")
"""How the name of such a field there ends."""
_ENDS = re.compile(r"[\n{}\[\],]")
"""Where the next key may begin in a text that is no YAML."""


def every_line(text: str) -> frozenset[int]:
    return frozenset(range(1, text.count("\n") + 2))


def hidden_lines(text: str, sections: Sections) -> frozenset[int]:
    """The numbers, from 1, of the lines on which a hidden field has its key or a part of its value.

    What a field holds that nobody knows, or one in a section that nobody knows, is hidden too: it
    may be a secret under any name.
    """
    names = _Names(sections)
    walk = _Walk(names)
    try:
        walk.through(text)
    except (yaml.YAMLError, UnicodeError):
        return every_line(text) if names.seem_to_be_in(text) else frozenset()
    last = text.count("\n") + 1  # an end may be told to be a line further
    return frozenset(number for number in _numbers(walk.hidden()) if number <= last)


def _numbers(stretches: Iterable[Lines]) -> Iterator[int]:
    """Each line once: one stretch may lie within thousands of others."""
    done = 0
    for first, last in sorted(stretches):
        yield from range(max(first, done + 1), last + 1)
        done = max(done, last)


class _Names:
    """What is known of fields by their names."""

    def __init__(self, sections: Sections) -> None:
        self._sections = sections

    def seem_to_be_in(self, text: str) -> bool:
        """Whether a text that is no YAML has something of the kind."""
        if "\\x" in text or "\\u" in text or "\\U" in text:
            return True
        text = _REFERENCE.sub("", text)
        plain, conceivable = _plainly(text), set[str]()
        for section, fields in self._sections.items():
            for name, holds in fields.items():
                shared = any(
                    other.get(name) in ("plain", "data") for other in self._sections.values()
                )
                is_there = not shared or _plainly(section) in plain
                if holds in ("sensitive", "secret") and is_there:
                    conceivable.add(_plainly(name))
        if any(name in plain for name in conceivable) or self._is_near(text, conceivable):
            return True
        for fields in self._sections.values():
            for name, holds in fields.items():
                if holds in ("plain", "data"):
                    plain = plain.replace(_plainly(name), "")
        return bool(_SECRETIVE.search(plain))

    def _is_near(self, text: str, names: set[str]) -> bool:
        """Whether a key in ``text`` is one of ``names``, misspelt."""
        pieces = (piece.split(":")[:-1] for piece in _ENDS.split(text))
        keys = {_plainly(key)[:_LONGEST] for key in {key for piece in pieces for key in piece}}
        keys -= {_plainly(name) for fields in self._sections.values() for name in fields}
        keys -= {_plainly(name) for name in self._sections}
        return len(keys) > _COMPARED or any(
            _NAMES_SECRET.search(key) or difflib.get_close_matches(key, names, n=1, cutoff=_NEAR)
            for key in keys
        )

    def is_section(self, name: str) -> bool:
        return name in self._sections

    def holds(self, section: str, name: str) -> Holds:
        if name == "<<":  # what it merges are fields
            return "plain"
        return self._sections.get(section, self._sections.get("", {})).get(name, "sensitive")


_REFERENCE = re.compile(rf"\b\w+[\"']?\s*:\s*\{{\s*[\"']?(?:{'|'.join(REFERENCES)})\b")


def _plainly(text: str) -> str:
    """Letters and digits alone, so that `secret-key` and `secretKey` are `secret_key`."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


@dataclass(slots=True)
class _Anchored:
    """What an anchor names."""

    section: str
    lines: Lines = (1, 0)
    inside: list[_Anchored] = field(default_factory=list)
    """What aliases in it stand for, and other anchors in it."""


@dataclass(slots=True)
class _Frame:
    """A list or a map that is open."""

    begins: int
    is_map: bool
    holds: Holds = "plain"
    """What its keys are: fields, somebody's data, or what is never printed."""
    key: str | None = None
    key_line: int = 0
    awaits_value: bool = False
    anchored: _Anchored | None = None
    keys: list[str] = field(default_factory=list)
    """Of what should be a reference to a secret."""


class _Walk(Listener):
    """Through a file's events, with a stack of its own."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._stack: list[_Frame] = [_Frame(1, False)]
        self._section = ""
        self._last = 1
        """The line on which what was met last ends."""
        self._lines: list[Lines] = []
        self._anchors: dict[str, _Anchored] = {}
        self._open: list[_Anchored] = []
        self._aliased: list[_Anchored] = []
        """What aliases in hidden places stand for."""

    def through(self, text: str) -> None:
        """
        Raises:
            yaml.YAMLError, UnicodeError: it is no YAML.
        """
        if holds_key(text):
            lines = enumerate(text.split("\n"), 1)
            self._lines += ((number, number) for number, line in lines if holds_key(line))
        for event, tell in events_of(text, self):
            tell(event)

    def hidden(self) -> Iterator[Lines]:
        yield from self._lines
        waiting, seen = list(self._aliased), set[int]()
        while waiting:
            anchored = waiting.pop()
            if id(anchored) not in seen:
                seen.add(id(anchored))
                yield anchored.lines
                waiting += anchored.inside

    def scalar(self, event: Any) -> None:
        frame, first = self._stack[-1], event.start_mark.line + 1
        last = self._last = _last_line(event)
        if event.anchor is not None:
            self._name(event.anchor, _Anchored(self._section, (first, last)))
        is_no_name = frame.holds == "secret" and is_no_variable(event.value)
        if holds_key(event.value) or is_no_name:
            self._lines.append((first, last))
        if frame.is_map and not frame.awaits_value:
            self._key(frame, event.value, first)
            return
        holds = self._held_by(frame)
        is_hidden = holds == "sensitive" or (holds == "secret" and not _is_no_literal(event))
        if is_hidden and holds != frame.holds:  # else all of the frame is
            self._lines.append((self._first_line(frame, first), last))
        frame.awaits_value = False

    def _key(self, frame: _Frame, key: str | None, line: int) -> None:
        frame.awaits_value, frame.key, frame.key_line = True, key, line
        if frame.holds == "secret":
            frame.keys.append(key or "")
        if len(self._stack) == 2:
            self._section = key or ""

    def _held_by(self, frame: _Frame) -> Holds:
        """What the value that comes next in ``frame`` holds."""
        if frame.holds == "secret":
            return "data" if frame.is_map else "secret"  # a list of secrets is a slip
        if frame.holds == "named":
            return "plain"
        if frame.holds != "plain" or not frame.is_map:
            return frame.holds
        if frame.key is None:
            return "sensitive"
        if len(self._stack) == 2 and self._names.is_section(frame.key):
            return "plain"
        return self._names.holds(self._section, frame.key)

    @staticmethod
    def _first_line(frame: _Frame, line: int) -> int:
        """Where the key of a value stands, if it has one."""
        return frame.key_line if frame.is_map else line

    def start(self, event: Any) -> None:
        frame, line = self._stack[-1], event.start_mark.line + 1
        if frame.is_map and not frame.awaits_value:  # a map or a list as a key
            self._key(frame, None, line)
            frame.awaits_value = False
        opened = _Frame(
            self._first_line(frame, line),
            type(event) is yaml.MappingStartEvent,
            self._held_by(frame),
        )
        if event.anchor is not None:
            opened.anchored = _Anchored(self._section)
            self._name(event.anchor, opened.anchored)
            self._open.append(opened.anchored)
        self._stack.append(opened)

    def end(self, event: Any) -> None:
        frame, above = self._stack.pop(), self._stack[-1]
        if event.end_mark.index > event.start_mark.index:  # a bracket
            self._last = event.end_mark.line + 1
        is_reference = frame.is_map and len(frame.keys) == 1 and frame.keys[0] in REFERENCES
        is_hidden = frame.holds == "sensitive" or (frame.holds == "secret" and not is_reference)
        if is_hidden and frame.holds != above.holds:
            self._lines.append((frame.begins, self._last))
        if frame.anchored is not None:
            frame.anchored.lines = frame.begins, self._last
            self._open.pop()
        above.awaits_value = above.is_map and not above.awaits_value

    def alias(self, event: Any) -> None:
        frame, known = self._stack[-1], self._anchors.get(event.anchor)
        line = self._last = event.start_mark.line + 1
        if self._open and known is not None:
            self._open[-1].inside.append(known)
        if frame.is_map and not frame.awaits_value:
            self._key(frame, None, line)
            return
        is_hidden = self._held_by(frame) in ("sensitive", "secret")
        if is_hidden:
            self._lines.append((self._first_line(frame, line), line))
        # What its keys are was told by where the anchor stands.
        if known is not None and (is_hidden or known.section != self._section):
            self._aliased.append(known)
        frame.awaits_value = False

    def _name(self, anchor: str, anchored: _Anchored) -> None:
        if self._open:
            self._open[-1].inside.append(anchored)
        self._anchors[anchor] = anchored


def _last_line(event: Any) -> int:
    """Of a scalar: one of several lines may end where the next thing begins."""
    first, line = int(event.start_mark.line) + 1, int(event.end_mark.line)
    return max(first, line + 1 if event.end_mark.column else line)


def _is_no_literal(event: Any) -> bool:
    """Whether a scalar in the place of a secret is none: null, or a variable."""
    text = event.value
    is_null = not event.style and text in ("", "~", "null", "Null", "NULL")
    return is_null or (text.startswith("${var.") and text.endswith("}") and "$" not in text[1:])
