"""The use cases, top to bottom, over ends they are handed. Read this file first.

Manifests to desired state, reads to live state, both to a plan, a plan to events. What touches
the network or a secret is behind the protocols of ``Ends``.
"""

from __future__ import annotations

import asyncio
import operator
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from clerkform.apply.record import Keeper
from clerkform.apply.run import VISIBLE_WITHIN, Event, Writer, run
from clerkform.desired import Desired, Item
from clerkform.desired import secrets as declared_secrets
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.actions import diff
from clerkform.diff.context import Prints
from clerkform.diff.deletions import deleted_ids, keys_by_id, live_address
from clerkform.diff.keys import check_renames
from clerkform.diff.match import Matched
from clerkform.diff.rules import Rules
from clerkform.errors import ApiError, ManifestError, PlanError
from clerkform.ledger.entries import Ledger
from clerkform.ledger.fingerprint import new_salt
from clerkform.ledger.journal import Journal
from clerkform.ledger.open import NOTHING_OPENED, Opened, open_ledger
from clerkform.ledger.resolve import NO_LEDGER
from clerkform.ledger.store import Store, StoreFailed
from clerkform.lint.run import lint
from clerkform.live.reads import first_reads, second_reads
from clerkform.live.state import Live
from clerkform.model import Address, Field, Registry, SecretRef
from clerkform.model.paths import Path as ValuePath
from clerkform.model.paths import pointer
from clerkform.plan.build import Plan, build_plan
from clerkform.plan.foresee import foreseen
from clerkform.plan.guard import check, check_instance, check_writing
from clerkform.plan.limits import Guards, Instance
from clerkform.secrets.redaction import holds_secret
from clerkform.waiting.until import until
from clerkform.workflows.load import (
    Loaded,
    Secrets,
    folder_of,
    secret_findings,
    sink_findings,
    sinks,
)
from clerkform.workflows.observe import Reader, is_looked_for, read_and_match
from clerkform.workflows.request import (
    Asked,
    check_excludes,
    check_patterns,
    check_targets,
    idle,
    in_question,
    rules_of,
    wanted,
)
from clerkform.workflows.unfinished import Patience, is_owed, read_until_settled, unsettled


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Ends:
    """Everything outside that a use case needs."""

    reader: Reader
    secrets: Secrets
    writer: Callable[[Live, Journal], Writer]
    """Makes a writer, given what is live before it starts, and where it keeps what must not be
    lost."""
    ledger: Store | None = None
    salt: Callable[[], bytes] = new_salt
    """Random bytes for the fingerprints of a new ledger."""
    has_live_key: bool = False
    """The secret key is one of a production instance, by its form."""
    requests: Callable[[], int] = lambda: 0
    """How many requests were sent so far."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], int] = wall_clock
    """Milliseconds since 1970, by the clock of whoever makes the objects."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it was made from, and what speaks against it."""

    loaded: Loaded
    asked: Asked
    plan: Plan
    live: Live
    matched: Matched
    instance: Instance
    opened: Opened = NOTHING_OPENED
    ledger: Ledger = NO_LEDGER
    """What was opened, with what the reads settled of it."""
    rules: Rules = field(default_factory=Rules)
    prints: Prints = field(default_factory=dict)
    """Fingerprints of declared secrets that could be compared with those that were sent."""
    refusals: tuple[Diagnostic, ...] = ()
    """Nobody may apply this plan."""
    writing: tuple[Diagnostic, ...] = ()
    """What refuses only an apply."""
    findings: tuple[Diagnostic, ...] = ()
    """Warnings and notes, from the manifests and about secrets."""
    warnings: tuple[Diagnostic, ...] = ()
    """What was asked or declared and is not likely to be meant, as far as reading tells."""
    cut_off: tuple[Diagnostic, ...] = ()
    """Those of them about creates that an earlier apply did not finish."""
    reads: int = 0
    """Requests that it took to make the plan."""
    reads_again: int = 0
    """Requests that it takes to see what an apply wrote."""


async def make_plan(loaded: Loaded, registry: Registry, ends: Ends, asked: Asked) -> Planned:
    """Compare an environment's manifests with its instance.

    Raises:
        PlanError: the live state contradicts the manifests.
        ApiError: it could not be read; a failed read is never an empty one.
    """
    environment, before = loaded.environment, ends.requests()
    check_patterns(asked.options, registry)
    asked, declared = asked.knowing(loaded.desired.items), loaded.desired.items
    desired = in_question(loaded.desired, registry, asked)
    if asked.destroys:
        desired = desired.destroyed(asked.wants)
    loaded = replace(loaded, desired=desired)
    problems = Problems(secret_findings(desired.items.values(), ends.secrets, environment.root))
    if problems.errors:  # before anything is sent, for what a checkout may not read
        raise PlanError(problems.in_order())
    instance = await checked_instance(ends, asked.guards)
    opened = open_ledger(ends.ledger, environment.name, instance.id, ends.salt)
    rules = rules_of(loaded, asked)
    problems += [opened.finding] if opened.finding else []
    whole = rules.pruned | (desired.sections if asked.everything else frozenset())
    reads = first_reads(desired, registry, whole, asked.looks_at)
    patience = Patience(ends.now, ends.sleep)
    seen, notes = await read_until_settled(
        desired, registry, ends.reader, rules, reads, opened.ledger, patience
    )
    cut_off = (*notes, *unsettled(seen, declared, desired, registry, rules, asked.wants))
    problems += (*seen.problems, *cut_off)
    matched, live, ledger = seen.matched, seen.live, seen.ledger
    prints = await _prints(desired, ledger, ends.secrets, environment.root)
    has_patterns = any(asked.options.values()) or asked.guards.protect
    live_ones = _live_addresses(matched, live, registry) if has_patterns else ()
    known = {*declared, *live_ones}
    asked = asked.knowing(known)
    wants = wanted(matched, asked)
    found = diff(matched, live, registry, rules, problems, wants, ledger, prints)
    check_renames(found.actions, live, registry, problems)
    if problems.errors:
        raise PlanError(problems.in_order())
    check_targets(asked, found, known)
    check_excludes(asked, found)
    known |= {address for a in found.actions for address in (a.address, a.replaces) if address}
    warnings = tuple(idle(asked, environment.protect_spans, registry, known, live.whole))
    plan = build_plan(found)
    warnings += foreseen(plan.actions, instance)
    problems += _sink_findings(plan, ends.secrets, environment.root)
    asked = replace(asked, guards=replace(asked.guards, live_counts=_live_counts(live, registry)))
    return Planned(
        loaded,
        asked,
        plan,
        live,
        matched,
        instance,
        opened,
        ledger,
        rules,
        prints,
        (
            *check(plan, asked.guards),
            *_broken_rules(plan, loaded),
            *(one for one in (*warnings, *problems) if one.severity == "error"),
        ),
        check_writing(plan, instance, asked.guards),
        (*loaded.findings, *_less_than_errors(problems.in_order())),
        _less_than_errors(warnings),
        cut_off,
        took := ends.requests() - before,
        took + _other_reads(plan, desired, matched, registry, rules, ledger),
    )


def _live_counts(live: Live, registry: Registry) -> Mapping[str, int]:
    return {
        kind.name: sum(kind.ignore(one.values) is None for one in live.of(kind.name))
        for kind in registry.values()
    }


def _live_addresses(matched: Matched, live: Live, registry: Registry) -> Iterator[Address]:
    keys = keys_by_id(matched, live, registry)
    for pair in matched.pairs:
        if pair.live:
            yield live_address(registry[pair.live.kind], pair.live, keys)


async def _prints(desired: Desired, ledger: Ledger, vault: Secrets, root: Path) -> Prints:
    """Fingerprints of the secrets that the ledger has one of to compare with."""
    found: dict[tuple[Address, ValuePath], str] = {}
    for item in desired.items.values():
        entry = ledger.get(item.address)
        for field_, ref in declared_secrets(item) if entry else ():
            if entry and pointer(field_.path) in entry.prints:
                base = folder_of(item, field_, root)
                text = await asyncio.to_thread(vault.fingerprint, ref, base, ledger.salt)
                found |= {(item.address, field_.path): text} if text else {}
    return found


async def checked_instance(ends: Ends, guards: Guards) -> Instance:
    """The instance that the key belongs to.

    Raises:
        PlanError: another one is meant.
    """
    facts = await ends.reader.instance()
    instance = Instance(str(facts["id"]), str(facts["environment_type"]), ends.has_live_key)
    if wrong := [*check_instance(instance, guards)]:
        raise PlanError(wrong)
    return instance


def _other_reads(
    plan: Plan,
    desired: Desired,
    matched: Matched,
    registry: Registry,
    rules: Rules,
    ledger: Ledger,
) -> int:
    """How many more reads there are after an apply than before it: no instance is read, and what
    can only be listed under something else comes and goes with that."""
    gone = {a.live.id for a in plan.actions if a.live and a.verb == "delete"}
    ids = {address: one for address, one in matched.ids.items() if one not in gone}
    ids |= {a.address: str(a.address) for a in plan.actions if a.verb == "create"}
    going = deleted_ids(matched, Rules(rules.pruned, rules.owned), ledger)
    before = second_reads(desired, registry, matched.ids, deleted_ids(matched, rules, ledger))
    after = second_reads(desired, registry, ids, {kind: i - gone for kind, i in going.items()})
    return len(after) - len(before) - 1


def _less_than_errors(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(one for one in found if one.severity != "error")


def _sink_findings(plan: Plan, vault: Secrets, root: Path) -> Iterator[Diagnostic]:
    """About where the plan delivers secrets."""
    delivering = _delivering(plan)
    yield from sink_findings(delivering, vault, root)
    for sink, base, span in sinks(delivering, root):
        yield from vault.sink_warnings(sink, base, span)


def _broken_rules(plan: Plan, loaded: Loaded) -> Iterator[Diagnostic]:
    """Lint errors of what the plan would write."""
    writing = [a.item for a in plan.pending if a.item and a.verb != "delete"]
    for found in lint(writing, loaded.environment.lint_ignore):
        if found.severity == "error":
            yield found


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
    if refused := [*planned.refusals, *planned.writing]:
        raise PlanError(refused)
    preflight(planned, ends.secrets)
    journal = journal or Journal(planned.opened, planned.ledger, ends.ledger)
    _check_ledger(planned, journal)
    keeper = _keeper(planned, registry, ends, journal)
    writer = ends.writer(planned.live, journal)
    events = run(planned.plan.steps, planned.matched.ids, writer, stopped=stopped, sleep=ends.sleep)
    try:
        async with aclosing(events):
            async for event in events:
                await keeper.keep(event)
                yield event
        await keeper.finish()
    finally:
        journal.try_to_commit()


def _check_ledger(planned: Planned, journal: Journal) -> None:
    """Without a record a new secret could be lost, so no create is begun that makes one."""
    if not _delivering(planned.plan):
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

    return Keeper(planned.plan, planned.live, planned.matched.ids, journal, seal, is_forgotten)


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
    for sink, base, span in sinks(_delivering(planned.plan), root):
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


def _delivering(plan: Plan) -> list[Item]:
    """What has a step that ends with a secret being handed over."""
    steps = {step.address for step in plan.steps if step.sinks}
    return [a.item for a in plan.actions if a.item and a.address in steps]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What was written and does not show yet, and why nobody could look if nobody could."""

    addresses: tuple[Address, ...] = ()
    error: ApiError | None = None


async def not_yet_visible(
    planned: Planned, done: frozenset[Address], registry: Registry, ends: Ends
) -> Unseen:
    """Read again until everything in ``done`` shows, for ten seconds at most.

    Nothing depends on it: whether a write worked is what its own answer said.
    """
    if not done:
        return Unseen()

    async def look() -> tuple[Address, ...]:
        return await _pending_among(done, planned, registry, ends)

    try:
        return Unseen(await until(look, operator.not_, VISIBLE_WITHIN, ends.sleep))
    except ApiError as error:
        return Unseen(tuple(sorted(done)), error)


async def _pending_among(
    done: frozenset[Address], planned: Planned, registry: Registry, ends: Ends
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
    found = diff(seen.matched, seen.live, registry, rules, problems, done.__contains__)
    return tuple(action.address for action in found.actions if action.is_pending)
