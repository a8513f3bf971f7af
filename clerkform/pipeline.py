"""The use cases, top to bottom, over ends they are handed. Read this file first.

Manifests to desired state, reads to live state, both to a plan, a plan to events. What touches
the network or a secret is behind the protocols of ``Ends``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from clerkform.apply.keep import Keeper
from clerkform.apply.run import VISIBLE_WITHIN, Event, Writer, run
from clerkform.desired import Desired, Item
from clerkform.desired import secrets as declared_secrets
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.actions import Actions, Rules, deleted_ids, diff
from clerkform.diff.match import Matched
from clerkform.errors import ApiError, ManifestError, PlanError, UsageError
from clerkform.ledger.entries import Ledger, pointer
from clerkform.ledger.fingerprint import new_salt
from clerkform.ledger.journal import Journal
from clerkform.ledger.opening import NOTHING_OPENED, Opened, open_ledger
from clerkform.ledger.recall import NO_LEDGER
from clerkform.ledger.store import Store, StoreFailed
from clerkform.lint.run import lint
from clerkform.live import Live, first_reads, second_reads
from clerkform.manifests import Loaded, Secrets, secret_findings, sinks
from clerkform.model import Address, Registry, SecretRef
from clerkform.plan.build import Plan, build_plan
from clerkform.plan.guard import (
    Guards,
    Instance,
    check,
    check_instance,
    check_writing,
    is_kept,
    matches,
)
from clerkform.reading import Reader, read_and_match


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
    requests: Callable[[], int] = lambda: 0
    """How many requests were sent so far."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a plan."""

    targets: tuple[str, ...] = ()
    """Addresses or globs; none means everything."""
    excludes: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    """Addresses or globs of what is made anew though nothing of it changed."""
    delete_first: bool = False
    """What is replaced goes before its successor is made."""
    resend: tuple[str, ...] = ()
    """Addresses or globs of what has its write-only fields sent though nothing else changed."""
    deliver: tuple[str, ...] = ()
    """Addresses or globs of what has the secret that the server made delivered once more."""
    destroys: bool = False
    """What is declared goes, and nothing is pruned."""
    guards: Guards = field(default_factory=Guards)
    everything: bool = False
    """Read whole kinds even where looking up what is declared would be cheaper."""
    looks_at: tuple[Address, ...] = ()
    """What to read besides, declared or not."""

    def wants(self, address: Address) -> bool:
        chosen = not self.targets or any(matches(p, address) for p in self.targets)
        return chosen and not any(matches(p, address) for p in self.excludes)


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
    prints: Mapping[tuple[Address, str], str] = field(default_factory=dict)
    """Fingerprints of declared secrets that could be compared with those that were sent."""
    refusals: tuple[Diagnostic, ...] = ()
    """Nobody may apply this plan."""
    writing: tuple[Diagnostic, ...] = ()
    """What refuses only an apply."""
    findings: tuple[Diagnostic, ...] = ()
    """Warnings and notes, from the manifests and about secrets."""
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
    environment = loaded.environment
    desired = _in_question(loaded.desired, registry, asked)
    if asked.destroys:
        desired = desired.destroyed(asked.wants)
    loaded = replace(loaded, desired=desired)
    problems = Problems(secret_findings(desired.items.values(), ends.secrets, environment.root))
    if problems.errors:  # before anything is sent, for what a checkout may not read
        raise PlanError(problems.in_order())
    instance = await checked_instance(ends, asked.guards)
    opened = open_ledger(ends.ledger, environment.name, instance.id, ends.salt)
    rules = _rules(loaded, asked)
    problems += [opened.finding] if opened.finding else []
    whole = rules.pruned | (desired.sections if asked.everything else frozenset())
    reads = first_reads(desired, registry, whole, asked.looks_at)
    seen = await read_and_match(
        desired, registry, ends.reader, rules, reads, problems, opened.ledger
    )
    matched, live, ledger = seen.matched, seen.live, seen.ledger
    prints = await _prints(desired, ledger, ends.secrets, environment.root)
    wanted = _wanted(matched, asked)
    found = diff(matched, live, registry, rules, problems, wanted, ledger, prints)
    if problems.errors:
        raise PlanError(problems.in_order())
    _check_targets(asked, found)
    _check_excludes(asked, found)
    plan = build_plan(found)
    for sink, base, span in sinks(_delivering(plan), environment.root):
        problems += ends.secrets.sink_warnings(sink, base, span)
        if bad := ends.secrets.check_sink(sink, base, span):
            problems.append(replace(bad, severity="note"))
    counts = {
        kind.name: sum(kind.ignore(one.values) is None for one in live.of(kind.name))
        for kind in registry.values()
    }
    asked = replace(asked, guards=replace(asked.guards, live_counts=counts))
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
        (*check(plan, asked.guards), *_broken_rules(plan, loaded)),
        check_writing(plan, instance, asked.guards),
        (*loaded.findings, *problems.in_order()),
        took := ends.requests(),
        took + _other_reads(plan, desired, matched, registry, rules, ledger),
    )


def _rules(loaded: Loaded, asked: Asked) -> Rules:
    desired = loaded.desired
    prune = {} if asked.destroys else loaded.environment.prune
    policies = {
        how: {n for n in desired.sections if prune.get(n) == how} for how in ("all", "owned")
    }
    return Rules(
        frozenset(policies["all"]),
        frozenset(policies["owned"]),
        _addresses("--replace", asked.replace, desired, lambda item: True),
        asked.delete_first,
        _addresses("--resend", asked.resend, desired, _has_secrets),
        _addresses("--deliver", asked.deliver, desired, _is_delivered),
        frozenset(
            address
            for address, item in desired.items.items()
            if item.kind.generates and is_kept(item, asked.guards)
        ),
    )


def _has_secrets(item: Item) -> bool:
    return any(True for _ in declared_secrets(item))


def _is_delivered(item: Item) -> bool:
    return any(sink.form != "none" for sink, _, _ in sinks([item], Path()))


async def _prints(
    desired: Desired, ledger: Ledger, vault: Secrets, root: Path
) -> Mapping[tuple[Address, str], str]:
    """Fingerprints of the secrets that the ledger has one of to compare with."""
    found: dict[tuple[Address, str], str] = {}
    for item in desired.items.values():
        entry = ledger.get(item.address)
        for field_, ref in declared_secrets(item) if entry else ():
            if entry and pointer((field_.name,)) in entry.prints:
                base = (root / item.at(field_.name).path).parent
                text = await asyncio.to_thread(vault.fingerprint, ref, base, ledger.salt)
                found |= {(item.address, field_.name): text} if text else {}
    return found


async def checked_instance(ends: Ends, guards: Guards) -> Instance:
    """The instance that the key belongs to.

    Raises:
        PlanError: another one is meant.
    """
    facts = await ends.reader.instance()
    instance = Instance(str(facts["id"]), str(facts["environment_type"]))
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


def _broken_rules(plan: Plan, loaded: Loaded) -> Iterator[Diagnostic]:
    """Lint errors of what the plan would write."""
    writing = [a.item for a in plan.pending if a.item and a.verb != "delete"]
    for found in lint(writing, loaded.environment.lint_ignore):
        if found.severity == "error":
            yield found


def _in_question(desired: Desired, registry: Registry, asked: Asked) -> Desired:
    """``desired`` without the kinds that no target can match, so that nobody reads them.

    What a target refers to, and what it owns, stays.
    """
    if not asked.targets:
        return desired
    names = {n for n in registry if any(fnmatchcase(n, t.split("/")[0]) for t in asked.targets)}
    refers = {kind.name for kind in registry.values() if kind.references() & names}
    names |= refers
    names |= {to for name in names for to in registry[name].references()}
    items = {address: item for address, item in desired.items.items() if address.kind in names}
    return Desired(items, desired.sections & names)


def _addresses(
    option: str, patterns: Sequence[str], desired: Desired, has_it: Callable[[Item], bool]
) -> frozenset[Address]:
    """The declared addresses that are named; each pattern must name one that the option is for."""
    found: set[Address] = set()
    for pattern in patterns:
        items = [item for item in desired.items.values() if matches(pattern, item.address)]
        for item in sorted(items, key=lambda item: item.address):
            if item.external or item.absent:
                raise UsageError(
                    f"{option} {pattern}: {item.address} is declared external or absent",
                    hint="only what clerkform writes can be written again",
                )
        if not items:
            raise UsageError(
                f"{option} {pattern}: no manifest declares that",
                hint="`clerkform list` shows every address",
            )
        named = {item.address for item in items if has_it(item)}
        if not named:
            raise UsageError(f"{option} {pattern}: {_LACKS[option]}")
        found |= named
    return frozenset(found)


_LACKS = {
    "--resend": "nothing there has a secret that is sent",
    "--deliver": "nothing there has a secret that is delivered, or it is declared as `none`",
}


def _wanted(matched: Matched, asked: Asked) -> Callable[[Address], bool]:
    """What a plan looks at: what was asked for, and the creates that it waits for."""
    pairs = {pair.item.address: pair for pair in matched.pairs if pair.item}
    brought: set[Address] = set()
    waiting = [address for address in pairs if asked.wants(address)]
    while waiting:
        pair = pairs[waiting.pop()]
        for _, reference in pair.item.references() if pair.item else ():
            target = pairs.get(reference.to)
            is_made = target and target.live is None and not (target.item and target.item.absent)
            if not is_made or asked.wants(reference.to) or reference.to in brought:
                continue
            if any(matches(pattern, reference.to) for pattern in asked.excludes):
                raise UsageError(
                    f"{pair.item and pair.item.address} waits for {reference}, which is excluded",
                    hint="exclude both, or neither",
                )
            brought.add(reference.to)
            waiting.append(reference.to)
    return lambda address: asked.wants(address) or address in brought


def _check_targets(asked: Asked, found: Actions) -> None:
    for pattern in asked.targets:
        if not any(matches(pattern, action.address) for action in found.actions):
            raise UsageError(
                f"--target {pattern} matches nothing that is declared or would be pruned",
                hint="`clerkform list` shows every address",
            )


def _check_excludes(asked: Asked, found: Actions) -> None:
    """What goes with its owner cannot stay behind."""
    for action in found.actions:
        if any(matches(pattern, action.address) for pattern in asked.excludes):
            raise UsageError(
                f"{action.address} is excluded, but goes with what owns it",
                hint="exclude both, or neither",
            )


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
    keeper = _keeper(planned, ends, journal)
    writer = ends.writer(planned.live, journal)
    events = run(planned.plan.steps, planned.matched.ids, writer, stopped=stopped, sleep=ends.sleep)
    async with aclosing(events):
        async for event in events:
            await keeper.keep(event)
            yield event
    await keeper.finish()


def _check_ledger(planned: Planned, journal: Journal) -> None:
    """Without a record a new secret could be lost, so no create is begun that makes one."""
    if not _delivering(planned.plan):
        return
    try:
        journal.prove()
    except StoreFailed as failure:
        hint = "mend that, or name a file that can be written as the environment's `ledger:`"
        raise PlanError([Diagnostic("ledger-unwritable", str(failure), hint=hint)]) from None


def _keeper(planned: Planned, ends: Ends, journal: Journal) -> Keeper:
    asked, environment = planned.asked, planned.loaded.environment
    items = planned.loaded.desired.items

    async def seal(item: Item, name: str, ref: SecretRef) -> str | None:
        base = (environment.root / item.at(name).path).parent
        return await asyncio.to_thread(ends.secrets.fingerprint, ref, base, journal.head.salt)

    def is_forgotten(address: Address, is_live: bool) -> bool:
        keeps = environment.prune.get(address.kind) == "owned"
        was_looked_for = address.kind in planned.rules.owned
        is_nobodys = not keeps or (was_looked_for and not is_live)
        return asked.wants(address) and address not in items and is_nobodys

    return Keeper(planned.plan, planned.live, planned.matched.ids, journal, seal, is_forgotten)


def preflight(planned: Planned, vault: Secrets) -> None:
    """Check every secret and every sink that the plan's steps need, before the first write."""
    problems = Problems()
    root = planned.loaded.environment.root
    writing = {step.address for step in planned.plan.steps if step.id.verb != "delete"}
    items = [a.item for a in planned.plan.actions if a.item and a.address in writing]
    for found in secret_findings(items, vault, root, run_commands=True):
        problems.append(replace(found, severity="error"))
    for sink, base, span in sinks(_delivering(planned.plan), root):
        if bad := vault.prepare_sink(sink, base, span):
            problems.append(bad)
    if problems.errors:
        raise ManifestError(problems.in_order())


def _delivering(plan: Plan) -> list[Item]:
    """What has a step that ends with a secret being handed over."""
    steps = {step.address for step in plan.steps if step.sink is not None}
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
    waited, pause = 0.0, 0.25
    while True:
        try:
            missing = await _pending_among(done, planned, registry, ends)
        except ApiError as error:
            return Unseen(tuple(sorted(done)), error)
        if not missing or waited >= VISIBLE_WITHIN:
            return Unseen(missing)
        await ends.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 2.0)


async def _pending_among(
    done: frozenset[Address], planned: Planned, registry: Registry, ends: Ends
) -> tuple[Address, ...]:
    desired, problems = planned.loaded.desired, Problems()
    rules = Rules(planned.rules.pruned, planned.rules.owned)
    reads = first_reads(desired, registry, rules.pruned)
    seen = await read_and_match(
        desired, registry, ends.reader, rules, reads, problems, planned.ledger
    )
    found = diff(seen.matched, seen.live, registry, rules, problems, done.__contains__)
    return tuple(action.address for action in found.actions if action.is_pending)
