"""What a plan is asked: which addresses are meant, what is made anew, and what comes along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from operator import eq
from pathlib import Path
from typing import Final

from clerkform.desired import Desired, Item
from clerkform.diagnostics import Diagnostic, Span
from clerkform.diff.action import Actions
from clerkform.diff.deletions import keys_by_id, live_address
from clerkform.diff.match import Matched
from clerkform.diff.rules import Rules
from clerkform.errors import PlanError, UsageError
from clerkform.live.state import Live
from clerkform.model import Address, Registry
from clerkform.model.pattern import kinds_of, matches, nearest, no_kind
from clerkform.plan.guard import is_kept
from clerkform.plan.limits import Guards
from clerkform.workflows.load import Loaded
from clerkform.workflows.observe import Seen

SEE_ALL: Final = "`clerkform list` shows every address"


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
    judges: bool = True
    """Say what an apply would mean for who can get in; reads what that takes."""
    counts: bool = True
    """Ask how much goes along with what is deleted."""
    everything: bool = False
    """Read whole kinds even where looking up what is declared would be cheaper."""
    looks_at: tuple[Address, ...] = ()
    """What to read besides, declared or not."""

    exact: frozenset[str] = frozenset()
    """Those of the patterns that are addresses themselves, though they may hold a ``*``."""

    def wants(self, address: Address) -> bool:
        chosen = not self.targets or any(self.hits(p, address) for p in self.targets)
        return chosen and not any(self.hits(p, address) for p in self.excludes)

    def hits(self, pattern: str, address: Address) -> bool:
        """Whether a target or an exclude means this address."""
        return pattern == str(address) if pattern in self.exact else matches(pattern, address)

    @property
    def options(self) -> Mapping[str, Sequence[str]]:
        """Every option that takes addresses, with what it was given."""
        return {
            "--target": self.targets,
            "--exclude": self.excludes,
            "--replace": self.replace,
            "--resend": self.resend,
            "--deliver": self.deliver,
            "--allow-delete": sorted(self.guards.allow_delete),
            "--allow-weakening": sorted(self.guards.allow_weakening),
            "--allow-lockout": sorted(self.guards.allow_lockout),
        }

    def knowing(self, addresses: Iterable[Address]) -> Asked:
        """With the patterns that are one of these addresses meaning that one alone."""
        patterns = {*self.targets, *self.excludes}
        return replace(self, exact=self.exact | (patterns & set(map(str, addresses))))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an instance: the manifests without what is not in question, and how."""

    loaded: Loaded
    declared: Collection[Address]
    """What all manifests declare."""
    asked: Asked
    rules: Rules

    @property
    def desired(self) -> Desired:
        return self.loaded.desired

    @property
    def root(self) -> Path:
        return self.loaded.environment.root


def pose(loaded: Loaded, registry: Registry, asked: Asked) -> Question:
    """The question that a command asks.

    Raises:
        PlanError: a pattern can match no address.
        UsageError: an option names what it is not for.
    """
    check_patterns(asked.options, registry)
    known = asked.knowing(loaded.desired.items)
    desired = _in_question(loaded.desired, registry, known)
    if known.destroys:
        desired = desired.destroyed(known.wants)
    thinned = replace(loaded, desired=desired)
    return Question(thinned, loaded.desired.items, known, rules_of(thinned, known))


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a question a plan looks at, once it is known what is live."""

    asked: Asked
    known: frozenset[Address]
    """What is declared, and what is live where a pattern could mean it."""
    wants: Callable[[Address], bool]
    """What was asked for, and the creates that it waits for."""


def choose(question: Question, seen: Seen, registry: Registry) -> Choice:
    asked = question.asked
    has_patterns = any(asked.options.values()) or asked.guards.protect
    live = _live_addresses(seen.matched, seen.live, registry) if has_patterns else ()
    known = frozenset((*question.declared, *live))
    asked = asked.knowing(known)
    return Choice(asked, known, _wanted(seen.matched, asked))


def _live_addresses(matched: Matched, live: Live, registry: Registry) -> Iterator[Address]:
    keys = keys_by_id(matched, live, registry)
    for pair in matched.pairs:
        if pair.live:
            yield live_address(registry[pair.live.kind], pair.live, keys)


def check_patterns(options: Mapping[str, Sequence[str]], registry: Registry) -> None:
    """Refuse patterns that can match no address, before anything is asked of the API.

    Raises:
        PlanError: it names every such pattern.
    """
    wrong = [
        Diagnostic("unknown-kind", f"{option} {pattern}: {said[0]}", hint=said[1])
        for option, patterns in options.items()
        for pattern in patterns
        if (said := no_kind(pattern, registry, registry.keyless))
    ]
    if wrong:
        raise PlanError(wrong)


def idle(
    asked: Asked,
    protect: Mapping[str, Span],
    registry: Registry,
    known: Collection[Address],
    whole: frozenset[str],
) -> Iterator[Diagnostic]:
    """Warnings of excludes and guards that match nothing, each with the nearest address.

    Where not all objects of a kind were read, one that nobody declares may be meant: there only
    what is near to a known address is taken for a slip.

    Args:
        known: what is declared, what was read and what the plan speaks of.
        whole: the kinds that were read completely.
    """
    names = [str(address) for address in known]
    guards = asked.guards
    said: list[tuple[str, str, Span | None, Callable[[str, str], bool]]] = [
        *((f"--exclude {p}", p, None, matches) for p in asked.excludes),
        *((f"--allow-delete {p}", p, None, eq) for p in sorted(guards.allow_delete)),
        *((f"--allow-weakening {p}", p, None, eq) for p in sorted(guards.allow_weakening)),
        *((f"--allow-lockout {p}", p, None, eq) for p in sorted(guards.allow_lockout)),
        *((f"`protect: [{p}]`", p, protect.get(p), matches) for p in guards.protect),
    ]
    for what, pattern, span, hits in said:
        if any(hits(pattern, name) for name in names):
            continue
        near = nearest(pattern, known)
        if near or kinds_of(pattern, registry, registry.keyless) <= whole:
            message = f"{what} matches nothing that is declared or live"
            yield Diagnostic("matches-nothing", message, span, near or SEE_ALL, "warning")


def rules_of(loaded: Loaded, asked: Asked) -> Rules:
    """What of ``loaded`` is pruned, replaced, sent again or delivered again.

    Raises:
        UsageError: an option names what it is not for.
    """
    desired = loaded.desired
    prune = {} if asked.destroys else loaded.environment.prune
    policies = {
        how: {n for n in desired.sections if prune.get(n) == how} for how in ("all", "owned")
    }
    return Rules(
        frozenset(policies["all"]),
        frozenset(policies["owned"]),
        _addresses("--replace", asked, desired, lambda item: True),
        asked.delete_first,
        _addresses("--resend", asked, desired, _has_unread),
        _addresses("--deliver", asked, desired, _is_delivered),
        frozenset(
            address
            for address, item in desired.items.items()
            if item.kind.generates and is_kept(item, asked.guards)
        ),
    )


def _has_unread(item: Item) -> bool:
    """Whether something of it is sent that no read shows."""
    return any(leaf.traits.write_only and value is not None for leaf, value in item.declared())


def _is_delivered(item: Item) -> bool:
    return item.kind.delivers(item.values)


def _addresses(
    option: str, asked: Asked, desired: Desired, has_it: Callable[[Item], bool]
) -> frozenset[Address]:
    """The declared addresses that are named; each pattern must name one that the option is for."""
    found: set[Address] = set()
    for pattern in asked.options[option]:
        items = [item for item in desired.items.values() if pattern == str(item.address)]
        items = items or [i for i in desired.items.values() if matches(pattern, i.address)]
        for item in sorted(items, key=lambda item: item.address):
            if item.external or item.absent:
                raise UsageError(
                    f"{option} {pattern}: {item.address} is declared external or absent",
                    hint="only what clerkform writes can be written again",
                )
        if not items:
            raise UsageError(
                f"{option} {pattern}: no manifest declares that",
                hint=nearest(pattern, desired.items) or SEE_ALL,
            )
        if not any(asked.wants(item.address) for item in items):
            raise UsageError(
                f"{option} {pattern}: --target or --exclude leaves that out",
                hint="name it as a target too, or leave one of the options out",
            )
        named = {item.address for item in items if has_it(item)}
        if not named:
            raise UsageError(f"{option} {pattern}: {_LACKS[option]}")
        found |= named
    return frozenset(found)


_LACKS = {
    "--resend": "nothing there is sent that Clerk never returns",
    "--deliver": "nothing there has a secret that is delivered, or it is declared as `none`",
}


def check_targets(asked: Asked, found: Actions, known: Collection[Address]) -> None:
    for pattern in asked.targets:
        if not any(asked.hits(pattern, action.address) for action in found.actions):
            raise UsageError(
                f"--target {pattern} matches nothing that is declared or would be pruned",
                hint=nearest(pattern, known) or SEE_ALL,
            )


def check_excludes(asked: Asked, found: Actions) -> None:
    """What goes with its owner cannot stay behind."""
    for action in found.actions:
        if any(asked.hits(pattern, action.address) for pattern in asked.excludes):
            raise UsageError(
                f"{action.address} is excluded, but goes with what owns it",
                hint="exclude both, or neither",
            )


def _in_question(desired: Desired, registry: Registry, asked: Asked) -> Desired:
    """``desired`` without the kinds that no target can match, so that nobody reads them.

    What a target refers to, and what it owns, stays.
    """
    if not asked.targets:
        return desired
    names = {
        n for n in registry if any(fnmatchcase(n, Address.parse(t).kind) for t in asked.targets)
    }
    refers = {kind.name for kind in registry.values() if kind.references() & names}
    names |= refers
    names |= {to for name in names for to in registry[name].references()}
    items = {address: item for address, item in desired.items.items() if address.kind in names}
    return Desired(items, desired.sections & names)


def _wanted(matched: Matched, asked: Asked) -> Callable[[Address], bool]:
    """What was asked for, and the creates that it waits for."""
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
            if any(asked.hits(pattern, reference.to) for pattern in asked.excludes):
                raise UsageError(
                    f"{pair.item and pair.item.address} waits for {reference}, which is excluded",
                    hint="exclude both, or neither",
                )
            brought.add(reference.to)
            waiting.append(reference.to)
    return lambda address: asked.wants(address) or address in brought
