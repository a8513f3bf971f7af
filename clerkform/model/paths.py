"""Places inside a value: ``("claims", "roles", 0)``, and what stands there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """Stands for a value that is not there at all; null is a value."""

    def __repr__(self) -> str:
        return "GONE"


GONE: Final = Gone()


def dotted(path: Path) -> str:
    """``("claims", "roles", 0)`` as ``claims.roles[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if step and not set(step) & set(". []\"'") else json.dumps(step)
            text += f".{name}" if text else name
    return text


def pointer(path: Path) -> str:
    """Source: RFC 6901, section 3."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def value_at(value: Any, path: Path) -> Any:
    """What stands at ``path``, or ``GONE``."""
    for step in path:
        is_there = (
            step in value
            if isinstance(value, Mapping)
            else isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)
        )
        if not is_there:
            return GONE
        value = value[step]
    return value


def nested(leaves: Iterable[tuple[Path, Any]]) -> dict[str, Any]:
    """Maps in maps that hold each value at its path; a path has names alone."""
    made: dict[str, Any] = {}
    for path, value in leaves:
        *parents, last = map(str, path)
        into = made
        for name in parents:
            into = into.setdefault(name, {})
        into[last] = value
    return made
