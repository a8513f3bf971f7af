"""Where a resource is found in plans, ledgers and on the command line."""

from __future__ import annotations

import shlex
from typing import NamedTuple


class Address(NamedTuple):
    """``kind/key``; of a kind that has but one object, the kind's name alone."""

    kind: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}" if self.key else self.kind

    @property
    def word(self) -> str:
        """The address as one word of a shell's command, whatever its key is made of."""
        return shlex.quote(str(self))

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that prints as ``text``. Whether there is such a kind is not looked at."""
        kind, _, key = text.partition("/")
        return cls(kind, key)
