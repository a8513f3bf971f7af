"""JSON values in the forms that are compared and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal as JSON: Python takes ``True`` for ``1``."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def canonical(value: Any) -> str:
    """JSON text that is equal exactly where two values are the ``same``: ``1.0`` is ``1``."""
    return json.dumps(folded(value), sort_keys=True, ensure_ascii=False, default=str)


def json_bytes(value: Any) -> int:
    """How many bytes ``value`` is as JSON without blanks."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return len(text.encode(errors="replace"))


def folded(value: Any) -> Any:
    """``value`` with every whole number as an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: folded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [folded(inner) for inner in value]
    return value


def without_nulls(declared: Any) -> Any:
    """``declared`` as a create wants it: a key to remove is not sent. Lists stay as they are."""
    if not isinstance(declared, dict):
        return declared
    return {key: without_nulls(value) for key, value in declared.items() if value is not None}
