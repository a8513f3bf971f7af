"""A value in a manifest together with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from clerkform.diagnostics import Span

Scalar = str | int | float | bool | None
Json = Scalar | list["Json"] | dict[str, "Json"]

_EMPTY: Final[Mapping[str, Span]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a manifest that knows where it stands."""

    # No value in the repr: it may be a secret that should not have been written down.
    value: Scalar | tuple[Node, ...] | dict[str, Node] = field(repr=False)
    span: Span
    keys: Mapping[str, Span] = field(default_factory=lambda: _EMPTY, repr=False)
    """Of a map: where each key stands."""

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, tuple)

    @property
    def is_scalar(self) -> bool:
        return not isinstance(self.value, (dict, tuple))

    def get(self, part: str | int) -> Node | None:
        """What stands under a key or an index, if anything does."""
        if isinstance(self.value, dict):
            return self.value.get(part) if isinstance(part, str) else None
        if isinstance(self.value, tuple) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def at(self, path: Sequence[str | int]) -> Node:
        """The deepest node on ``path`` that the author wrote."""
        node = self
        for part in path:
            inner = node.get(part)
            if inner is None:
                break
            node = inner
        return node

    def key_span(self, key: str) -> Span:
        """Where ``key`` stands in this map, or the map itself if it was not written."""
        return self.keys.get(key, self.span)

    def plain(self) -> Json:
        """The plain value, spans left out."""
        value = self.value
        if isinstance(value, dict):
            return {key: node.plain() for key, node in value.items()}
        if isinstance(value, tuple):
            return [node.plain() for node in value]
        return value
