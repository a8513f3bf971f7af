"""What stands in the way of a secret, before anybody says at which line it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from clerkform.diagnostics import Diagnostic, Span


class Refused(Exception):
    """Carries what is wrong to where the span is known. It never quotes a value."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint

    def at(self, span: Span | None) -> Diagnostic:
        return Diagnostic(self.code, self.message, span, self.hint)


class Absent(Refused):
    """Nothing is wrong with the reference: what it refers to is not there, or not here."""

    def at(self, span: Span | None) -> Diagnostic:
        return replace(super().at(span), severity="note")


def refusal(span: Span | None, attempt: Callable[[], object]) -> Diagnostic | None:
    """What ``attempt`` was refused for; None if nothing was."""
    try:
        attempt()
    except Refused as refused:
        return refused.at(span)
    return None


@contextmanager
def refused_by_system(code: str, what: str) -> Iterator[None]:
    """An ``OSError`` in the block, as something that is ``Absent``."""
    try:
        yield
    except OSError as exc:
        raise Absent(code, f"{what}: {exc.strerror}") from None
