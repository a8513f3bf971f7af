"""Paths to operations: a tree with a level for each segment, where ``{name}`` takes any."""

from collections.abc import Iterable
from typing import Any

from clerkform.sandbox.operation import METHODS, Operation

_ANY = "/*"  # no segment has a slash
Found = tuple[Operation, dict[str, str]]


class Router:
    """Segments that are named win over ``{name}``. A trailing slash is a segment too."""

    def __init__(self, operations: Iterable[tuple[str, Operation]]) -> None:
        self._tree: dict[str, Any] = {}
        for path, operation in operations:
            names = []
            branch = self._tree
            for segment in path.split("/"):
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    segment = _ANY
                branch = branch.setdefault(segment, {})
            branch[f"/{operation.method}"] = (operation, names)

    def knows(self, path: str) -> bool:
        """Whether there is an operation of any method."""
        return any(self.find(method, path) for method in METHODS)

    def find(self, method: str, path: str) -> Found | None:
        """The operation and the values of its path's parameters."""
        return _find(self._tree, path.split("/"), f"/{method}", [])


def _find(
    branch: dict[str, Any], segments: list[str], leaf: str, values: list[str]
) -> Found | None:
    if not segments:
        if leaf not in branch:
            return None
        operation, names = branch[leaf]
        return operation, dict(zip(names, values, strict=True))
    segment, *rest = segments
    if segment in branch and (found := _find(branch[segment], rest, leaf, values)):
        return found
    if segment and _ANY in branch:
        return _find(branch[_ANY], rest, leaf, [*values, segment])
    return None
