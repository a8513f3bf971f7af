"""Which files of a project a run reads, or would read if they were there.

A secret must be delivered to none of them: what is read may be quoted, and sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from clerkform.diagnostics import Span
from clerkform.manifest.files import is_manifest_name, is_never_searched

T = TypeVar("T")


class Reach:
    """Collects what is read. Paths are resolved, so it makes no difference how one is spelled."""

    def __init__(self) -> None:
        self._folders, self._files = _ByPath[str](), _ByPath[str]()

    def searches(self, folders: Iterable[Path], what: str) -> None:
        """Every manifest in and below these is read; ``what`` ends the sentence that says so."""
        for folder in folders:
            self._folders.put(folder, what)

    def reads(self, file: Path, what: str) -> None:
        self._files.put(file, what)

    def what(self, path: Path) -> str | None:
        """As what a file at ``path`` is read; None if it is not."""
        return self._files.at(path) or self._found_as(path)

    def _found_as(self, path: Path) -> str | None:
        if not is_manifest_name(path.name):
            return None
        for folder in path.parents:
            if is_never_searched(path.name):
                return None
            if what := self._folders.at(folder):
                return what
            path = folder
        return None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that a manifest has a secret delivered to."""

    path: Path
    shown: str
    manifest: Path
    span: Span


class Deliveries:
    """The files that secrets are delivered to, as far as the manifests that say so can be read."""

    def __init__(
        self, root: Path, named: Iterable[tuple[str, Span]], broken: Iterable[str]
    ) -> None:
        """``named`` are paths as the manifests write them, each with its place. ``broken`` are the
        texts of manifests that may name others."""
        self._all = tuple(_resolved(root.resolve(), named))
        self._known = _ByPath[Delivery]()
        for one in self._all:
            self._known.put(one.path, one)
        self._words = {word for text in broken for word in _words(text)}

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._all)

    def at(self, path: Path) -> Delivery | None:
        return self._known.at(path)

    def may_be_quoted(self, sink: Delivery) -> bool:
        """Whether the manifest that names it is no such file itself."""
        return self.at(sink.manifest) is None

    def may_be_at(self, path: Path) -> bool:
        """Whether it is one, or its name stands in a manifest that cannot be read."""
        return self.at(path) is not None or self._words.issuperset(_words(path.name))


def _resolved(root: Path, named: Iterable[tuple[str, Span]]) -> Iterator[Delivery]:
    for text, span in named:
        try:
            manifest = (root / span.path).resolve()
            path = (root / span.path).parent.joinpath(text).resolve()
        except (OSError, RuntimeError, ValueError):  # a ring of links, a NUL: no place for a file
            continue
        yield Delivery(path, text, manifest, span)


_WORD = re.compile(r"[^\s'\"{}\[\],:/\\#]+")


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_folded(text)))


class _ByPath(Generic[T]):
    """What there is at each path, the first that was put there.

    Two files that are there are the same if the system says so. Of one that is not there yet,
    nobody knows whether the disk that it will be on tells letters in either case apart.
    """

    def __init__(self) -> None:
        self._there: dict[tuple[int, int], T] = {}
        self._spelled: dict[str, T] = {}
        self._missing: dict[str, T] = {}

    def put(self, path: Path, value: T) -> None:
        spelled, identity = _folded(str(path)), _identity(path)
        self._spelled.setdefault(spelled, value)
        if identity is None:
            self._missing.setdefault(spelled, value)
        else:
            self._there.setdefault(identity, value)

    def at(self, path: Path) -> T | None:
        identity, spelled = _identity(path), _folded(str(path))
        if identity is None:
            return self._spelled.get(spelled)
        found = self._there.get(identity)
        return self._missing.get(spelled) if found is None else found


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
