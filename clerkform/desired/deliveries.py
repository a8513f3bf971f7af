"""Where manifests have secrets delivered, before anything else of them is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from clerkform.diagnostics import Problems, Span
from clerkform.manifest.node import Json, Node
from clerkform.manifest.values import fill_data
from clerkform.model import Kind, Registry
from clerkform.model.sink import FileForm


def deliveries(
    roots: Sequence[Node], registry: Registry, variables: Mapping[str, Json]
) -> Iterator[tuple[str, Span]]:
    """Each path as it is written, its variables filled in, and the place of its sink: also of items
    that are wrong otherwise, which is not said here."""
    for root in roots:
        for name, section in root.value.items() if isinstance(root.value, dict) else ():
            kind = registry.get(name)
            if kind and kind.makes and isinstance(section.value, kind.reads.section):
                for item in kind.reads.items_in(section):
                    yield from _of(item, kind, variables)


def _of(item: Node, kind: Kind, variables: Mapping[str, Json]) -> Iterator[tuple[str, Span]]:
    for name in kind.makes:
        written = item.get(name)
        sink = fill_data(written, variables, Problems()) if written else None
        for form in get_args(FileForm):
            path = sink.get(form) if sink else None
            if path and isinstance(path.value, str):
                yield path.value, item.keys[name]
