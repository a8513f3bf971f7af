"""Manifests and what is live to a plan. Read this file first: a use case, a call a line."""

from __future__ import annotations

import asyncio

from clerkform.desired import secrets as declared_secrets
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.action import Actions
from clerkform.diff.actions import diff
from clerkform.diff.context import Prints
from clerkform.diff.deletions import deleted_ids
from clerkform.diff.keys import check_named, check_renames
from clerkform.diff.rules import Rules
from clerkform.errors import PlanError
from clerkform.ledger.entries import Ledger
from clerkform.ledger.open import open_ledger
from clerkform.live.reads import first_reads, second_reads
from clerkform.model import Address, Registry
from clerkform.model.paths import Path as ValuePath
from clerkform.model.paths import pointer
from clerkform.plan.among import check_among, settings_asked
from clerkform.plan.build import Plan, build_plan
from clerkform.plan.guard import check_instance
from clerkform.plan.limits import Guards, Instance, is_guarded
from clerkform.plan.one_of import check_one_of
from clerkform.workflows.count import MOST, count_impact
from clerkform.workflows.dependents import check_dependents, read_whole
from clerkform.workflows.judge import judge
from clerkform.workflows.load import Loaded, folder_of, secret_findings
from clerkform.workflows.observe import Seen
from clerkform.workflows.planned import Planned
from clerkform.workflows.ports import Ends, Secrets
from clerkform.workflows.remarks import remarks_of
from clerkform.workflows.request import (
    Asked,
    Choice,
    Question,
    check_excludes,
    check_targets,
    choose,
    pose,
)
from clerkform.workflows.unfinished import read_until_settled, unsettled


async def make_plan(loaded: Loaded, registry: Registry, ends: Ends, asked: Asked) -> Planned:
    """Compare an environment's manifests with its instance.

    Raises:
        PlanError: the live state contradicts the manifests.
        ApiError: it could not be read; a failed read is never an empty one.
    """
    before = ends.requests()
    question = pose(loaded, registry, asked)
    problems = _checked_secrets(question, ends.secrets)
    instance = await checked_instance(ends, asked.guards)
    opened = open_ledger(ends.ledger, loaded.environment.name, instance.id, ends.salt)
    problems += [opened.finding] if opened.finding else []
    seen, cut_off = await _look(question, opened.ledger, registry, ends)
    problems += (*seen.problems, *cut_off)
    reads, once = ends.requests() - before, ends.requests_once()
    prints = await _prints(question, seen.ledger, ends.secrets)
    choice = choose(question, seen, registry)
    found = _actions(question, choice, seen, prints, registry, problems)
    if question.asked.judges:
        ids = seen.matched.ids
        found = await check_dependents(found, seen.live, registry, ends.reader, ids, problems)
        found = await _among(found, seen, registry, ends, problems)
        check_one_of(found, seen.live, registry, problems)
        if problems.errors:
            raise PlanError(problems.in_order())
        found = await _judged(found, question, seen, instance, registry, ends)
    plan = build_plan(found)
    judging = ends.requests() - before - reads
    return Planned(
        loaded=question.loaded,
        asked=choice.asked,
        plan=plan,
        live=seen.live,
        matched=seen.matched,
        instance=instance,
        opened=opened,
        ledger=seen.ledger,
        rules=question.rules,
        remarks=remarks_of(
            plan, question, choice, instance, seen, registry, problems, ends.secrets
        ),
        cut_off=cut_off,
        reads=2 * reads - once + judging + _other_reads(plan, question, seen, registry),
    )


def _checked_secrets(question: Question, vault: Secrets) -> Problems:
    """Notes about the secrets that are declared.

    Raises:
        PlanError: one may not be read from a checkout; nothing was sent.
    """
    items = question.desired.items.values()
    problems = Problems(secret_findings(items, vault, question.root))
    if problems.errors:
        raise PlanError(problems.in_order())
    return problems


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


async def _look(
    question: Question, ledger: Ledger, registry: Registry, ends: Ends
) -> tuple[Seen, tuple[Diagnostic, ...]]:
    """What is live, and what is to be said of creates that an earlier apply did not finish."""
    desired, rules, asked = question.desired, question.rules, question.asked
    whole = rules.pruned | (desired.sections if asked.everything else frozenset())
    reads = first_reads(desired, registry, whole, asked.looks_at)
    seen, notes = await read_until_settled(
        desired, registry, ends.reader, rules, reads, ledger, ends.clock
    )
    open_ones = unsettled(seen, question.declared, desired, registry, rules, asked.wants)
    return seen, (*notes, *open_ones)


async def _prints(question: Question, ledger: Ledger, vault: Secrets) -> Prints:
    """Fingerprints of the secrets that the ledger has one of to compare with."""
    found: dict[tuple[Address, ValuePath], str] = {}
    for item in question.desired.items.values():
        entry = ledger.get(item.address)
        for field_, ref in declared_secrets(item) if entry else ():
            if entry and pointer(field_.path) in entry.prints:
                base = folder_of(item, field_, question.root)
                text = await asyncio.to_thread(vault.fingerprint, ref, base, ledger.salt)
                found |= {(item.address, field_.path): text} if text else {}
    return found


def _actions(
    question: Question,
    choice: Choice,
    seen: Seen,
    prints: Prints,
    registry: Registry,
    problems: Problems,
) -> Actions:
    """What is to happen at each address that is wanted.

    Raises:
        PlanError: what is live contradicts the manifests; ``problems`` are told as well.
        UsageError: a target matches nothing, or an exclude what cannot stay.
    """
    rules, ledger = question.rules, seen.ledger
    found = diff(seen.matched, seen.live, registry, rules, problems, choice.wants, ledger, prints)
    check_renames(found.actions, seen.live, registry, problems)
    check_named(found.actions, seen.matched, problems)
    if problems.errors:
        raise PlanError(problems.in_order())
    check_targets(choice.asked, found, choice.known)
    check_excludes(choice.asked, found)
    return found


async def _among(
    found: Actions, seen: Seen, registry: Registry, ends: Ends, problems: Problems
) -> Actions:
    """The actions, each after what makes room for it."""
    live = await read_whole(settings_asked(found), seen.live, registry, ends.reader)
    return check_among(found, live, seen.matched.ids, problems)


async def _judged(
    found: Actions,
    question: Question,
    seen: Seen,
    instance: Instance,
    registry: Registry,
    ends: Ends,
) -> Actions:
    """The actions with what they mean and what goes along with them."""
    asked = question.asked
    is_production = is_guarded(instance, asked.guards)
    told = await judge(found, seen.live, registry, ends.reader, production=is_production)
    return await count_impact(told, ends, most=MOST if asked.counts else 0)


def _other_reads(plan: Plan, question: Question, seen: Seen, registry: Registry) -> int:
    """How many more reads there are after an apply than before it: no instance is read, and what
    can only be listed under something else comes and goes with that."""
    desired, rules, matched = question.desired, question.rules, seen.matched
    gone = {a.live.id for a in plan.actions if a.live and a.verb == "delete"}
    ids = {address: one for address, one in matched.ids.items() if one not in gone}
    ids |= {a.address: str(a.address) for a in plan.actions if a.verb == "create"}
    deleted = deleted_ids(matched, rules, seen.ledger)
    going = deleted_ids(matched, Rules(rules.pruned, rules.owned), seen.ledger)
    before = second_reads(desired, registry, matched.ids, deleted)
    after = second_reads(desired, registry, ids, {kind: i - gone for kind, i in going.items()})
    return len(after) - len(before) - 1
