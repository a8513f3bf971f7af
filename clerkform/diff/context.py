"""What an action is concluded from, besides its item and its live object."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

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
    declared: Collection[Address]
    keys: Mapping[tuple[str, str], str]
    rules: Rules
    problems: Problems
    ledger: Ledger
    prints: Prints
