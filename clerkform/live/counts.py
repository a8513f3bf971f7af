"""Numbers in answers that say how many there are of something."""

from __future__ import annotations

from typing import Any, Final

MOST: Final = 10**12
"""What a larger number counts, nobody knows."""


def known_count(shown: Any) -> int | None:
    """How many an answer says there are, if it does."""
    return shown if type(shown) is int and 0 <= shown <= MOST else None
