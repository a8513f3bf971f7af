"""The exceptions that a user may meet, each with its parts as attributes.

    ClerkformError
    ├── UsageError       the command was asked for something it does not do
    │   └── SecretNotKept    an object was made whose secret reached nobody
    ├── ManifestError    the manifests or the project file are wrong, or a secret is not there
    ├── PlanError        a plan was made but is refused: its guards' findings
    └── ApiError         an exchange with the API failed
        ├── Unreachable      no answer: no network, a timeout, a broken connection
        ├── NotAvailable     the instance has no such list, which is not an empty one
        └── BadAnswer        an answer that is not what the API documents
            ├── MovingList       a list that changed each time it was read
            └── TooMuch          an answer that takes up more than one may

Only the caller of a workflow catches them; what each means for the exit code is said in ``cli.exits``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from clerkform.diagnostics import Diagnostic


class ClerkformError(Exception):
    """Anything that clerkform reports instead of a traceback."""


class UsageError(ClerkformError):
    """Asked for something that cannot be done; the message says what to do instead."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class ManifestError(ClerkformError):
    """Findings in the manifests or the project file, in source order."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} problems")
        self.diagnostics = tuple(diagnostics)


class SecretNotKept(UsageError):
    """An object was made whose secret reached nobody; says what became of it."""


class PlanError(ManifestError):
    """Findings that need the live state to be seen: conflicts, missing objects, refusals."""


@dataclass(frozen=True, slots=True)
class ClerkErrorItem:
    """One entry of ``errors`` in an answer of Clerk's."""

    code: str
    message: str
    param: str | None = None
    """The request's field it is about (``meta.param_name``)."""
    meta: Mapping[str, Any] = field(default_factory=dict)


class ApiError(ClerkformError):
    """A request that failed. Holds what Clerk said, never the body or the key that were sent."""

    def __init__(
        self,
        method: str,
        path: str,
        *,
        status: int | None = None,
        items: Sequence[ClerkErrorItem] = (),
        trace_id: str | None = None,
        detail: str | None = None,
        retry_after: float | None = None,
        may_have_acted: bool = False,
    ) -> None:
        self.method, self.path, self.status = method, path, status
        self.items, self.trace_id, self.detail = tuple(items), trace_id, detail
        self.retry_after = retry_after
        """Seconds, from ``Retry-After`` of a 429 or 503."""
        self.may_have_acted = may_have_acted
        """True for a write whose answer was lost: nobody knows whether the server did it."""
        super().__init__(f"{method} {path}: {detail or status}")

    @property
    def is_not_found(self) -> bool:
        """Whether Clerk said that the object is not there; any gateway can answer 404."""
        return self.status == 404 and bool(self.items)

    @property
    def says_taken(self) -> bool:
        """Whether Clerk said that something is there already. No code is the same for all kinds."""
        ends = ("exists", "taken", "duplicate_record")
        return any(i.code.endswith(ends) or "already exists" in i.message for i in self.items)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)


class Unreachable(ApiError):
    """No answer came: name resolution, connection, TLS, timeout, reset."""


class NotAvailable(ApiError):
    """A list answers 404: what it is of is not available on this instance."""

    @property
    def is_not_found(self) -> bool:
        """No object was asked for that could be missing."""
        return False


class BadAnswer(ApiError):
    """An answer came that cannot be used: not JSON, cut short, or without a field it must have."""


ANSWERED_WITH_SECRET: Final = "answered with a secret that this run knows; nothing was written"
"""Of a ``BadAnswer`` to what would be kept in a file."""


class MovingList(BadAnswer):
    """A list was another one each time it was read: somebody writes to it, and nothing is wrong."""


class TooMuch(BadAnswer):
    """An answer was given up because it takes up more than it may; ``option`` raises the bound."""

    def __init__(
        self, method: str, path: str, *, detail: str, option: str, may_have_acted: bool = False
    ) -> None:
        super().__init__(method, path, detail=detail, may_have_acted=may_have_acted)
        self.option = option
