"""What an apply may do, and to which instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one apply may delete."""

    max_deletes: int = 10
    max_delete_percent: float = 30


@dataclass(frozen=True, slots=True)
class Instance:
    """What the API says of itself."""

    id: str
    environment_type: str
    has_live_key: bool = False
    """The secret key that it answered to is one of a production instance."""

    @property
    def is_production(self) -> bool:
        return self.has_live_key or self.environment_type != DEVELOPMENT


@dataclass(frozen=True, slots=True)
class Guards:
    """What the project file, the command line and the terminal say."""

    limits: Limits = Limits()
    protect: tuple[str, ...] = ()
    pinned_instance: str | None = None
    reviewed_instance: str | None = None
    """Whose saved plan is to be applied."""
    production: bool = False
    """The environment says that it is production, or the command line did."""
    protected: bool = False
    approved: bool = False
    """``--approve`` named the environment, or a person typed its name."""
    environment: str = "default"
    interactive: bool = False
    """Somebody sees the plan and answers."""
    allow_delete: frozenset[str] = field(default_factory=frozenset)
    allow_weakening: frozenset[str] = field(default_factory=frozenset)
    """Addresses whose changes may loosen a rule; no patterns."""
    allow_lockout: frozenset[str] = field(default_factory=frozenset)
    live_counts: Mapping[str, int] = field(default_factory=dict)


def is_guarded(instance: Instance, guards: Guards) -> bool:
    """Whether what a plan means has to be named before it is applied."""
    return instance.is_production or guards.production or guards.protected


DEVELOPMENT = "development"
"""Of an instance that says anything else, nobody knows that it is not production."""
