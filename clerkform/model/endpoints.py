"""The API calls of a kind, as data, and constructors for the usual shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from clerkform.model.op import IN_BRACES, Op
from clerkform.model.reads import Collection, Hidden, Reads, Single


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
    shown_by_empty: tuple[str, ...] = ()
    """Of ``parts``, and the empty name for ``update``: the calls that answer what is there where
    nothing is sent."""
    unanswered: tuple[str, ...] = ()
    """The calls, named likewise, that answer nothing: what they did is read back."""
    removals: Mapping[str, Op] = field(default_factory=dict)
    """Ways to remove, by the word in ``lifecycle.deletion``; the first is the default."""

    def removal(self, how: str | None) -> Op | None:
        if self.removals:
            return self.removals[how or next(iter(self.removals))]
        return self.delete

    def update_of(self, part: str) -> Op | None:
        """The call that writes a part; the empty name is the update itself."""
        return self.parts.get(part) or self.update

    def calls(self) -> Iterator[Op]:
        """Every call about one object."""
        lone = (self.create, self.get, self.update, self.delete, self.reads.lookups.by_key)
        yield from (op for op in lone if op)
        yield from self.parts.values()
        yield from self.removals.values()

    @cached_property
    def path_fields(self) -> frozenset[str]:
        """The fields that stand in the paths of calls."""
        named = (name for op in self.calls() for name in IN_BRACES.findall(op.path))
        return frozenset(named) - {"id", "key"}


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


def single(
    path: str,
    *,
    readable: bool = True,
    parts: Mapping[str, Op] | None = None,
    shown_by_empty: tuple[str, ...] = (),
    unanswered: tuple[str, ...] = (),
) -> Endpoints:
    """An object that is always there, read and updated at one path, or only updated."""
    return Endpoints(
        reads=Single(path) if readable else Hidden(path),
        get=Op("GET", path) if readable else None,
        update=Op("PATCH", path),
        parts=parts or {},
        shown_by_empty=shown_by_empty,
        unanswered=unanswered,
    )
