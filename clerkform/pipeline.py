"""The use cases, top to bottom, over ends they are handed. Read this file first.

Manifests to desired state, reads to live state, both to a plan, a plan to events. What touches
the network or a secret is behind the protocols of ``Ends``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from clerkform.apply.run import VISIBLE_WITHIN, Event, Writer, run
from clerkform.desired import Desired, Item
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.actions import Actions, Rules, deleted_ids, diff
from clerkform.diff.match import Matched
from clerkform.errors import ApiError, ManifestError, PlanError, UsageError
from clerkform.lint.run import lint
from clerkform.live import Live, first_reads, second_reads
from clerkform.manifests import Loaded, Secrets, secret_findings, sinks
from clerkform.model import Address, Registry
from clerkform.plan.build import Plan, build_plan
from clerkform.plan.guard import Guards, Instance, check, check_instance, check_writing, matches
from clerkform.reading import Reader, read_and_match


@dataclass(frozen=True, slots=True)
class Ends:
    """Everything outside that a use case needs."""

    reader: Reader
    secrets: Secrets
    writer: Callable[[frozenset[str]], Writer]
    """Makes a writer, given the ids that are live before it starts."""
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
    instance = await checked_instance(ends, asked.guards)
    desired = _in_question(loaded.desired, registry, asked)
    pruned = {n for n, how in environment.prune.items() if how == "all"} & desired.sections
    if asked.destroys:
        desired, pruned = desired.destroyed(asked.wants), set()
    loaded = replace(loaded, desired=desired)
    rules = Rules(frozenset(pruned), _addresses(asked.replace, desired), asked.delete_first)
    problems = Problems(secret_findings(desired.items.values(), ends.secrets, environment.root))
    whole = rules.pruned | (desired.sections if asked.everything else frozenset())
    reads = first_reads(desired, registry, whole, asked.looks_at)
    matched, live = await read_and_match(desired, registry, ends.reader, rules, reads, problems)
    found = diff(matched, live, registry, rules, problems, _wanted(matched, asked))
    if problems.errors:
        raise PlanError(problems.in_order())
    _check_targets(asked, found)
    _check_excludes(asked, found)
    plan = build_plan(found)
    for sink, base, span in sinks(_creating(plan), environment.root):
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
        (*check(plan, asked.guards), *_broken_rules(plan, loaded)),
        check_writing(plan, instance, asked.guards),
        (*loaded.findings, *problems.in_order()),
        took := ends.requests(),
        took + _other_reads(plan, desired, matched, registry, rules),
    )


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
    plan: Plan, desired: Desired, matched: Matched, registry: Registry, rules: Rules
) -> int:
    """How many more reads there are after an apply than before it: no instance is read, and what
    can only be listed under something else comes and goes with that."""
    gone = {a.live.id for a in plan.actions if a.live and a.verb == "delete"}
    ids = {address: one for address, one in matched.ids.items() if one not in gone}
    ids |= {a.address: str(a.address) for a in plan.actions if a.verb == "create"}
    going = deleted_ids(matched, Rules(rules.pruned))
    before = second_reads(desired, registry, matched.ids, deleted_ids(matched, rules))
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


def _addresses(patterns: Sequence[str], desired: Desired) -> frozenset[Address]:
    """The declared addresses that are named; each pattern must name one."""
    found: set[Address] = set()
    for pattern in patterns:
        named = {address for address in desired.items if matches(pattern, address)}
        for address in sorted(named):
            if desired.items[address].external or desired.items[address].absent:
                raise UsageError(
                    f"--replace {pattern}: {address} is declared external or absent",
                    hint="only what clerkform makes can be made anew",
                )
        if not named:
            raise UsageError(
                f"--replace {pattern}: no manifest declares that",
                hint="`clerkform list` shows every address",
            )
        found |= named
    return frozenset(found)


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
    planned: Planned, registry: Registry, ends: Ends, stopped: Callable[[], bool]
) -> AsyncIterator[Event]:
    """Run a plan, checking first what would fail after the first write.

    Raises:
        PlanError: the plan is refused; nothing was written.
        ManifestError: a secret is not there or cannot be delivered; nothing was written.
    """
    if refused := [*planned.refusals, *planned.writing]:
        raise PlanError(refused)
    preflight(planned, ends.secrets)
    known = frozenset(one.id for kind in registry for one in planned.live.of(kind))
    writer = ends.writer(known)
    events = run(planned.plan.steps, planned.matched.ids, writer, stopped=stopped, sleep=ends.sleep)
    async with aclosing(events):
        async for event in events:
            yield event


def preflight(planned: Planned, vault: Secrets) -> None:
    """Check every secret and every sink that the plan's steps need, before the first write."""
    problems = Problems()
    root = planned.loaded.environment.root
    writing = {step.address for step in planned.plan.steps if step.id.verb != "delete"}
    items = [a.item for a in planned.plan.actions if a.item and a.address in writing]
    for found in secret_findings(items, vault, root, run_commands=True):
        problems.append(replace(found, severity="error"))
    for sink, base, span in sinks(_creating(planned.plan), root):
        if bad := vault.prepare_sink(sink, base, span):
            problems.append(bad)
    if problems.errors:
        raise ManifestError(problems.in_order())


def _creating(plan: Plan) -> list[Item]:
    return [a.item for a in plan.actions if a.item and a.verb in ("create", "replace")]


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
    desired = planned.loaded.desired
    pruned = {n for n, how in planned.loaded.environment.prune.items() if how == "all"}
    rules = Rules(frozenset(pruned & desired.sections))
    problems = Problems()
    reads = first_reads(desired, registry, rules.pruned)
    matched, live = await read_and_match(desired, registry, ends.reader, rules, reads, problems)
    found = diff(matched, live, registry, rules, problems, done.__contains__)
    return tuple(action.address for action in found.actions if action.is_pending)
