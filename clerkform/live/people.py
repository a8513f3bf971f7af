"""Users whom manifests name by an e-mail address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A user on whom an address is verified."""

    address: str
    """In lower case."""
    id: str
    is_out: bool
    """Banned or locked."""
