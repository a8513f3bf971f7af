"""Sets of which a manifest says what is added and what removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_set_change(declared: Any) -> bool:
    """Whether a value says what is added and what removed, and nothing of the rest."""
    return isinstance(declared, dict) and bool(declared) and declared.keys() <= {"add", "remove"}


def with_set_change(before: Any, declared: Mapping[str, list[Any]]) -> list[Any]:
    """A live list as it is to be once it has what is added and lacks what is removed."""
    there = (
        [one for one in before if one not in declared.get("remove", ())]
        if isinstance(before, list)
        else []
    )
    return there + [one for one in declared.get("add", ()) if one not in there]
