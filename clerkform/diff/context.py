"""What an action is concluded from, besides its item and its live object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clerkform.desired import Item
from clerkform.diagnostics import Problems
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Ledger
from clerkform.model import Address
from clerkform.model.paths import Path

Prints = Mapping[tuple[Address, Path], str]
"""Fingerprints of declared secrets as they are now, by address and the field's path."""


@dataclass(frozen=True, slots=True)
class Context:
    ids: Mapping[Address, str]
    declared: Mapping[Address, Item]
    keys: Mapping[tuple[str, str], str]
    """(kind, id) to key, of what may be referred to."""
    going: Mapping[str, frozenset[str]]
    """Ids per kind of what goes on request."""
    rules: Rules
    problems: Problems
    ledger: Ledger
    prints: Prints
