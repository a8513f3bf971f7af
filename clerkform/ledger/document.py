"""A ledger as JSON text and back: a header, and an entry a line.

Entries are encoded once and kept, so that writing a ledger of many after each step stays cheap.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from clerkform.ledger.entries import Entry, Ledger
from clerkform.ledger.fingerprint import SALT_BYTES
from clerkform.manifest.strict_json import NotJson, TooDeep, strict_json
from clerkform.model import Address

FORMAT: Final = "clerkform ledger"
FORMAT_VERSION: Final = 1
TOO_DEEP: Final = "is nested too deeply to be one"

DEEPEST: Final = 120
"""Levels of nesting: those of a manifest's value, and what an entry puts around it."""

_ENTRY: Final = TypeAdapter(Entry)


class NotALedger(ValueError):
    """The text cannot be used; the message goes on from "the ledger ..."."""


class Encoder:
    """Makes the text of successive states of a ledger."""

    def __init__(self) -> None:
        self._lines: dict[Address, tuple[Entry, str]] = {}

    def encode(self, ledger: Ledger) -> str:
        head = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "environment": ledger.environment,
            "instance": ledger.instance,
            "salt": ledger.salt.hex(),
        }
        entries = sorted(ledger.entries.items())
        lines = ",\n".join(self._line(address, entry) for address, entry in entries)
        return json.dumps(head)[:-1] + ', "entries": {\n' + lines + "\n}}\n"

    def _line(self, address: Address, entry: Entry) -> str:
        known = self._lines.get(address)
        if known is None or known[0] is not entry:
            text = f"{json.dumps(str(address))}: {json.dumps(_said(entry))}"
            known = self._lines[address] = (entry, text)
        return known[1]


def _said(value: Any) -> dict[str, Any]:
    """The attributes of a dataclass that are not as they are by default."""
    said = {}
    for attribute in dataclasses.fields(value):
        inner = getattr(value, attribute.name)
        is_default = inner == attribute.default or (
            attribute.default_factory is not dataclasses.MISSING
            and inner == attribute.default_factory()
        )
        if not is_default:
            said[attribute.name] = _plain(inner)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return _said(value) if dataclasses.is_dataclass(value) else value


def decode(text: bytes) -> Ledger:
    """The ledger in a file's content.

    Raises:
        NotALedger: it is damaged, something else, or of a newer version.
    """
    try:
        document = strict_json(text, DEEPEST)
    except TooDeep:
        raise NotALedger(TOO_DEEP) from None
    except NotJson:
        raise NotALedger("is damaged: it is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotALedger("is no ledger but something else")
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        shown = version if isinstance(version, int | str) else "of another sort"
        raise NotALedger(
            f"has format_version {json.dumps(shown)}, and this clerkform knows {FORMAT_VERSION}"
        )
    try:
        salt = bytes.fromhex(document["salt"])
        entries = {
            _address(text): _ENTRY.validate_python(said)
            for text, said in document["entries"].items()
        }
        environment, instance = document["environment"], document["instance"]
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise NotALedger("is damaged: a part of it is missing or of the wrong form") from None
    if len(salt) != SALT_BYTES or not isinstance(environment, str) or not isinstance(instance, str):
        raise NotALedger("is damaged: its salt or its names are of the wrong form")
    return Ledger(environment, instance, salt, entries, is_new=False)


def _address(text: str) -> Address:
    found = Address.parse(text)
    if not found.kind:
        raise ValueError("no address")
    return found
