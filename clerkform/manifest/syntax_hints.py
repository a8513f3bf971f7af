"""What a syntax error means to someone who writes manifests, and the corrected line.

YAML's own messages ("did not find expected ',' or ']'") say what the parser missed. These say
what the author most likely meant.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import yaml

from clerkform.diagnostics import Diagnostic, Source, Span


class Trap(NamedTuple):
    """A syntax error explained. ``cured`` is the whole corrected line, where one is known."""

    diagnostic: Diagnostic
    line: int
    cured: str | None = None


LONGEST_HINTED: Final = 160
"""Characters of a line that a hint shows as it should be."""


def span_at(source: Source, index: int) -> Span:
    """The place of the character at ``index``."""
    line_start = source.text.rfind("\n", 0, index) + 1
    return Span(source, source.text.count("\n", 0, index) + 1, index - line_start + 1)


_MAY_HOLD_SECRET = re.compile(
    r"secret|password|token|signing_key|private_key|-----|[A-Za-z0-9+/_=]{40}", re.IGNORECASE
)


def may_hold_secret(source: Source, number: int) -> bool:
    """Whether a broken line should not be shown: which field it was for may not be known yet."""
    return not source.may_be_quoted(number) or _looks_secret(source.line(number))


@lru_cache(maxsize=16)
def _looks_secret(line: str) -> bool:
    """Kept, as one long line may have thousands of findings."""
    return bool(_MAY_HOLD_SECRET.search(line))


def quoted(text: str) -> str:
    """``text`` as a quoted scalar; double quotes unless that takes escapes."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def with_part_quoted(line: str, start: int, end: int) -> str:
    return line[:start] + quoted(line[start:end].rstrip()) + line[end:]


def write_quoted(line: str, start: int, end: int) -> str:
    """A hint at the line with quotes in it, or where nobody could read that, at the part alone."""
    if len(line) > LONGEST_HINTED:
        return f"write `{quoted(line[start:end].rstrip())}`"
    return f"write `{with_part_quoted(line, start, end).strip()}`"


def explain(source: Source, text: str, error: yaml.MarkedYAMLError) -> Trap:
    """Turn a syntax error in ``text`` (``source`` with earlier cures) into a finding."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # scanner and parser mark every error, in both of PyYAML's loaders
    at = _Error(
        source,
        text.split("\n"),
        (mark.line, mark.column),
        (error.context_mark.line, error.context_mark.column) if error.context_mark else None,
        error.problem or "",
        error.context or "",
    )
    return (
        _tab(at) or _leading_star(at) or _variable_in_flow(at) or _shortcode(at) or _plain_error(at)
    )


class _Error(NamedTuple):
    """A syntax error; places are line and column, counted from 0 as YAML's marks are."""

    source: Source
    lines: list[str]
    at: tuple[int, int]
    begun: tuple[int, int] | None
    """Where that began which could not be read to its end."""
    problem: str
    context: str

    def line(self, place: tuple[int, int]) -> str:
        return self.lines[place[0]].rstrip("\r") if place[0] < len(self.lines) else ""

    def trap(
        self,
        code: str,
        message: str,
        place: tuple[int, int],
        *,
        cured: str | None = None,
        hint: str | None = None,
    ) -> Trap:
        number, column = place[0] + 1, place[1] + 1
        hides = may_hold_secret(self.source, number)
        if cured is not None:
            hint = f"write `{cured.strip()}`"
        finding = Diagnostic(
            code,
            message,
            Span(self.source, number, column),
            None if hides else hint,
            quotes_line=not hides,
        )
        return Trap(finding, number, cured)

    def quoting(self, place: tuple[int, int], length: int) -> str:
        """The line of ``place`` with ``length`` characters from there on in quotes."""
        return with_part_quoted(self.line(place), place[1], place[1] + length)


_TAB_INDENT = re.compile(r" *(- *)*\t")
_VALUE = re.compile(r"[^,\]}#]*[^,\]}#\s]")
_VALUE_WITH_VARIABLES = re.compile(r"(\$\{[^}$]*\}|[^,\]}])*")
_SHORTCODE_VALUE = re.compile(r"(?:^|[-:\[{,]\s+|\[|\{(?=\{\{))(\{\{)")
_SHORTCODES_IN_FLOW = re.compile(r"\{\{.*?\}\}(\{\{.*?\}\}|[^,\]}{])*")
_COMMENT = re.compile(r"\s#")


def _tab(error: _Error) -> Trap | None:
    tabs = _TAB_INDENT.match(error.line(error.at))
    if not tabs or ("flow" in error.context and "token" not in error.problem):
        return None
    return error.trap(
        "tab",
        "a tab indents this line; YAML allows only spaces there",
        (error.at[0], tabs.end() - 1),
        hint="replace each tab with two spaces; an editor can do so for the whole file",
    )


def _leading_star(error: _Error) -> Trap | None:
    if error.begun is None or "alias" not in error.context:
        return None
    line, column = error.line(error.begun), error.begun[1]
    value = _VALUE.match(line, column)
    assert value is not None  # it matches the star, at least
    return error.trap(
        "quote-leading-star",
        "a value that begins with `*` needs quotes; without them it is an alias",
        error.begun,
        cured=error.quoting(error.begun, len(value[0])),
    )


def _variable_in_flow(error: _Error) -> Trap | None:
    line, column = error.line(error.at), error.at[1]
    if "flow" not in error.context or line[max(column - 1, 0) : column + 1] != "${":
        return None
    start = max(line.rfind(mark, 0, column) + 1 for mark in (": ", "[", "{", ","))
    start += len(line[start:]) - len(line[start:].lstrip())
    value = _VALUE_WITH_VARIABLES.match(line, start)
    assert value is not None  # it may match nothing, so it always matches
    return error.trap(
        "quote-variable-in-flow",
        "between `{` and `}` or `[` and `]`, a value with `${...}` needs quotes",
        (error.at[0], start),
        cured=error.quoting((error.at[0], start), len(value[0])),
    )


def _shortcode(error: _Error) -> Trap | None:
    for place in filter(None, (error.at, error.begun)):
        line = error.line(place)
        for found in _SHORTCODE_VALUE.finditer(line):
            start = found.start(1)
            if place == error.at and start > place[1]:
                continue
            if place == error.begun and start not in (place[1], place[1] - 1):
                continue
            in_flow = any(c in line[:start] for c in "{[")
            length = _length_in_flow(line, start) if in_flow else _length_in_block(line, start)
            return error.trap(
                "unquoted-shortcode",
                "without quotes, YAML reads this shortcode as maps",
                (place[0], start),
                cured=error.quoting((place[0], start), length) if length else None,
            )
    return None


def _length_in_flow(line: str, start: int) -> int:
    """Of a value that begins with a shortcode; 0 where that is not closed."""
    value = _SHORTCODES_IN_FLOW.match(line, start)
    return len(value[0]) if value else 0


def _length_in_block(line: str, start: int) -> int:
    comment = _COMMENT.search(line, start)
    return len(line[start : comment.start() if comment else None].rstrip())


_INDENT = "correct its indentation, and put quotes around values that hold `: ` or ` #`"
_PLAIN: tuple[tuple[str, bool, str, str | None], ...] = (
    # in YAML's problem and context; whether to point at where it began; what to say; hint
    ("mapping values are not", False, "a second `: ` stands in this value", _INDENT),
    (
        "sequence entries are not",
        False,
        "a list cannot begin on the line of its key",
        "put the `- ` on a line of its own, indented",
    ),
    (
        "quoted scalar.*(end of stream|document indicator)",
        True,
        "the quote that opens here is never closed",
        "close it; inside single quotes, a single quote is written twice",
    ),
    (
        "quoted scalar.*escape",
        False,
        "this is no escape that YAML knows",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    (
        "flow .*expected ','",
        True,
        "the bracket that opens here is not closed, or a comma is missing after it",
        None,
    ),
    ("expected (key|'-'|<block end>)", False, "this line does not fit what is above it", _INDENT),
    ("expected ':'", True, "this is neither `key: value` nor a list item", _INDENT),
    (
        "anchor",
        True,
        "a value that begins with `&` needs quotes; without them it is an anchor",
        None,
    ),
)


def _plain_error(error: _Error) -> Trap:
    if "start any token" in error.problem and (
        value := _VALUE.match(error.line(error.at), error.at[1])
    ):
        return error.trap(
            "yaml-syntax",
            f"a value that begins with {value[0][0]} needs quotes",
            error.at,
            cured=error.quoting(error.at, len(value[0])),
        )
    words = f"{error.context} {error.problem}"
    for pattern, from_begin, message, hint in _PLAIN:
        if re.search(pattern, words):
            place = (error.begun or error.at) if from_begin else error.at
            return error.trap("yaml-syntax", message, place, hint=hint)
    return error.trap("yaml-syntax", f"this is not valid YAML: {error.problem}", error.at)
