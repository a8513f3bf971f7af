"""How a kind's objects are read and told apart, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from clerkform.model.op import Op

MAX_PAGE = 500  # `limit` of every list in the Backend API, 2026-05-12; API keys say 100


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


IdOf = Callable[[Mapping[str, Any]], object]
"""The id of an object, in the body of an answer; it may be of any type."""


def own_id(body: Mapping[str, Any]) -> object:
    return body.get("id")


@dataclass(frozen=True)
class Collection:
    """Objects that come and go, read from a list; a section is a list of items."""

    path: str
    page: int | None = MAX_PAGE
    """Objects a page at most; None where the endpoint takes no paging and answers everything."""
    params: Mapping[str, str] = field(default_factory=dict)
    under: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are filled from fields: parameter to field name. One that stands in braces
    in the path goes there, any other into the query."""
    lookups: Lookups = field(default_factory=Lookups)
    id_of: IdOf = own_id
    """Unique in its kind."""

    section: ClassVar[type] = tuple
    """What a section's node holds."""
    says: ClassVar[str] = "a list of items; write `{name}: []` for none"
    """What a section is, for whoever wrote another thing."""

    @staticmethod
    def items_in(section: Any) -> Sequence[Any]:
        return tuple(section.value)

    @staticmethod
    def section_of(items: Sequence[Any]) -> Any:
        """The section that declares these items, as a manifest would write it."""
        return list(items)

    @staticmethod
    def schema_of(item: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON Schema of a section of such items."""
        return {"type": "array", "items": item}


@dataclass(frozen=True)
class Single:
    """One object that is always there, at a path of its own; a section is that item."""

    path: str
    page: ClassVar[None] = None
    params: ClassVar[Mapping[str, str]] = {}
    under: ClassVar[Mapping[str, str]] = {}
    lookups: ClassVar[Lookups] = Lookups()

    section: ClassVar[type] = dict
    says: ClassVar[str] = "a map of settings"

    @staticmethod
    def id_of(body: Mapping[str, Any]) -> object:
        """Of the instance, perhaps: of no other object of the kind, as there is none."""
        return own_id(body)

    @staticmethod
    def items_in(section: Any) -> Sequence[Any]:
        return (section,)

    @staticmethod
    def section_of(items: Sequence[Any]) -> Any:
        """None where nothing is to be declared."""
        return next(iter(items), None) or None

    @staticmethod
    def schema_of(item: Mapping[str, Any]) -> dict[str, Any]:
        return dict(item)


@dataclass(frozen=True)
class Hidden(Single):
    """One object that can only be written: nothing answers what it is."""


Reads = Collection | Single


def paginated(path: str) -> Collection:
    """A bare array unless ``paginated=true`` is sent, then ``{data, total_count}``."""
    return Collection(path, params={"paginated": "true"})
