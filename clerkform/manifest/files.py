"""Finds manifests and reads them, and reads the files that ``from_file`` names.

What a checkout holds is not trusted: nothing outside the project folder is read, and nothing
hidden in it (``.git`` and ``.env`` hold credentials), whichever way a path or a link leads there.
"""

from __future__ import annotations

import codecs
import os
import posixpath
import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from clerkform.diagnostics import Problems, Source, Span
from clerkform.manifest.room import Room

if TYPE_CHECKING:
    from clerkform.manifest.reach import Reach

PROJECT_FILE: Final = "clerkform.yaml"
MAX_FILE: Final = 1_000_000
"""Bytes of a file named by ``from_file``; Clerk takes no value that large."""
MAX_MANIFEST: Final = 20_000_000
"""Bytes of any other file: far more than people or ``pull`` write."""
ENDINGS: Final = (".yaml", ".yml")
SCHEMA: Final = "schema.json"
"""What editors complete manifests with, beside the project file."""

_VERSION: Final = re.compile(r"\.\.[0-9]{4}(_[0-9]{2}){5}\.[0-9]+")
"""How Kubernetes names a version of a mounted volume (``pkg/volume/util/atomic_writer.go``)."""
_NOWHERE: Final[Mapping[str, Span]] = MappingProxyType({})


def read_manifests(
    root: Path,
    places: Sequence[str] | None,
    problems: Problems,
    *,
    exclude: Collection[str] = (),
    named_at: Mapping[str, Span] = _NOWHERE,
    may_be_empty: bool = False,
    reach: Reach | None = None,
    room: Room | None = None,
) -> list[Source]:
    """The manifests in ``places`` (files and folders under ``root``), sorted by path.

    Args:
        places: None for everything at and below ``root``.
        exclude: files and folders to leave out unless ``places`` names them.
        named_at: where the project file names each place.
        may_be_empty: finding nothing is no error, as for an overlay.
        reach: is told where manifests are looked for.
        room: what there is for all of them; without it that has no bound.

    Raises:
        TooManyProblems: there is more than there is room for.
    """
    search = _Search(root, problems, exclude)
    for place in ["."] if places is None else places:
        search.place(place, named_at.get(place))
    if reach:
        reach.searches(search.seen, "as a manifest")
        for path in search.found:
            reach.reads(path, "as a manifest")
    if not search.found and not search.failed and not may_be_empty:
        where = ", ".join(f"`{place}`" for place in places or ()) or "this folder or below it"
        problems.error(
            "no-manifest",
            f"no manifest (a `.yaml` or `.yml` file) is in {where}",
            hint="write one, `clerkform init` starts one, or `clerkform pull` makes them "
            "from a live instance",
        )
    sources = []
    for shown, path in sorted((shown, path) for path, shown in search.found.items()):
        text = read_text(path, shown, problems, Span(Source(shown), 1, 1), room=room)
        if text is not None:
            sources.append(Source(shown, text))
    return sources


class _Search:
    def __init__(self, root: Path, problems: Problems, exclude: Collection[str]) -> None:
        self.root, self.problems = root.resolve(), problems
        self.excluded = {(self.root / place).resolve() for place in exclude}
        self.found: dict[Path, str] = {}
        """Real path to shown path, so that a file met twice is read once."""
        self.seen: set[Path] = set()
        self.failed = False

    def place(self, place: str, span: Span | None) -> None:
        path = self.root / place
        shown = posixpath.normpath(place)
        real = self.inside(path, shown, span)
        if real is None:
            return
        self.excluded.discard(real)
        if os.path.isdir(real):
            self.folder(real, "" if shown == "." else shown + "/")
        elif os.path.exists(real):
            self.found.setdefault(real, shown)
        else:
            self.fail(
                "no-such-manifest",
                f"`{place}` is neither a file nor a folder",
                span,
                "paths are relative to the project file's folder",
            )

    def folder(self, real: Path, prefix: str) -> None:
        if real in self.seen:
            return
        self.seen.add(real)
        try:
            entries = sorted(os.scandir(real), key=lambda entry: (entry.is_symlink(), entry.name))
        except OSError as error:
            shown = prefix.rstrip("/") or "."
            self.fail("unreadable-file", f"`{shown}` cannot be read: {_why(error)}", None, None)
            return
        # Links come last, so that what also has a place of its own is shown there.
        for entry in entries:
            if not _is_skipped(entry):
                name = os.fsencode(entry.name).decode(errors="replace")
                self.entry(entry, prefix + name)

    def entry(self, entry: os.DirEntry[str], shown: str) -> None:
        is_folder = os.path.isdir(entry.path)  # entry.is_dir() fails on a ring of links
        if not is_folder and not is_manifest_name(shown):
            return
        real = self.inside(Path(entry.path), shown, Span(Source(shown), 1, 1))
        if real is None or real in self.excluded:
            return
        if is_folder:
            self.folder(real, shown + "/")
        else:
            self.found.setdefault(real, shown)

    def inside(self, path: Path, shown: str, span: Span | None) -> Path | None:
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a ring of links, a NUL
            self.fail("unreadable-file", f"`{shown}` cannot be read: {_why(error)}", span, None)
            return None
        if not real.is_relative_to(self.root):
            self.fail(
                "outside-folder",
                f"`{shown}` leads outside the project folder",
                span,
                "only what is in the project folder is read; move or copy it there",
            )
        elif is_hidden(self.root, real):
            self.fail(
                "hidden-file",
                f"`{shown}` is hidden or leads to what is, and that may hold credentials",
                span,
                "keep manifests where no part of the path begins with a dot",
            )
        elif os.path.isfile(real) and not is_manifest_name(real.name):
            self.fail(
                "not-a-manifest",
                f"`{shown}` is no `.yaml` or `.yml` file",
                span,
                "a manifest's own name ends in `.yaml` or `.yml`, and so does what a link leads to",
            )
        else:
            return real
        return None

    def fail(self, code: str, message: str, span: Span | None, hint: str | None) -> None:
        self.failed = True
        self.problems.error(code, message, span, hint=hint)


def _is_skipped(entry: os.DirEntry[str]) -> bool:
    """Whether what has this name is never searched: hidden, installed, or the project file."""
    return is_never_searched(entry.name) or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def is_never_searched(name: str) -> bool:
    """Whether nothing of this name is a manifest or holds one, but where a place is named."""
    return name.startswith(".") or name in (PROJECT_FILE, "node_modules")


def is_manifest_name(name: str) -> bool:
    """``NAME.yaml``, or as some editors and disks have it, ``NAME.YML``."""
    return name.lower().endswith(ENDINGS)


def is_hidden(root: Path, real: Path) -> bool:
    """Whether a part of ``real`` below ``root``, both resolved, begins with a dot.

    Not what Kubernetes makes where it mounts a ConfigMap: ``clerk.yaml`` is a link to
    ``..data/clerk.yaml`` there, and ``..data`` one to a folder such as
    ``..2026_03_02_09_14_07.123456789``, so that all files are replaced in one move.
    """
    folder = root
    for part in real.relative_to(root).parts:
        if part.startswith(".") and not _is_mounted(folder, part):
            return True
        folder /= part
    return False


def _is_mounted(folder: Path, name: str) -> bool:
    """Whether this is the folder that a ``..data`` beside it leads to."""
    try:
        return bool(_VERSION.fullmatch(name)) and os.readlink(folder / "..data") == name
    except OSError:
        return False


def is_own(root: Path, relative: str) -> bool:
    """Whether ``relative`` stays in ``root`` and no link is on the way: safe to write to."""
    if "\0" in relative:  # no path
        return False
    base = os.path.realpath(root)
    path = Path(os.path.normpath(os.path.join(base, relative)))
    return (
        path.is_relative_to(base)
        and os.path.realpath(os.path.join(base, relative)) == str(path)
        # A link to itself resolves to itself.
        and not any(each.is_symlink() for each in (path, *path.parents))
    )


def read_text_inside(
    root: Path, folder: str, relative: str, span: Span, problems: Problems, room: Room | None = None
) -> str | None:
    """The text of the file at ``relative`` to ``folder``, itself relative to ``root``.

    Raises:
        TooManyProblems: there is no ``room`` for it.
    """
    base = root.resolve()
    try:
        real = (base / folder / relative).resolve()
        missing = not real.exists()
    except (OSError, RuntimeError, ValueError) as error:
        problems.error("unreadable-file", f"`{relative}` cannot be read: {_why(error)}", span)
        return None
    if not real.is_relative_to(base):
        problems.error(
            "outside-folder",
            f"`{relative}` leads outside the project folder",
            span,
            hint="only what is in the project folder is read; move or copy it there",
        )
    elif is_hidden(base, real):
        problems.error(
            "hidden-file",
            f"`{relative}` is hidden, and what is hidden may hold credentials",
            span,
            hint="name a file whose path has no part that begins with a dot",
        )
    elif missing:
        near = problems.nearest(real.name, tuple(_names_in(real.parent)))
        hint = near or "paths are relative to the manifest that names them"
        problems.error("missing-file", f"there is no file `{relative}`", span, hint=hint)
    else:
        return read_text(real, relative, problems, span, limit=MAX_FILE, room=room)
    return None


def _names_in(folder: Path) -> Iterator[str]:
    if os.path.isdir(folder) and os.access(folder, os.R_OK):
        yield from (name for name in os.listdir(folder) if not name.startswith("."))


def read_text(
    path: Path,
    shown: str,
    problems: Problems,
    span: Span,
    *,
    limit: int | None = None,
    room: Room | None = None,
) -> str | None:
    """A file's text. With a ``limit`` in bytes, ``span`` is where a manifest names the file.

    Raises:
        TooManyProblems: there is no ``room`` for it.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would block for ever
            problems.error("unreadable-file", f"`{shown}` is no regular file", span)
            return None
        bound = MAX_MANIFEST if limit is None else limit
        with path.open("rb") as file:
            data = file.read(bound + 1)
        if room:
            room.take("files", 1, span, problems)
            room.take("bytes", len(data), span, problems)
    except OSError as error:
        problems.error("unreadable-file", f"`{shown}` cannot be read: {_why(error)}", span)
        return None
    if len(data) > bound:  # as some files of the system, which say that they are empty
        problems.error("too-large", f"`{shown}` is larger than {bound:,} bytes", span)
        return None
    return decoded(data, shown, problems, None if limit is None else span)


def decoded(data: bytes, shown: str, problems: Problems, named_at: Span | None) -> str | None:
    """The text that these bytes are; ``named_at`` is where a manifest names what holds them."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        before = data[start : error.start].decode()
        line = data.count(b"\n", 0, error.start) + 1
        problems.error(
            "not-utf8",
            f"line {line} of `{shown}` is not UTF-8",
            named_at or Span(Source(shown), line, len(before) + 1),
            hint="save the file with the encoding UTF-8",
            quotes_line=named_at is not None,
        )
        return None


def _why(error: Exception) -> str:
    """The reason alone: an OSError's text repeats the path as the machine knows it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the path is not valid"
