"""The files that new secrets are delivered to, as paths from the project's folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clerkform.desired import Item
from clerkform.diagnostics import Span


@dataclass(frozen=True, slots=True)
class FileSink:
    """Where the secret of an item goes, if that is a file."""

    item: Item
    field: str
    """The one that says so."""
    path: str
    variable: str | None
    """The one line of the file that is written; None for the whole file."""

    @property
    def span(self) -> Span:
        return self.item.at(self.field)


def file_sinks(items: Iterable[Item]) -> Iterator[FileSink]:
    declared = ((item, *one) for item in items for one in item.kind.sinks(item.values).items())
    for item, name, sink in declared:
        if sink.path is not None:
            folder = posixpath.dirname(item.at(name).path)
            path = posixpath.normpath(posixpath.join(folder, sink.path))
            yield FileSink(item, name, path, str(sink.name) if sink.form == "env_file" else None)
