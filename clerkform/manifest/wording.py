"""What a field takes, and what stands there, in words."""

from __future__ import annotations

import re
from typing import Final

from clerkform.manifest.fault import Fault, label
from clerkform.manifest.node import Node

_WANTED: Final = {
    "int": "an integer",
    "float": "a number",
    "decimal": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a map",
    "mapping": "a map",
    "model": "a map",
    "model_attributes": "a map",
}


def wanted_by(fault: Fault) -> str | None:
    """What an error of type or choice wants instead; None for other errors."""
    context = fault.error.get("ctx", {})
    if "wanted" in context:
        return str(context["wanted"])
    if fault.kind in ("literal_error", "enum"):
        choices = re.sub(r"'([^']*)'", r"`\1`", str(context["expected"]))
        return choices.replace("True", "`true`").replace("False", "`false`")
    base, _, what = fault.kind.rpartition("_")
    return _WANTED.get(base) if what in ("type", "parsing") else None


def found_by(node: Node) -> str:
    match node.value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case float():
            return "a number with a fraction"
        case str():
            return "text"
        case dict():
            return "a map"
        case _:
            return "a list"


_BOUNDS: Final = {
    "greater_than_equal": "be at least {ge}",
    "greater_than": "be more than {gt}",
    "less_than_equal": "be at most {le}",
    "less_than": "be less than {lt}",
    "multiple_of": "be a multiple of {multiple_of}",
    "too_short": "have at least {min_length} items",
    "too_long": "have at most {max_length} items",
    "string_too_short": "have at least {min_length} characters",
    "string_too_long": "have at most {max_length} characters",
}


def rule_by(fault: Fault) -> tuple[str, str, str | None]:
    """Code, message and hint of an error that is about the value, not its type."""
    kind, context = fault.kind, fault.error.get("ctx", {})
    name, hint = label(fault.path), context.get("hint") or description_by(fault)
    if fault.about_key:
        name = f"the key {name}"
    if kind in _BOUNDS:
        bound = _BOUNDS[kind].format(**context)
        if context.get("min_length") == 1:
            bound = "not be empty"
        return "out-of-bounds", f"{name} must {bound}", hint
    if kind == "string_pattern_mismatch":
        return "bad-pattern", f"{name} must match `{context['pattern']}`", hint
    message = fault.error["msg"]
    if kind in ("value_error", "assertion_error"):
        message = str(context["error"])
    if message.startswith(("must ", "cannot ", "is ")):
        message = f"{name} {message}"
    return kind if "-" in kind else "wrong-value", message, hint


def description_by(fault: Fault) -> str | None:
    """The first sentence of what the field says about itself."""
    if fault.field is None or not fault.field.description:
        return None
    text = " ".join(fault.field.description.split()).replace("``", "`")
    return re.split(r"(?<=[^.]{2}[.])\s", text)[0].rstrip(".")
