"""JSON values in the forms that are compared and sent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn


def canonical(value: Any) -> str:
    """JSON text that is equal exactly where two values are equal as JSON.

    Python takes ``True`` for ``1``, JSON doesn't; JSON takes ``1.0`` for ``1``.
    """
    return json.dumps(folded(value), sort_keys=True, ensure_ascii=False, default=str)


def json_bytes(value: Any) -> int:
    """How many bytes ``value`` is as JSON without blanks."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def folded(value: Any) -> Any:
    """``value`` with every whole number as an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: folded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [folded(inner) for inner in value]
    return value


def strict_json(text: str | bytes) -> Any:
    """The value of a JSON text, in which every number is finite: ``1e400`` is not.

    Raises:
        ValueError: it is no JSON, or says a number that nobody can write down again.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=_no_number, parse_float=_finite)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def nests_deeper(value: Any, levels: int) -> bool:
    """Whether maps and lists in ``value`` stand more than so many levels deep.

    Level by level: recursion is what deep nesting would break.
    """
    level = [value]
    for _ in range(levels + 1):
        inner = [one for one in level if isinstance(one, dict | list) and one]
        if not inner:
            return False
        level = [each for one in inner for each in (one.values() if isinstance(one, dict) else one)]
    return True


def without_nulls(declared: Any) -> Any:
    """``declared`` as a create wants it: a key to remove is not sent. Lists stay as they are."""
    if not isinstance(declared, dict):
        return declared
    return {key: without_nulls(value) for key, value in declared.items() if value is not None}
