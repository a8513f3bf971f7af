"""What a pull reads: every object of the kinds that are asked for, and what those refer to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from clerkform.errors import ApiError, NotAvailable
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import Kind, Registry
from clerkform.model.paths import value_at
from clerkform.workflows.observe import read_all
from clerkform.workflows.ports import Ends


async def read_asked(
    asked: list[Kind], registry: Registry, ends: Ends, named: bool | frozenset[str]
) -> tuple[Live, list[str]]:
    """Every object of the kinds, those that are listed under another after it; and which kinds the
    instance does not have. Where all are ``named``, or that one is, it is an error."""
    missing: list[str] = []

    async def ask(read: Read) -> Live:
        kind = registry[read.kind]
        try:
            return await ends.reader.read(read)
        except ApiError as error:
            why = _why_missing(kind, error)
            if why is None or named is True or (named and kind.name in named):
                raise
            missing.append(f"{kind.name}: {why}")
            return Live()

    return await _read_with(ask, asked, registry), sorted(missing)


def _why_missing(kind: Kind, error: ApiError) -> str | None:
    if isinstance(error, NotAvailable):
        return "this instance does not have them"
    switch = kind.switched_on
    is_off = switch is not None and switch.code in error.codes
    return f"`{switch.field}` of {switch.kind} is off" if switch and is_off else None


async def _read_with(
    ask: Callable[[Read], Awaitable[Live]], asked: list[Kind], registry: Registry
) -> Live:
    owners = {owner for kind in asked if kind.listed_per for owner in kind.references()}
    whole = [k for k in registry.values() if (k in asked or k.name in owners) and not k.listed_per]
    reads = [Read(kind.name, sources=kind.sources) for kind in whole]
    live = await read_all(ask, reads, Live())
    under = [read for kind in asked if kind.listed_per for read in _under_each(kind, live)]
    live = await read_all(ask, under, live)
    # Of what else is referred to no more than that: an application may have made very many.
    others = referred_ids(asked, live)
    lists = registry.values()
    wanted = [(k, others[k.name]) for k in lists if k.name in others and k.name not in live.whole]
    reads = [
        Read(kind.name, ids=tuple(sorted(ids)) if kind.reads.lookups.by_ids else ())
        for kind, ids in wanted
        if not kind.listed_per
    ]
    return await read_all(ask, reads, live)


def referred_ids(asked: Sequence[Kind], live: Live) -> dict[str, set[str]]:
    """The ids that the objects of some kinds refer to, by the kind of those."""
    found: dict[str, set[str]] = {}
    for kind in asked:
        for field in kind.leaves:
            ref = field.traits.ref
            # A literal is written as it is, and the owner of a list was read for that.
            if ref and ref.by == "id" and not ref.literal:
                for one in live.of(kind.name):
                    value = value_at(one.values, field.path)
                    ids = value if isinstance(value, list) else [value]
                    found.setdefault(ref.kind, set()).update(i for i in ids if isinstance(i, str))
    return {name: ids for name, ids in found.items() if ids}


def _under_each(kind: Kind, live: Live) -> Iterator[Read]:
    for field in kind.identity:
        if field.traits.ref:
            for one in live.of(field.traits.ref.kind):
                yield Read(
                    kind.name,
                    tuple(
                        (parameter, str(kind.fields[name].traits.variant or one.id))
                        for parameter, name in kind.reads.under.items()
                    ),
                )
