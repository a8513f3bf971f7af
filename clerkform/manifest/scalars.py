"""Plain scalars to values, by the core schema of YAML 1.2 (section 10.3.2)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from clerkform.manifest.node import Scalar

MAX_NUMBER: Final = 1_000
"""Characters of a number; Python refuses to print integers of more than 4,300 digits."""

_WORDS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC: Final = frozenset("+-.0123456789")
NOT_SURELY_TEXT: Final = _NUMERIC.union("~nNtTfF")
"""How a plain scalar begins that may be more than text; most do not, and there may be 100,000."""
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


class UnfitScalar(ValueError):
    """A number or text that no request can hold; the message says why."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar.

    Raises:
        UnfitScalar: infinite, not a number, or absurdly long.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    is_int = _INT.fullmatch(text)
    if not is_int and not _FLOAT.fullmatch(text):
        return text
    if len(text) > MAX_NUMBER:
        raise UnfitScalar(f"a number of {len(text):,} characters is too long")
    if is_int:
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    number = float(text.replace(".", "", 1) if text[-1] in "fFnN" else text)
    if not math.isfinite(number):
        raise UnfitScalar("JSON has no infinity and no NaN, so no setting can hold them")
    return number


_SURROGATE = re.compile("[\ud800-\udfff]")


def checked(text: str) -> str:
    """``text``, if UTF-8 can hold it; escapes and the command line can make what it cannot.

    Raises:
        UnfitScalar: there is a lone surrogate in it.
    """
    if not text.isascii() and _SURROGATE.search(text):
        raise UnfitScalar("half of a surrogate pair is no character")
    return text
