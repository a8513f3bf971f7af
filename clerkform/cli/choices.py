"""What somebody has chosen on the command line, as values that commands pass on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Where:
    """The environment to work in."""

    environment: str | None
    var: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The environment to work in, and how to reach its instance."""

    environment: str | None
    max_quota: float | None
    allow_api_host: tuple[str, ...]
    max_answer_mb: float | None = field(default=None, kw_only=True)
    max_answer_seconds: float | None = field(default=None, kw_only=True)
    max_pages: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Online(Reach):
    """The same for a command that reads manifests."""

    var: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which addresses are meant."""

    target: tuple[str, ...]
    exclude: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted(Selection):
    """What a plan is asked to do, and which guards are told that it is meant."""

    max_deletes: int | None
    max_delete_percent: float | None
    allow_delete: tuple[str, ...]
    allow_weakening: tuple[str, ...]
    allow_lockout: tuple[str, ...]
    allow_production: bool
    no_impact: bool
    replace: tuple[str, ...] = ()
    resend: tuple[str, ...] = ()
    deliver: tuple[str, ...] = ()
    """Of a command without these options: nothing."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What the command line says so that nobody has to be asked."""

    auto_approve: bool
    approve: str | None
