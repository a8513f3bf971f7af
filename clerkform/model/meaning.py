"""What a change of a field means for who can get in: data that kinds give, judged elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from clerkform.model.paths import GONE

Sort = Literal["weakens", "widens", "locks_out", "neutral"]
"""Loosens a rule; lets more in by the rules that are there; keeps out who got in before; none of
these."""
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_NOTHING: Final = (GONE, None)


@dataclass(frozen=True, slots=True)
class Moved:
    """A field before a plan and after it. ``GONE`` stands for an object or a value that is not
    there, so a create goes from ``GONE`` and a delete to it."""

    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a change of a field may mean."""

    sort: Sort
    says: str
    """The consequence, as the end of a sentence; of a neutral one why it is that."""
    when: Callable[[Moved], bool]


def always(moved: Moved) -> bool:
    return True


def becomes(value: Any) -> Callable[[Moved], bool]:
    """Whether the field has ``value`` after the plan and had not before."""

    def is_so(moved: Moved) -> bool:
        return bool(moved.after == value and moved.before != value)

    return is_so


def comes(moved: Moved) -> bool:
    """The object or the value is there after the plan and was not before."""
    return moved.before in _NOTHING and moved.after not in _NOTHING


def goes(moved: Moved) -> bool:
    """It was there before the plan and is not after it."""
    return moved.before not in _NOTHING and moved.after in _NOTHING


def gains(moved: Moved) -> bool:
    """A list has a member that it had not before."""
    before, after = (one if isinstance(one, list | tuple) else () for one in _sides(moved))
    return any(one not in before for one in after)


def loses(moved: Moved) -> bool:
    """A list lacks a member that it had before."""
    return gains(Moved(moved.after, moved.before))


def gains_unencrypted(moved: Moved) -> bool:
    """A list of URLs gains one that anybody on the way can read."""
    before, after = (one if isinstance(one, list | tuple) else () for one in _sides(moved))
    return any(is_unencrypted(Moved(GONE, one)) for one in after if one not in before)


def grows(moved: Moved) -> bool:
    """A number is larger than before. What was not there counts as none."""
    before, after = (one if isinstance(one, int | float) else 0 for one in _sides(moved))
    return after > before


def is_unencrypted(moved: Moved) -> bool:
    """A URL becomes one that anybody on the way can read; this machine itself is no way."""
    parts = urlsplit(moved.after) if isinstance(moved.after, str) else None
    is_open = parts is not None and parts.scheme == "http" and parts.hostname not in LOOPBACK
    return is_open and moved.after != moved.before


def _sides(moved: Moved) -> tuple[Any, Any]:
    return moved.before, moved.after
