"""What a plan may do besides what the manifests say."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerkform.model import Address


@dataclass(frozen=True, slots=True)
class Rules:
    """What is pruned, and what is replaced, sent or delivered on request."""

    pruned: frozenset[str] = frozenset()
    """Kinds of which everything goes that is not declared."""
    owned: frozenset[str] = frozenset()
    """Kinds of which that goes what the ledger has and is no longer declared."""
    replace: frozenset[Address] = field(default_factory=frozenset)
    delete_first: bool = False
    """What is replaced goes before its successor is made, even where both could be live."""
    resend: frozenset[Address] = field(default_factory=frozenset)
    """Whose write-only fields are sent though nothing else of them changed."""
    deliver: frozenset[Address] = field(default_factory=frozenset)
    """Whose secret is delivered once more."""
    kept: frozenset[Address] = field(default_factory=frozenset)
    """What is never made anew without being asked, not even where nobody has its secret."""
