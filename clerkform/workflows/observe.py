"""Live state in two stages: what is listed under something else needs that one's id first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from clerkform.desired import Desired
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.deletions import deleted_ids
from clerkform.diff.match import Matched, match
from clerkform.diff.rules import Rules
from clerkform.errors import ApiError
from clerkform.ledger.entries import Ledger
from clerkform.ledger.resolve import settled
from clerkform.ledger.settling import as_written, not_settled
from clerkform.live.reads import Read, second_reads
from clerkform.live.state import Live
from clerkform.model import Address, Kind, Registry
from clerkform.model.fields import sources_of
from clerkform.model.paths import Path
from clerkform.waiting.clock import Clock
from clerkform.waiting.together import together
from clerkform.waiting.until import until
from clerkform.workflows.people import find_people
from clerkform.workflows.ports import Reader


@dataclass(frozen=True, slots=True)
class Seen:
    """Live state, paired with what is declared, and the ledger with what that settles of it."""

    matched: Matched
    live: Live
    ledger: Ledger
    problems: Problems
    """What of the manifests contradicts what is live."""


async def read_and_match(
    desired: Desired,
    registry: Registry,
    reader: Reader,
    rules: Rules,
    reads: Sequence[Read],
    ledger: Ledger,
    clock: Clock | None = None,
    within: float = 0.0,
) -> Seen:
    """Everything that a plan of ``desired`` has to see, paired with it; ``reads`` come first.

    What was written just before need not show yet, by ``clock``, and is looked for during ``within``
    seconds. Without a clock everything is taken as it shows.

    Raises:
        ApiError: a read failed. Only a subject that does not exist is a problem of the manifest's.
    """

    problems = Problems()

    async def read_under(read: Read) -> Live:
        try:
            return await reader.read(read)
        except ApiError as error:
            if not error.is_not_found:
                raise
            _report_subject(read, desired, first, problems)
            return Live()

    async def read_what_is_on(read: Read) -> Live:
        try:
            return await reader.read(read)
        except ApiError as error:
            if not _is_off_as_declared(read, desired, registry, error):
                raise
            return Live().with_([], [read.kind])

    people = await find_people(desired, reader, ledger, problems)
    live = await read_all(read_what_is_on, reads, Live())
    if clock:
        live, notes = await settle(live, ledger, registry, reader, clock, within)
        problems += notes
    first = match(desired, live, registry, Problems(), ledger, people)
    if by_id := _by_recorded_id(desired, registry, first, rules, live, ledger):
        live = await read_all(reader.read, by_id, live)
        first = match(desired, live, registry, Problems(), ledger, people)
    under = second_reads(desired, registry, first.ids, deleted_ids(first, rules, ledger))
    recorded = _under_recorded(desired, rules, ledger)
    live = await read_all(read_under, dict.fromkeys((*under, *recorded)), live)
    ledger = settled(ledger, live, registry)
    matched = match(desired, live, registry, problems, ledger, people)
    return Seen(matched, live, ledger, problems)


async def settle(
    live: Live, ledger: Ledger, registry: Registry, reader: Reader, clock: Clock, within: float
) -> tuple[Live, tuple[Diagnostic, ...]]:
    """What was written a moment ago, once it shows; after ``within`` seconds it is taken for what was
    sent, with a note. Only the sources that have to show it are asked again."""
    open_ones = not_settled(live, ledger, registry, clock.now())
    reads = [_read_of(registry[address.kind], values) for address, values in open_ones.items()]

    async def look() -> Live:
        return await read_all(lambda read: reader.read_again(read, live), reads, live)

    def is_settled(seen: Live) -> bool:
        return not not_settled(seen, ledger, registry, clock.now())

    seen = await until(look, is_settled, within, clock.sleep, first=live)
    return as_written(seen, ledger, registry, clock.now())


def _read_of(kind: Kind, values: Iterable[Path]) -> Read:
    return Read(kind.name, sources=sources_of(kind.field_at(path) for path in values))


def _is_off_as_declared(read: Read, desired: Desired, registry: Registry, error: ApiError) -> bool:
    """Whether a read was refused because of a switch that these manifests switch on, or that may
    stay off as they want nothing there. Then nothing is there as far as anybody can see."""
    switches = [one for one in registry.switches_of(read.kind) if one.code in error.codes]
    if not switches:
        return False
    items = desired.items.values()
    is_to_be_on = all(
        any(i.kind.name == one.kind and i.values.get(one.field) is True for i in items)
        for one in switches
    )
    return is_to_be_on or all(item.absent for item in items if item.kind.name == read.kind)


def _by_recorded_id(
    desired: Desired,
    registry: Registry,
    first: Matched,
    rules: Rules,
    live: Live,
    ledger: Ledger,
) -> list[Read]:
    """What the ledger has an id of and looking up the declared keys did not find.

    It may have been renamed elsewhere; and what is no longer declared may have to be pruned.
    """
    reads = []
    for kind in registry.values():
        if kind.name in live.whole or not kind.reads.lookups.by_ids:
            continue
        items = (item for item in desired.of(kind) if item.address not in first.ids)
        ids = {
            found
            for item in items
            for address in (item.address, item.former)
            if (not item.absent or item.destroyed) and address and (found := ledger.id_of(address))
        }
        if kind.name in rules.owned:
            mine = ledger.addresses.items()
            ids |= {i for i, at in mine if at.kind == kind.name and at not in desired.items}
        if ids:
            reads.append(Read(kind.name, ids=tuple(sorted(ids))))
    return reads


def _under_recorded(desired: Desired, rules: Rules, ledger: Ledger) -> list[Read]:
    """Where to look for what is no longer declared, of the kinds that have no list of all; and for
    what nobody has the secret of, declared or not."""
    return [
        Read(address.kind, entry.under)
        for address, entry in sorted(ledger.entries.items(), key=lambda pair: pair[0])
        if entry.under
        and (
            (address.kind in rules.owned and address not in desired.items)
            or ((entry.is_open or entry.made) and is_looked_for(address, desired, rules))
        )
    ]


def is_looked_for(address: Address, desired: Desired, rules: Rules) -> bool:
    """Whether what is recorded at an address would be found, declared or not."""
    return address.kind in desired.sections or address.kind in rules.owned


async def read_all(
    ask: Callable[[Read], Awaitable[Live]], reads: Iterable[Read], live: Live
) -> Live:
    """Ask everything at once; the first failure fails them all."""
    parts = await together(_answered(ask, read) for read in reads)
    objects = (one for part in parts for kind in part.objects for one in part.of(kind))
    return live.with_(objects, (kind for part in parts for kind in part.whole))


async def _answered(ask: Callable[[Read], Awaitable[Live]], read: Read) -> Live:
    return await ask(read)


def _report_subject(read: Read, desired: Desired, first: Matched, problems: Problems) -> None:
    for item in desired.items.values():
        if item.kind.name == read.kind and read.under == item.under(first.ids):
            problems.error(
                "subject-not-found",
                f"the {item.kind.listed_per[0]} of {item.address}, {read.under[0][1]}, is not live",
                item.at(item.kind.listed_per[0]),
                hint="correct its id, or leave the item out",
            )
