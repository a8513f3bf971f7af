"""Shortcodes in the claims of a JWT template: ``{{user.first_name || 'friend'}}``.

A string that is one shortcode becomes the value itself, whatever its type; inside longer text it
is printed. What is unknown or missing is null.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Its inside is quoted text, or anything but a quote and the closing braces.
_SHORTCODE = re.compile(r"\{\{((?:'[^']{0,1000}'|[^'}]|\}(?!\})){0,1000})\}\}")
_PIECE = re.compile(r"\|\||'[^']*'|.", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LITERALS = {"true": True, "false": False, "null": None}


def render(value: Any, known: Mapping[str, Any]) -> Any:
    """``value`` with its shortcodes replaced from ``known``, at any depth; keys stay as they are."""
    if isinstance(value, dict):
        return {key: render(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [render(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := _SHORTCODE.fullmatch(value):
        return _evaluated(whole[1], known)
    return _SHORTCODE.sub(lambda found: _printed(_evaluated(found[1], known)), value)


def _evaluated(expression: str, known: Mapping[str, Any]) -> Any:
    """The first operand that is neither null nor false, else the last."""
    value = None
    for operand in _operands(expression):
        value = _operand(operand.strip(), known)
        if value is not None and value is not False:
            break
    return value


def _operands(expression: str) -> Iterator[str]:
    operand = ""
    for piece in _PIECE.findall(expression):
        if piece == "||":
            yield operand
            operand = ""
        else:
            operand += piece
    yield operand


def _operand(text: str, known: Mapping[str, Any]) -> Any:
    if text in _LITERALS:
        return _LITERALS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    value: Any = known if "." in text else None  # no shortcode is a user or organization as a whole
    for name in text.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _printed(value: Any) -> str:
    """How objects and arrays print is not documented; JSON is the likely form."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
