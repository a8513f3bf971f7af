"""What can be known of a refusal before an apply: that it is told, that it is avoided, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

USER = "user_000000000000000000000000000"
ACME = "organizations: [{slug: acme, name: Acme, public_metadata: {a: %s}}]\n"


@dataclass(frozen=True)
class Seen:
    """A manifest whose refusal is told before anything is written."""

    manifest: str
    code: str
    by: Literal["validate", "plan"] = "validate"
    live: str = ""
    """What was applied before."""
    seed: dict[str, Any] = field(default_factory=dict)
    """What was there before that."""
    knobs: dict[str, Any] = field(default_factory=dict)
    """Of the sandbox."""
    is_warned: bool = False
    """It may be refused: a warning says so."""
    exit_code: int = 1
    sends: tuple[str, str, dict[str, Any]] | None = None
    """The request that the apply would make, where nothing else stands in its way."""


@dataclass(frozen=True)
class Met:
    """It never comes to the request: an apply finds what it wants to make, and writes nothing."""

    manifest: str
    live: str = ""
    seed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unseen:
    """Why nobody can see it before."""

    why: str


Entry = Seen | Met | Unseen

GONE = Unseen("the object was there when the plan read it, and went before the apply")
NOT_SENT = Unseen("clerkform sends no such request")
ASKS = Unseen("a read of clerkform's own, with parameters that no manifest sets")
MODEL = Unseen("types, unknown, missing and null fields: what clerkform sends is what models made")
BOUNDS = Unseen("test_foresight tests the bounds of each field one by one")
SERVICE = Unseen("an outage, a busy instance, a gateway: it comes and goes")
PRODUCTION = {"instance": "production"}
