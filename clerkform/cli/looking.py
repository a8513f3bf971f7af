"""The comparison that commands print which never write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from clerkform.cli import asking, connect, local
from clerkform.cli.choices import Online, Selection
from clerkform.cli.invocation import Invocation
from clerkform.desired import Desired
from clerkform.errors import ApiError, ManifestError, TooMuch, Unreachable, UsageError
from clerkform.kinds import KINDS
from clerkform.live.people import Person
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import Address
from clerkform.workflows import plan
from clerkform.workflows.planned import Planned
from clerkform.workflows.ports import Reader


def compare(
    invocation: Invocation,
    where: Online,
    selection: Selection,
    *,
    everything: bool = False,
    looks_at: tuple[Address, ...] = (),
) -> Planned:
    """A plan that is not for applying.

    Raises:
        PlanError: this is not the instance that the environment is pinned to.
    """
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.looking(loaded.environment, selection)
        asked = replace(asked, everything=everything, looks_at=looks_at)
        planned = session.run(plan.make_plan(loaded, KINDS, session.ends, asked))
    _warn(invocation, planned)
    return planned


def _warn(invocation: Invocation, planned: Planned) -> None:
    ledger = [planned.opened.finding] if planned.opened.finding else []
    if found := [*planned.remarks.warnings, *ledger, *planned.cut_off]:
        invocation.view.findings(found)


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of what could be read, and the first failure if that is not all."""

    planned: Planned
    unread: tuple[str, ...] = ()
    """Kinds that could not be read, and those that refer to them."""
    error: ApiError | None = None


def compare_what_answers(invocation: Invocation, where: Online, selection: Selection) -> Compared:
    """As ``compare``, but a kind whose reads fail hides nothing of the others.

    Raises:
        ApiError: nothing could be compared.
    """
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    with connect.session(invocation, loaded.environment, where) as session:
        asked = asking.looking(loaded.environment, selection)
        reader = _Noting(session.ends.reader)
        ends = replace(session.ends, reader=reader)
        first: ApiError | None = None
        while True:
            unread = _with_referring(reader.failed)
            readable = replace(loaded, desired=_without(loaded.desired, unread))
            if first and not readable.desired.sections:
                raise first
            failed = len(reader.failed)
            try:
                planned = session.run(plan.make_plan(readable, KINDS, ends, asked))
            except ApiError as error:
                first = first or error
                if len(reader.failed) == failed or _concerns_all(error):
                    raise first from None
            except (ManifestError, UsageError) as error:
                if first is None:
                    raise
                # A target may be of what could not be read; what else is wrong is told besides.
                invocation.view.findings(getattr(error, "diagnostics", ()))
                raise first from None
            else:
                _warn(invocation, planned)
                named = sorted(unread & loaded.desired.sections)
                return Compared(planned, tuple(named), first)


class _Noting:
    """A reader that asks everything once, and notes of which kinds a read failed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._instance: Mapping[str, Any] | None = None
        self._answers: dict[Read, Live] = {}
        self.failed: set[str] = set()

    async def instance(self) -> Mapping[str, Any]:
        if self._instance is None:
            self._instance = await self._reader.instance()
        return self._instance

    async def read(self, read: Read) -> Live:
        if read not in self._answers:
            try:
                self._answers[read] = await self._reader.read(read)
            except ApiError as error:
                if not error.is_not_found:  # that is an answer, and the manifest's problem
                    self.failed.add(read.kind)
                raise
        return self._answers[read]

    async def count(self, kind: str) -> int:
        return await self._reader.count(kind)

    async def people(self, addresses: Sequence[str]) -> Sequence[Person]:
        return await self._reader.people(addresses)

    async def count_along(
        self, kind: str, ids: Sequence[str], most: int
    ) -> Mapping[str, Mapping[str, int]]:
        return await self._reader.count_along(kind, ids, most)

    async def read_again(self, read: Read, live: Live) -> Live:
        return await self._reader.read_again(read, live)


def _concerns_all(error: ApiError) -> bool:
    """Asking for something else would fail as well, and cost time or quota."""
    return isinstance(error, Unreachable | TooMuch) or error.status == HTTPStatus.TOO_MANY_REQUESTS


def _with_referring(kinds: Iterable[str]) -> set[str]:
    """These and the kinds that refer to one of them, which come after it in the registry."""
    found = set(kinds)
    for kind in KINDS.values():
        if kind.references() & found:
            found.add(kind.name)
    return found


def _without(desired: Desired, kinds: set[str]) -> Desired:
    items = {address: item for address, item in desired.items.items() if address.kind not in kinds}
    return Desired(items, desired.sections - kinds)
