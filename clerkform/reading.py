"""Live state in two stages: what is listed under something else needs that one's id first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from clerkform.desired import Desired
from clerkform.diagnostics import Problems
from clerkform.diff.actions import Rules, deleted_ids
from clerkform.diff.match import Matched, match
from clerkform.errors import ApiError
from clerkform.live import Live, Read, second_reads
from clerkform.model import Registry
from clerkform.together import together


class Reader(Protocol):
    """Where live state comes from. Each call may raise ``ApiError``."""

    async def instance(self) -> Mapping[str, Any]:
        """The body of ``GET /instance``."""

    async def read(self, read: Read) -> Live:
        """The objects that one read asks for."""


async def read_and_match(
    desired: Desired,
    registry: Registry,
    reader: Reader,
    rules: Rules,
    reads: Sequence[Read],
    problems: Problems,
) -> tuple[Matched, Live]:
    """Everything that a plan of ``desired`` has to see, paired with it; ``reads`` come first.

    Raises:
        ApiError: a read failed. Only a subject that does not exist is a problem of the manifest's.
    """

    async def read_under(read: Read) -> Live:
        try:
            return await reader.read(read)
        except ApiError as error:
            if not error.is_not_found:
                raise
            _report_subject(read, desired, first, problems)
            return Live()

    live = await read_all(reader.read, reads, Live())
    first = match(desired, live, registry, Problems())
    under = second_reads(desired, registry, first.ids, deleted_ids(first, rules))
    live = await read_all(read_under, under, live)
    return match(desired, live, registry, problems), live


async def read_all(
    ask: Callable[[Read], Awaitable[Live]], reads: Sequence[Read], live: Live
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
