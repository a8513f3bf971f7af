"""Finding a ledger that can be used, or saying why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerkform.diagnostics import Diagnostic
from clerkform.ledger.document import FORMAT, NotALedger, decode
from clerkform.ledger.entries import Ledger
from clerkform.ledger.resolve import NO_LEDGER
from clerkform.ledger.store import Store, StoreFailed
from clerkform.private_files import OWN_FOLDER

HEAD = 100
"""Bytes at whose beginning a ledger says that it is one."""
WITHOUT = "planned without it: nothing says who changed what, or what clerkform made"


@dataclass(frozen=True, slots=True)
class Opened:
    """A ledger, empty if none can be used, and what is to be said about that."""

    ledger: Ledger
    finding: Diagnostic | None = None
    is_in_the_way: bool = False
    """Something is there that cannot be used: it is kept under another name before a write."""
    is_no_ledger: bool = False
    """And that is a file of somebody else's: it is left alone, and nothing is recorded."""
    content: bytes | None = None
    """What is there now, where that is this ledger."""


NOTHING_OPENED = Opened(NO_LEDGER)


def open_ledger(
    store: Store | None, environment: str, instance: str, salt: Callable[[], bytes]
) -> Opened:
    """The ledger of an environment's instance; ``salt`` makes the salt of a new one."""
    new = Ledger(environment, instance, salt())
    if store is None:
        return Opened(new)
    try:
        content = store.read()
    except StoreFailed as failure:
        return Opened(new, _warning("ledger-unreadable", str(failure)), is_in_the_way=True)
    if content is None:
        return Opened(new)
    try:
        found = decode(content)
    except NotALedger as fault:
        found_at = f"the ledger {store.place} {fault}"
        is_own = store.place.startswith(f"{OWN_FOLDER}/") or FORMAT.encode() in content[:HEAD]
        finding = _warning("ledger-unusable", found_at)
        return Opened(new, finding, is_in_the_way=is_own, is_no_ledger=not is_own)
    if (found.environment, found.instance) != (environment, instance):
        whose = f"is of {found.instance}, environment `{found.environment}`"
        message = f"the ledger {store.place} {whose}, and this is {instance}, `{environment}`"
        return Opened(new, _warning("ledger-foreign", message), is_in_the_way=True)
    return Opened(found, content=content)


def _warning(code: str, message: str) -> Diagnostic:
    return Diagnostic(code, f"{message}; {WITHOUT}", severity="warning")
