"""Clerkform with the kinds of tests besides its own, in this process or in one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from clerkform.cli import connect, main
from clerkform.client.http import ClerkClient
from clerkform.client.reader import ClerkReader, Sources
from clerkform.kinds import KINDS
from clerkform.model import Registry
from tests.made_up import MADE_UP

ALL = Registry([*KINDS.values(), *(kind for kind in MADE_UP.values() if kind.name != "crowns")])
"""``crowns`` stands for what is refused, and has no routes."""


@contextmanager
def more_kinds() -> Iterator[None]:
    """Every command knows the kinds of tests as well, and reads what they hide elsewhere."""

    def reader(client: ClerkClient, *args: Any, **more: Any) -> ClerkReader:
        doors: Sources = {"frontend": lambda: client.get("/doors")}
        return ClerkReader(client, *args, **{**more, "sources": doors})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KINDS, "_kinds", dict(ALL))
        patch.delitem(KINDS.__dict__, "referred_to", raising=False)
        patch.setattr(connect, "ClerkReader", reader)
        try:
            yield
        finally:
            KINDS.__dict__.pop("referred_to", None)


if __name__ == "__main__":
    with more_kinds():
        main()
