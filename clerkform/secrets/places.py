"""Which files may hold a secret, whichever way a path or a link leads there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clerkform.manifest.files import PROJECT_FILE
from clerkform.secrets.refusals import Refused

OFF_LIMITS: Final = frozenset({".git", ".github", ".clerkform"})
"""Folders whose files hold credentials, or say what is run."""
ALLOW_FOLDER: Final = "keep it in the project folder, or name its folder in CLERKFORM_SECRET_DIRS"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that files with secrets lie in, and what in them is none."""

    folders: tuple[Path, ...]
    """With every link followed: the project's, then those that whoever runs clerkform names."""
    ledgers: tuple[str, ...]
    """Their paths with every link followed, case folded."""

    @classmethod
    def of(cls, root: Path, secret_dirs: Sequence[Path], ledgers: Collection[str]) -> Places:
        """``ledgers`` are paths from ``root``, the project's folder."""
        return cls(
            tuple(folder.resolve() for folder in (root, *secret_dirs)),
            tuple(str((root / ledger).resolve()).casefold() for ledger in ledgers),
        )

    def find(self, text: str, base: Path) -> Path:
        """The file that a manifest in the folder ``base`` means, with every link followed.

        Raises:
            Refused: it is outside, or no place for a secret.
        """
        if text.startswith("~"):
            raise Refused("outside-folder", f"`~` in {text} is not expanded", ALLOW_FOLDER)
        try:
            path = (base / text).resolve()
        except (OSError, RuntimeError):  # a ring of symbolic links
            raise Refused(
                "outside-folder", f"{text} leads nowhere: its links form a ring"
            ) from None
        around = [folder for folder in self.folders if path.is_relative_to(folder)]
        if not around:
            raise Refused("outside-folder", f"{text} is outside the project folder", ALLOW_FOLDER)
        # The nearest: what is above it was named by whoever runs clerkform.
        inside = path.relative_to(max(around, key=lambda folder: len(folder.parts)))
        if self._is_ledger(path) or _is_off_limits(inside):
            raise Refused(
                "off-limits", f"{text} belongs to git, to CI or to clerkform; no secret is there"
            )
        return path

    def is_in_project(self, text: str, base: Path) -> bool:
        return (base / text).resolve().is_relative_to(self.folders[0])

    def _is_ledger(self, path: Path) -> bool:
        """Or its lock, or one that was set aside."""
        return str(path).casefold().startswith(self.ledgers)


def _is_off_limits(inside: Path) -> bool:
    """Whether a path within a folder is one of git's, CI's or clerkform's own, however it is
    spelled: the disks of macOS and Windows know no case."""
    parts = {part.casefold() for part in inside.parts}
    return not OFF_LIMITS.isdisjoint(parts) or inside.name.casefold() == PROJECT_FILE
