"""A template's values, and what shortcodes stand for, to values without shortcodes.

Documented: a string that is one shortcode keeps the JSON type of its value; inside longer text a
value is printed, a missing one as ``null``; a shortcode that does not exist is null; of a chain
counts the first operand that is neither null nor false, else the last. ``doubts`` has the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clerkform.jwt.context import Context
from clerkform.jwt.shortcodes import Operand, Shortcode, find, known, whole


def evaluate(value: Any, context: Context) -> Any:
    """``value`` with every string in it rendered, at any depth; keys stay as they are."""
    if isinstance(value, str):
        return render_text(value, context)
    if isinstance(value, Mapping):
        return {key: evaluate(inner, context) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [evaluate(inner, context) for inner in value]
    return value


def render_text(text: str, context: Context) -> Any:
    """What one string of a template renders to."""
    alone = whole(text)
    if alone:
        return value_of(alone, context)
    pieces, end = list[str](), 0
    for shortcode in find(text):
        pieces += (text[end : shortcode.start], _printed(value_of(shortcode, context)))
        end = shortcode.end
    return "".join((*pieces, text[end:]))


def value_of(shortcode: Shortcode, context: Context) -> Any:
    values = [_operand_value(operand, context) for operand in shortcode.operands]
    return next((v for v in values if v is not None and v is not False), values[-1])


def _operand_value(operand: Operand, context: Context) -> Any:
    if operand.form == "literal":
        return operand.value
    return look_up(operand.text, context) if operand.form == "path" else None


def look_up(path: str, context: Context) -> Any:
    """What a shortcode's path stands for; null where it leads nowhere."""
    entry = known(path)
    if entry is None:
        return None
    value = context.values.get(entry.alias_of or entry.name)
    for key in path[len(entry.name) + 1 :].split(".") if path != entry.name else ():
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _printed(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
