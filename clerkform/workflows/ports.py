"""What a use case needs of the outside: the protocols that the ends fulfil."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from clerkform.apply.removed import Removed
from clerkform.apply.run import Writer
from clerkform.diagnostics import Diagnostic, Span
from clerkform.ledger.fingerprint import new_salt
from clerkform.ledger.journal import Journal
from clerkform.ledger.store import Store
from clerkform.live.people import Person
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import SecretRef, Sink
from clerkform.waiting.clock import Clock


class Reader(Protocol):
    """Where live state comes from. Each call may raise ``ApiError``."""

    async def instance(self) -> Mapping[str, Any]:
        """The body of ``GET /instance``."""

    async def read(self, read: Read) -> Live:
        """The objects that one read asks for."""

    async def count(self, kind: str) -> int:
        """How many objects of a kind there are."""

    async def people(self, addresses: Sequence[str]) -> Sequence[Person]:
        """Who has the e-mail addresses, as far as they are verified."""

    async def count_along(
        self, kind: str, ids: Sequence[str], most: int
    ) -> Mapping[str, Mapping[str, int]]:
        """How much goes along with each object, by id and ``Counted.what``, as far as ``most``
        requests tell. It raises nothing: what could not be asked is left out."""

    async def read_again(self, read: Read, live: Live) -> Live:
        """The kind's objects in ``live``, with what the read's sources show by now."""


class Secrets(Protocol):
    """Where secrets are; answers with findings, never with a value."""

    def check_ref(self, ref: SecretRef, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why there is no value, if there is none: a note, or an error where it may not be read.
        Runs no command."""

    def check_key(
        self, ref: SecretRef, base: Path, algorithm: str, span: Span | None = None
    ) -> Diagnostic | None:
        """Why the key that is there cannot sign with the algorithm."""

    def fingerprint(self, ref: SecretRef, base: Path, salt: bytes) -> str | None:
        """What tells whether the value is another one; None where there is no value."""

    def check_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why a new secret could not be delivered there, as far as looking tells: a note where
        another machine could."""

    def prepare_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why a new secret could not be delivered there, after trying to write."""

    def sink_warnings(
        self, sink: Sink, base: Path, span: Span | None = None
    ) -> Sequence[Diagnostic]:
        """What is unwise about delivering there."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Everything outside that a use case needs."""

    reader: Reader
    secrets: Secrets
    writer: Callable[[Live, Journal], Writer]
    """Makes a writer, given what is live before it starts, and where it keeps what must not be
    lost."""
    ledger: Store | None = None
    salt: Callable[[], bytes] = new_salt
    """Random bytes for the fingerprints of a new ledger."""
    has_live_key: bool = False
    """The secret key is one of a production instance, by its form."""
    requests: Callable[[], int] = lambda: 0
    """How many requests were sent so far."""
    requests_once: Callable[[], int] = lambda: 0
    """How many of them nobody has to send again, as what they answered stays so."""
    removed: Removed | None = None
    """Where it is kept what an object was, before it goes."""
    clock: Clock = field(default_factory=Clock)
