"""What a place to keep ledgers must do, and finding the one that is meant."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from clerkform.discovery import exports
from clerkform.errors import ClerkformError
from clerkform.ledger import backends


class StoreFailed(ClerkformError):
    """The place cannot be read or written; the message says why and never what is in it."""


class StoreLocked(StoreFailed):
    """Another apply holds the ledger."""


class Store(Protocol):
    """Keeps the ledger of one environment. Each call may raise ``StoreFailed``."""

    place: str
    """What a person calls it, such as a path."""

    def read(self) -> bytes | None:
        """What was written last; None if nothing was."""

    def write(self, content: bytes) -> None:
        """Replace what is there, whole or not at all; it outlives a crash once this returns."""

    def set_aside(self) -> str:
        """Keep what is there under another name, and answer that name."""

    def lock(self) -> AbstractContextManager[None]:
        """Let nobody else lock it until the end of the block.

        Raises:
            StoreLocked: somebody holds it already.
        """


def open_store(place: str, root: Path) -> Store:
    """The store at ``place``, a path relative to the project folder ``root``."""
    store: Store = exports(backends, "BACKEND")["file"](place, root)
    return store
