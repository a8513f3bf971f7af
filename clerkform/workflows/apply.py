"""A plan to events: what would fail is looked for first, and what was done is kept in the ledger."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from clerkform.apply.record import Keeper
from clerkform.apply.removed import KeepingWriter
from clerkform.apply.run import VISIBLE_WITHIN, Event, Writer, run
from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.actions import diff
from clerkform.diff.rules import Rules
from clerkform.errors import ApiError, ManifestError, PlanError
from clerkform.ledger.entries import Ledger
from clerkform.ledger.journal import Journal
from clerkform.ledger.resolve import NO_LEDGER
from clerkform.ledger.store import StoreFailed
from clerkform.live.reads import first_reads
from clerkform.model import Address, Field, Registry, SecretRef
from clerkform.secrets.redaction import holds_secret
from clerkform.waiting.until import until
from clerkform.workflows.load import folder_of, secret_findings, sinks
from clerkform.workflows.observe import is_looked_for, read_and_match
from clerkform.workflows.planned import Planned
from clerkform.workflows.ports import Ends, Secrets
from clerkform.workflows.unfinished import is_owed


async def apply(
    planned: Planned,
    registry: Registry,
    ends: Ends,
    stopped: Callable[[], bool],
    journal: Journal | None = None,
) -> AsyncIterator[Event]:
    """Run a plan, checking first what would fail after the first write.

    What is done is kept in the ledger, also where the plan has no step: what was found as it is
    declared is adopted.

    Raises:
        PlanError: the plan is refused; nothing was written.
        ManifestError: a secret is not there or cannot be delivered; nothing was written.
    """
    if planned.refusals:
        raise PlanError(planned.refusals)
    preflight(planned, ends.secrets)
    journal = journal or Journal(planned.opened, planned.ledger, ends.ledger)
    _check_ledger(planned, journal)
    keeper = _keeper(planned, registry, ends, journal)
    writer = _writer(planned, registry, ends, journal)
    events = run(
        planned.plan.steps, planned.matched.ids, writer, stopped=stopped, sleep=ends.clock.sleep
    )
    try:
        async with aclosing(events):
            async for event in events:
                await keeper.keep(event)
                yield event
        await keeper.finish()
    finally:
        journal.try_to_commit()


def _writer(planned: Planned, registry: Registry, ends: Ends, journal: Journal) -> Writer:
    writer = ends.writer(planned.live, journal)
    if ends.removed is None:
        return writer
    live, instance = planned.live, planned.instance.id
    return KeepingWriter(writer, live, registry, ends.removed, instance, ends.clock.now)


def _check_ledger(planned: Planned, journal: Journal) -> None:
    """Without a record a new secret could be lost, so no create is begun that makes one."""
    if not planned.plan.delivering:
        return
    try:
        journal.prove()
    except StoreFailed as failure:
        hint = "mend that, or name a file that can be written as the environment's `ledger:`"
        raise PlanError([Diagnostic("ledger-unwritable", str(failure), hint=hint)]) from None


def _keeper(planned: Planned, registry: Registry, ends: Ends, journal: Journal) -> Keeper:
    asked, environment = planned.asked, planned.loaded.environment
    items = planned.loaded.desired.items

    async def seal(item: Item, field_: Field, ref: SecretRef) -> str | None:
        base = folder_of(item, field_, environment.root)
        return await asyncio.to_thread(ends.secrets.fingerprint, ref, base, journal.head.salt)

    def is_forgotten(address: Address, is_live: bool) -> bool:
        entry = journal.entry(address)
        keeps = environment.prune.get(address.kind) == "owned"
        was_looked_for = address.kind in planned.rules.owned
        if entry.intent or is_owed(address, entry, planned.live, registry):
            return False  # until it is known that nobody needs its secret
        if entry.is_open and not is_looked_for(address, planned.loaded.desired, planned.rules):
            return False
        is_nobodys = not keeps or (was_looked_for and not is_live)
        return asked.wants(address) and address not in items and is_nobodys

    return Keeper(
        planned.plan, planned.live, planned.matched.ids, journal, seal, is_forgotten, ends.clock.now
    )


def preflight(planned: Planned, vault: Secrets) -> None:
    """Check every secret and every sink that the plan's steps need, before the first write."""
    problems = Problems()
    root = planned.loaded.environment.root
    writing = {step.address for step in planned.plan.steps if step.id.verb != "delete"}
    kept = [a.item for a in planned.plan.actions if a.item and a.verb != "delete"]
    items = [item for item in kept if item.address in writing]
    for found in secret_findings(items, vault, root, run_commands=True):
        problems.append(replace(found, severity="error"))
    problems += _kept_secrets(kept)
    for sink, base, span in sinks(planned.plan.delivering, root):
        if bad := vault.prepare_sink(sink, base, span):
            problems.append(bad)
    if problems.errors:
        raise ManifestError(problems.in_order())


def _kept_secrets(items: Iterable[Item]) -> Iterator[Diagnostic]:
    """Secrets that stand where no secret belongs, and that the ledger would keep."""
    for item in items:
        for field_, value in item.declared():
            is_kept = field_.form != "secret" and not field_.traits.sensitive
            if is_kept and holds_secret(value):
                yield Diagnostic(
                    "secret-as-value",
                    f"`{field_}` of {item.address} holds a secret that this run knows",
                    item.at(*field_.path),
                    "a value is sent, shown and recorded: keep secrets out of variables and"
                    " manifests",
                    quotes_line=False,
                )


@dataclass(frozen=True, slots=True)
class Unseen:
    """What was written and does not show yet, and why nobody could look if nobody could."""

    addresses: tuple[Address, ...] = ()
    error: ApiError | None = None


async def not_yet_visible(
    planned: Planned,
    done: frozenset[Address],
    registry: Registry,
    ends: Ends,
    ledger: Ledger = NO_LEDGER,
) -> Unseen:
    """Read again until everything in ``done`` shows, for ten seconds at most. ``ledger`` is what was
    recorded of it.

    Nothing depends on it: whether a write worked is what its own answer said.
    """
    if not done:
        return Unseen()

    async def look() -> tuple[Address, ...]:
        return await _unseen_among(done, planned, registry, ends, ledger)

    try:
        return Unseen(await until(look, operator.not_, VISIBLE_WITHIN, ends.clock.sleep))
    except ApiError as error:
        return Unseen(tuple(sorted(done)), error)


async def _unseen_among(
    done: frozenset[Address], planned: Planned, registry: Registry, ends: Ends, recorded: Ledger
) -> tuple[Address, ...]:
    desired, problems = planned.loaded.desired, Problems()
    rules = Rules(planned.rules.pruned, planned.rules.owned)
    reads = first_reads(desired, registry, rules.pruned)
    # What was written has the key that is declared, so nobody has to look for its id.
    entries = {
        address: replace(entry, id=None) if address in done and address in desired.items else entry
        for address, entry in planned.ledger.entries.items()
    }
    ledger = replace(planned.ledger, entries=entries)
    seen = await read_and_match(desired, registry, ends.reader, rules, reads, ledger)
    found = diff(seen.matched, seen.live, registry, rules, problems, done.__contains__, recorded)
    return tuple(one.address for one in found.actions if one.is_pending or one.unreached)
