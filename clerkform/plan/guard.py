"""Refuses what deletes too much, is protected, or would lock somebody out.

Each refusal has its own code and names what lets it through.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from clerkform.desired import Item
from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action
from clerkform.model import Address
from clerkform.model.pattern import matches
from clerkform.plan.build import Plan
from clerkform.plan.judgement import knows_switch
from clerkform.plan.limits import Guards, Instance

SMALL = 10
"""A kind with fewer live objects counts as having this many, for the percentage."""


LIVE_KEY = "sk_live_"
"""How the secret key of a production instance begins."""


def check(plan: Plan, guards: Guards) -> tuple[Diagnostic, ...]:
    """Everything that refuses ``plan`` as such, by whoever runs it."""
    deleting = [a for a in plan.actions if a.verb in ("delete", "replace")]
    return (*_too_many(deleting, guards), *_protected(deleting, guards), *_last_one(plan, guards))


def check_writing(plan: Plan, instance: Instance, guards: Guards) -> tuple[Diagnostic, ...]:
    """What refuses only an apply: in a plan these are notes."""
    if not plan.steps:
        return ()
    deleting = [a for a in plan.actions if a.verb in ("delete", "replace")]
    return (
        *_production(instance, guards),
        *_approval(guards),
        *_unseen_deletes(deleting, guards),
    )


def check_instance(instance: Instance, guards: Guards) -> Iterator[Diagnostic]:
    """Whether this is the instance that is meant, before anything else of it is looked at."""
    if guards.pinned_instance not in (None, instance.id):
        yield Diagnostic(
            "wrong-instance",
            f"environment `{guards.environment}` is pinned to {guards.pinned_instance}, but the"
            f" secret key belongs to {instance.id}",
            hint="use the key of the pinned instance, or correct `instance:` in the project file",
        )
    elif guards.reviewed_instance not in (None, instance.id):
        yield Diagnostic(
            "other-instance",
            f"the saved plan is for {guards.reviewed_instance}, but the secret key belongs to"
            f" {instance.id}",
            hint="use the key of the instance that was reviewed, or save a plan of this one",
        )


def _too_many(deleting: Iterable[Action], guards: Guards) -> Iterator[Diagnostic]:
    by_kind: dict[str, int] = {}
    for action in deleting:
        by_kind[action.kind.name] = by_kind.get(action.kind.name, 0) + 1
    total = sum(by_kind.values())
    if total > guards.limits.max_deletes:
        yield Diagnostic(
            "max-deletes",
            f"this plan deletes {total} objects; the limit is {guards.limits.max_deletes}",
            hint=f"if that is what you want: --max-deletes {total}",
        )
    for name, count in sorted(by_kind.items()):
        live = max(guards.live_counts.get(name, 0), SMALL)
        percent = -(-100 * count // live)
        if 100 * count > guards.limits.max_delete_percent * live:
            yield Diagnostic(
                "max-delete-percent",
                f"this plan deletes {count} of the {guards.live_counts.get(name, 0)} live {name}"
                f" that it has read, {percent} % (fewer than {SMALL} count as {SMALL});"
                f" the limit is {guards.limits.max_delete_percent:g} %",
                hint=f"if that is what you want: --max-delete-percent {percent}",
            )


def _protected(deleting: Iterable[Action], guards: Guards) -> Iterator[Diagnostic]:
    for action in deleting:
        gone = str(action.replaces or action.address)
        if _is_allowed(action, guards):
            continue
        names = [str(name) for name in (gone, action.was_at, action.namesake) if name]
        pattern = next((p for p in guards.protect for n in names if matches(p, n)), None)
        if pattern:
            yield Diagnostic(
                "protected-object",
                f"{gone} would be {action.verb}d, and `protect: [{pattern}]` in the project file"
                " forbids it",
                action.span,
                hint=f"if that is what you want: {_allowing(gone)}",
            )
        if action.lifecycle("prevent_destroy"):
            yield Diagnostic(
                "prevent-destroy",
                f"{gone} would be {action.verb}d, and its `prevent_destroy` forbids it",
                action.item.at("lifecycle", "prevent_destroy") if action.item else None,
                hint=f"leave it out of the manifest, or pass {_allowing(gone)}",
            )


def is_kept(item: Item, guards: Guards) -> bool:
    """Whether a guard would refuse to delete what is declared."""
    address = str(item.address)
    is_named = item.lifecycle("prevent_destroy") or any(matches(p, address) for p in guards.protect)
    return bool(is_named) and address not in guards.allow_delete


def _last_one(plan: Plan, guards: Guards) -> Iterator[Diagnostic]:
    """Where the old object goes before the new one is made, there may be none in between. What is
    known of the switch that needs one is judged with it, as a lock-out."""
    going = [a for a in plan.actions if a.verb == "delete" or a.delete_first]
    for name in sorted({action.kind.name for action in going}):
        actions = [a for a in plan.actions if a.kind.name == name]
        gone = [a for a in going if a.kind.name == name]
        made = sum(a.verb == "create" for a in actions)
        why = gone[0].kind.last_one_matters
        is_last = guards.live_counts.get(name, 0) + made - len(gone) <= 0
        unmeant = [a for a in gone if not _is_allowed(a, guards)]
        if why and is_last and unmeant and not knows_switch(plan.actions, name):
            allowing = " ".join(_allowing(action.address) for action in unmeant)
            yield Diagnostic(
                "last-entry",
                f"this plan deletes the last live {name}: {why}",
                unmeant[0].span,
                hint=f"if that is what you want: {allowing}",
            )


def _production(instance: Instance, guards: Guards) -> Iterator[Diagnostic]:
    if instance.is_production and not guards.production:
        why = "is a production instance"
        if instance.environment_type != "production":
            why = f"says that it is `{instance.environment_type}`, which may be production"
            if instance.has_live_key:
                why = f"has a key that begins with {LIVE_KEY}, as production instances have"
        yield Diagnostic(
            "production",
            f"{instance.id} {why}, and environment `{guards.environment}` does not say so",
            hint="set `production: true` in the project file, or pass --allow-production",
        )


def _approval(guards: Guards) -> Iterator[Diagnostic]:
    if guards.protected and not guards.approved:
        yield Diagnostic(
            "approval-needed",
            f"environment `{guards.environment}` is protected",
            hint=f"type its name when asked, or pass --approve {guards.environment}",
        )


def _unseen_deletes(deleting: Iterable[Action], guards: Guards) -> Iterator[Diagnostic]:
    for action in deleting:
        why = action.kind.delete_needs_approval
        if why and not guards.interactive and not _is_allowed(action, guards):
            yield Diagnostic(
                "delete-needs-approval",
                f"{action.address} would be {action.verb}d without anybody asked: {why}",
                action.span,
                hint=f"if that is what you want: {_allowing(action.address)}",
            )


def _allowing(address: Address | str) -> str:
    """The option, to be copied into a shell: what is live may have any name."""
    return f"--allow-delete {shlex.quote(str(address))}"


def _is_allowed(action: Action, guards: Guards) -> bool:
    return {str(action.address), str(action.replaces)} & guards.allow_delete != set()
