"""``lifecycle.ignore_changes``: paths, and values without what stands there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clerkform.desired import Item
from clerkform.model.paths import GONE, Path


def ignored_paths(item: Item) -> tuple[tuple[str, ...], ...]:
    """``lifecycle.ignore_changes``, each path split at its dots."""
    return tuple(tuple(path.split(".")) for path in item.lifecycle("ignore_changes") or ())


def is_within(path: Path, parents: Iterable[Path]) -> bool:
    """Whether ``path`` is one of ``parents`` or stands inside one."""
    return any(path[: len(parent)] == parent for parent in parents)


def with_part(value: Any, path: Path, part: Any) -> Any:
    """``value`` with ``part`` at ``path``, or without it if the part is ``GONE``."""
    if not isinstance(value, dict):
        return value
    step, *rest = path
    result = dict(value)
    if rest:
        if step in result or part is not GONE:
            result[str(step)] = with_part(result.get(str(step), {}), tuple(rest), part)
    elif part is GONE:
        result.pop(str(step), None)
    else:
        result[str(step)] = part
    return result
