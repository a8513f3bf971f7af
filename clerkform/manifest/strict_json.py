"""JSON text from outside to values that a setting can hold: no more is JSON here."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from clerkform.manifest.scalars import MAX_NUMBER


class NotJson(ValueError):
    """No JSON, or none that can be used: what it is, as the end of a sentence, if that is known."""


class TooDeep(NotJson):
    """It nests more deeply than it may; ``value`` is None where it could not even be read."""

    def __init__(self, levels: int, value: Any = None) -> None:
        super().__init__(f"JSON that is nested more than {levels} levels deep")
        self.value = value


def strict_json(text: str | bytes, levels: int) -> Any:
    """The value of a JSON text, in which every number is finite (``1e400`` is not) and no longer
    than a manifest's, and lists and maps nest no deeper than ``levels``.

    Raises:
        NotJson: it has none.
    """
    try:
        value = json.loads(
            text, parse_constant=_no_number, parse_float=_finite, parse_int=_countable
        )
    except NotJson:
        raise
    except ValueError:
        raise NotJson from None
    except RecursionError:
        raise TooDeep(levels) from None
    if nests_deeper(value, levels):
        raise TooDeep(levels, value)
    return value


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


_TOO_LARGE: Final = "a number that no setting can hold"


def _no_number(text: str) -> NoReturn:
    raise NotJson(f"`{text}`, which is no JSON")


def _finite(text: str) -> float:
    number = float(text) if len(text) <= MAX_NUMBER else math.inf
    if not math.isfinite(number):
        raise NotJson(_TOO_LARGE)
    return number


def _countable(text: str) -> int:
    if len(text) > MAX_NUMBER:
        raise NotJson(_TOO_LARGE)
    return int(text)
