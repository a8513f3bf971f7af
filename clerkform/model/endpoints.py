"""The API calls of a kind, as data, and constructors for the usual shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_PAGE = 500  # `limit` of every list in the Backend API, 2026-05-12; API keys say 100


@dataclass(frozen=True, slots=True)
class Op:
    """One call; ``{id}`` and ``{key}`` in its path are filled in."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    """What the call always sends; an object's fields come on top."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How a kind is listed to the end."""

    path: str
    page: int | None = MAX_PAGE
    """Objects a page at most; None where the endpoint takes no paging and answers everything."""
    params: Mapping[str, str] = field(default_factory=dict)
    under: Mapping[str, str] = field(default_factory=dict)
    """Query parameters that are filled from fields: parameter to field name."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """Reads that are cheaper than a listing when few objects are declared."""

    by_key: Op | None = None
    """One object by its key."""
    by_name: str | None = None
    """A listing parameter that matches at least what the fallback identity equals."""
    by_ids: str | None = None
    """A listing parameter that takes many ids."""
    ids_at_once: int = 100


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What is missing says as much: without ``update`` every change is a replace."""

    list: Listing
    create: Op
    get: Op | None = None
    update: Op | None = None
    delete: Op | None = None
    parts: Mapping[str, Op] = field(default_factory=dict)
    """Endpoints for the fields that are written ``via`` another path."""
    removals: Mapping[str, Op] = field(default_factory=dict)
    """Ways to remove, by the word in ``lifecycle.deletion``; the first is the default."""
    lookups: Lookups = field(default_factory=Lookups)

    def removal(self, how: str | None) -> Op | None:
        if self.removals:
            return self.removals[how or next(iter(self.removals))]
        return self.delete


def paginated(path: str) -> Listing:
    """A bare array unless ``paginated=true`` is sent, then ``{data, total_count}``."""
    return Listing(path, params={"paginated": "true"})


def crud(
    path: str,
    *,
    listing: Listing,
    get: bool = True,
    update: bool = True,
    parts: Mapping[str, Op] | None = None,
    lookups: Lookups | None = None,
) -> Endpoints:
    """A collection at ``path`` with its objects at ``path/{id}``."""
    one = f"{path}/{{id}}"
    return Endpoints(
        list=listing,
        create=Op("POST", path),
        get=Op("GET", one) if get else None,
        update=Op("PATCH", one) if update else None,
        delete=Op("DELETE", one),
        parts=parts or {},
        lookups=lookups or Lookups(),
    )
