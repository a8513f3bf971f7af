"""Plain values to manifest text: block style, in the order given, so that it diffs well.

Reading the text back with ``parse`` and ``fill`` gives the same values: what would be taken for a
variable is escaped, and strings are quoted where they would be read as something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clerkform.manifest.forms import looks_like_form
from clerkform.manifest.node import Json
from clerkform.manifest.runners import unobeyed
from clerkform.manifest.scalars import UnfitScalar, resolve
from clerkform.manifest.syntax_hints import quoted

Section = Sequence[object] | Mapping[str, object]
INDENT: Final = "  "
_LONG_KEY: Final = 200
"""Characters from which a key gets a line of its own; YAML's limit for a plain one is 1024 bytes."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A field's value that is written as ``{literal: value}``."""

    value: Json


def protect(value: Json) -> Json | Verbatim:
    """A field's whole value, so that it is not taken for a value form."""
    return Verbatim(value) if looks_like_form(value) else value


def emit(sections: Mapping[str, Section], header: str | None = None) -> str:
    """A manifest of ``sections``, each a list of items, or a map that is one: plain values, or
    ``Verbatim`` fields.

    A lone surrogate, which JSON can escape but no UTF-8 file can hold, becomes U+FFFD.
    """
    parts = []
    if header:
        parts.append("".join(f"# {line}".rstrip() + "\n" for line in header.splitlines()))
    for name, items in sections.items():
        parts.append("\n".join(_entry(name, items, "", escapes=True)) + "\n")
    return "\n".join(parts)


def _block(value: object, pad: str, *, escapes: bool) -> list[str]:
    """The lines of a map or list that is not empty."""
    lines = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            lines += _entry(key, inner, pad, escapes=escapes)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if _is_block(inner):
                first, *rest = _block(_shown(inner), pad + INDENT, escapes=escapes)
                lines += [f"{pad}- {first.removeprefix(pad + INDENT)}", *rest]
            else:
                lines += _inline(f"{pad}-", inner, pad + INDENT, escapes=escapes)
    return lines


def _entry(key: str, value: object, pad: str, *, escapes: bool) -> list[str]:
    if isinstance(value, Verbatim):
        value, escapes = _shown(value), False
    name = _string(key)
    head = [f"{pad}{name}:"] if len(name) < _LONG_KEY else [f"{pad}? {name}", f"{pad}:"]
    if _is_block(value):
        return head + _block(value, pad + INDENT, escapes=escapes)
    return head[:-1] + _inline(head[-1], value, pad + INDENT, escapes=escapes)


def _shown(value: object) -> object:
    return {"literal": value.value} if isinstance(value, Verbatim) else value


def _is_block(value: object) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and len(value) > 0


def _inline(head: str, value: object, pad: str, *, escapes: bool) -> list[str]:
    """``head`` with a scalar or an empty container after it."""
    if isinstance(value, str):
        text = value.replace("${", "$${") if escapes else value
        if _fits_literal_block(text):
            *lines, last = text.split("\n")
            lines += [last] if last else []
            body = [pad + line if line else "" for line in lines]
            return [f"{head} {'|-' if last else '|'}", *body]
        return [f"{head} {_string(text)}"]
    return [f"{head} {_other(value)}"]


def _other(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Mapping():
            return "{}"
        case list() | tuple():
            return "[]"
    raise TypeError(f"no JSON: {type(value).__name__}")


_STARTS_WITH_INDICATOR: Final = tuple("-?:,[]{}#&*!|>'\"%@`")


def _string(text: str) -> str:
    """``text`` on one line, in quotes only where they are needed."""
    if not text.isprintable() or unobeyed(text) != text:
        return unobeyed('"' + "".join(map(_escaped, text)) + '"')
    if _needs_quotes(text):
        return quoted(text)
    return text


def _needs_quotes(text: str) -> bool:
    if (
        text.strip() != text
        or text.startswith((*_STARTS_WITH_INDICATOR, "<<", "..."))
        or text.endswith(":")
        or any(inner in text for inner in (": ", " #", "{{"))
    ):
        return True
    try:
        return not isinstance(resolve(text), str)
    except UnfitScalar:
        return True


_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(character: str) -> str:
    """Also what is invisible, so that a reviewer sees it."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _fits_literal_block(text: str) -> bool:
    """Whether a ``|`` block holds exactly this: visible lines, the first not indented or empty,
    and none that the runner of a CI would obey where the manifest is printed."""
    return (
        "\n" in text.rstrip("\n")
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
        and all(map(str.isprintable, text.split("\n")))
        and unobeyed(text) == text
    )
