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
    path: str
    variable: str | None
    """The one line of the file that is written; None for the whole file."""

    @property
    def span(self) -> Span:
        generates = self.item.kind.generates
        assert generates  # else it has no sink
        return self.item.at(generates.sink)


def file_sinks(items: Iterable[Item]) -> Iterator[FileSink]:
    for item in items:
        generates = item.kind.generates
        sink = item.values.get(generates.sink) if generates else None
        if generates and sink is not None and sink.form in ("file", "env_file"):
            is_whole = sink.form == "file"
            written = str(sink.file if is_whole else sink.env_file)
            folder = posixpath.dirname(item.at(generates.sink).path)
            path = posixpath.normpath(posixpath.join(folder, written))
            yield FileSink(item, path, None if is_whole else str(sink.name))
