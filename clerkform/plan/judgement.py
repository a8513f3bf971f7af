"""What actions mean for who can get in: the state before each of them against the state after.

Only the traits of fields are asked, so whatever leads to a state is judged alike: an update, a
prune, ``absent``, a replacement. What clerkform does not know of the state before counts as another
value than the one after, also where a ledger says what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clerkform.diff.action import Action, Actions
from clerkform.diff.creation import NO_SECRET, created_value, key_in
from clerkform.diff.fields import UNKNOWN as NOT_KNOWN
from clerkform.diff.fields import sent_value
from clerkform.diff.values import Known, merged
from clerkform.live.state import Live
from clerkform.model import Field, Kind, Registry
from clerkform.model.canonical import same
from clerkform.model.host_names import web_host
from clerkform.model.meaning import UNKNOWN, Around, Consequence, Looks, Meaning, Moved
from clerkform.model.paths import GONE, nested, value_at
from clerkform.plan.after import objects_before, referred_after


@dataclass(frozen=True, slots=True)
class Further:
    """What else has to be known of an instance to judge a plan."""

    hosts: bool = False
    counted: frozenset[str] = frozenset()
    """Kinds of which the number of objects is not known."""
    others: frozenset[str] = frozenset()
    """Kinds of which the objects are not known."""


def judged(found: Actions, around: Around) -> Actions:
    """Each action with what it means."""
    actions = (
        replace(action, means=told) if (told := consequences(action, around)) else action
        for action in found.actions
    )
    return replace(found, actions=tuple(actions))


def consequences(action: Action, around: Around) -> tuple[Consequence, ...]:
    """What one action means; a field that loosens a rule is not said to let more in besides."""
    said = [Consequence(m.sort, field.path, m.says) for field, m in _meanings(action, around)]
    weakened = {one.path for one in said if one.sort == "weakens"}
    kept = (one for one in said if one.sort != "widens" or one.path not in weakened)
    return tuple(dict.fromkeys(kept))


def further(found: Actions, around: Around) -> Further:
    """What the conditions that hold while it is not known have to know."""
    looking = [
        meaning.when
        for action in found.actions
        for _, meaning in _meanings(action, around)
        if isinstance(meaning.when, Looks)
    ]
    return Further(
        hosts=any(one.hosts for one in looking) and not around.has_all_hosts,
        counted=frozenset(one.kind for one in looking if one.kind) - around.had.keys(),
        others=frozenset(name for one in looking for name in one.others) - around.others.keys(),
    )


def knows_switch(actions: Iterable[Action], kind: str) -> bool:
    """Whether an action says what the switch is after the plan that needs objects of ``kind``."""
    return any(
        isinstance(moved.after, bool)
        for action in actions
        for field, moved in _moves(action, Around())
        for meaning in field.traits.meanings
        if meaning.counts == kind
    )


def around_of(
    found: Actions, live: Live, registry: Registry, counts: Mapping[str, int], production: bool
) -> Around:
    """What is known of an instance from what was read of it; ``counts`` were asked for besides."""
    naming = [*naming_hosts(registry)]
    whole = {name: live.count(registry[name]) for name in live.whole if name in registry}
    had = {**whole, **counts}
    return Around(
        production=production,
        hosts=frozenset(host for kind in naming for host in _hosts(live, kind)),
        has_all_hosts=all(kind.name in live.whole for kind in naming),
        had=had,
        left={name: count + _more(found.actions, name) for name, count in had.items()},
        others={
            name: {
                **objects_before(live, registry[name]),
                **referred_after(found, live, registry[name]),
            }
            for name in _looked_at(registry) & live.whole
        },
    )


def _looked_at(registry: Registry) -> frozenset[str]:
    """The kinds whose objects decide what a change of another means."""
    conditions = (
        meaning.when
        for kind in registry.values()
        for leaf in kind.leaves
        for meaning in leaf.traits.meanings
    )
    looking = (one for one in conditions if isinstance(one, Looks))
    return frozenset(name for one in looking for name in one.others)


def naming_hosts(registry: Registry) -> Iterator[Kind]:
    """The kinds whose objects say on which hosts the instance is."""
    return (kind for kind in registry.values() if _host_fields(kind))


def _host_fields(kind: Kind) -> tuple[Field, ...]:
    return tuple(leaf for leaf in kind.leaves if leaf.traits.names_host)


def _hosts(live: Live, kind: Kind) -> Iterator[str]:
    fields = _host_fields(kind)
    for one in live.of(kind.name):
        for leaf in fields:
            value = value_at(one.values, leaf.path)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and (host := web_host(text)):
                    yield host


def _more(actions: Iterable[Action], kind: str) -> int:
    """How many more objects of a kind there are after the plan than before."""
    own = [action.verb for action in actions if action.kind.name == kind]
    return own.count("create") - own.count("delete")


def _meanings(action: Action, around: Around) -> Iterator[tuple[Field, Meaning]]:
    for field, moved in _moves(action, around):
        for meaning in field.traits.meanings:
            if meaning.sort == "neutral" or not (meaning.counts or _is_other(moved)):
                continue
            if meaning.when(moved):
                yield field, meaning


def _is_other(moved: Moved) -> bool:
    return not same(moved.before, moved.after)


def _moves(action: Action, around: Around) -> Iterator[tuple[Field, Moved]]:
    """Each field that may mean something, before and after. One of an object's key comes and goes
    with the object: where it changes, what had the old one goes and what has the new one comes."""
    kind = action.kind
    if action.verb == "none" and not (action.always_sent or kind.is_judged_by_others):
        return
    sides = [(leaf, *_sides(action, leaf)) for leaf in kind.leaves if not leaf.traits.local]
    told = kind.removal_fields if action.verb == "delete" else kind.own_fields
    local = action.item.declared() if action.item else ()
    beside = nested(
        (
            *(
                (leaf.path, key_in(value))
                for leaf, value in local
                if leaf.traits.local and leaf.name in told
            ),
            *((leaf.path, after) for leaf, _, after in sides if after is not GONE),
        )
    )
    for leaf, before, after in sides:
        if leaf.traits.identity and before is not GONE and after is not GONE and before != after:
            yield leaf, Moved(before, GONE, beside, around)
            yield leaf, Moved(GONE, after, beside, around)
        else:
            yield leaf, Moved(before, after, beside, around)


def _sides(action: Action, leaf: Field) -> tuple[Any, Any]:
    """A field before and after, each in the form that the server stores."""
    before, item = _before(action, leaf), action.item
    if action.verb == "delete":
        return before, GONE
    declared = value_at(item.values, leaf.path) if item else GONE
    own = [change for change in action.changes if change.path[: len(leaf.path)] == leaf.path]
    whole = next((change for change in own if change.path == leaf.path), None)
    if whole:
        seen = before if before is UNKNOWN else _known(leaf, whole.before)
        return seen, _known(leaf, whole.after)
    if own:
        return before, _known(leaf, _written(action, leaf))
    if leaf.path in action.always_sent:
        return UNKNOWN, _known(leaf, declared)
    return before, GONE if action.verb == "replace" and declared is GONE else before


def _before(action: Action, leaf: Field) -> Any:
    """What the server showed; a ledger's word of it is nobody's but the ledger's."""
    if action.live is None:
        return GONE
    value = value_at(action.live.values, leaf.path)
    is_hidden = leaf.path in action.unreached or leaf.path in action.live.unsettled
    if is_hidden or (value is GONE and action.kind.is_always_there and not leaf.is_unread):
        return UNKNOWN
    return _known(leaf, value)


def _known(leaf: Field, value: Any) -> Any:
    return leaf.normalized(_shown(value))


def _shown(value: Any) -> Any:
    if value is NO_SECRET:
        return None
    if value is NOT_KNOWN:
        return UNKNOWN
    return value.text if isinstance(value, Known) else value


def _written(action: Action, leaf: Field) -> Any:
    """The value of a leaf that changes inside."""
    assert action.item is not None
    declared = value_at(action.item.values, leaf.path)
    if action.live is None or action.verb == "create":
        return created_value(leaf, declared)
    if leaf.traits.merged:
        return merged(value_at(action.live.values, leaf.path), declared)
    return sent_value(action.item, leaf, action.live)
