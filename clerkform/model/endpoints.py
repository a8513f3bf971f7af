"""The API calls of a kind, as data, and constructors for the usual shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

MAX_PAGE = 500  # `limit` of every list in the Backend API, 2026-05-12; API keys say 100

_IN_BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Op:
    """One call. ``{id}`` and ``{key}`` in its path are filled in, and so is any field of the kind
    that stands in braces: a parent's id, in ``/organizations/{organization}/domains/{id}``."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    """What the call always sends; an object's fields come on top."""


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
        return next(iter(items), {})

    @staticmethod
    def schema_of(item: Mapping[str, Any]) -> dict[str, Any]:
        return dict(item)


@dataclass(frozen=True)
class Hidden(Single):
    """One object that can only be written: nothing answers what it is."""


Reads = Collection | Single


@dataclass(frozen=True)
class Endpoints:
    """What is missing says as much: without ``update`` every change is a replace."""

    reads: Reads
    """How the kind's objects are read and told apart."""
    create: Op | None = None
    get: Op | None = None
    update: Op | None = None
    delete: Op | None = None
    parts: Mapping[str, Op] = field(default_factory=dict)
    """Endpoints for the fields that are written ``via`` another path."""
    removals: Mapping[str, Op] = field(default_factory=dict)
    """Ways to remove, by the word in ``lifecycle.deletion``; the first is the default."""

    def removal(self, how: str | None) -> Op | None:
        if self.removals:
            return self.removals[how or next(iter(self.removals))]
        return self.delete

    def calls(self) -> Iterator[Op]:
        """Every call about one object."""
        lone = (self.create, self.get, self.update, self.delete, self.reads.lookups.by_key)
        yield from (op for op in lone if op)
        yield from self.parts.values()
        yield from self.removals.values()

    @cached_property
    def path_fields(self) -> frozenset[str]:
        """The fields that stand in the paths of calls."""
        named = (name for op in self.calls() for name in _IN_BRACES.findall(op.path))
        return frozenset(named) - {"id", "key"}


def filled(path: str, values: Mapping[str, str]) -> str:
    """``path`` with what stands in braces, which is quoted already."""
    return _IN_BRACES.sub(lambda match: values.get(match[1], match[0]), path)


def paginated(path: str) -> Collection:
    """A bare array unless ``paginated=true`` is sent, then ``{data, total_count}``."""
    return Collection(path, params={"paginated": "true"})


def crud(
    path: str,
    *,
    reads: Collection,
    get: bool = True,
    update: bool = True,
    parts: Mapping[str, Op] | None = None,
) -> Endpoints:
    """A collection at ``path`` with its objects at ``path/{id}``."""
    one = f"{path}/{{id}}"
    return Endpoints(
        reads=reads,
        create=Op("POST", path),
        get=Op("GET", one) if get else None,
        update=Op("PATCH", one) if update else None,
        delete=Op("DELETE", one),
        parts=parts or {},
    )


def single(path: str, *, readable: bool = True, parts: Mapping[str, Op] | None = None) -> Endpoints:
    """An object that is always there, read and updated at one path, or only updated."""
    return Endpoints(
        reads=Single(path) if readable else Hidden(path),
        get=Op("GET", path) if readable else None,
        update=Op("PATCH", path),
        parts=parts or {},
    )
