"""Of what a group always needs one: who manages an organization, whatever a plan does to its members
and to their roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action, Actions
from clerkform.diff.keys import is_renamed
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Kind, NeedsOne, Registry
from clerkform.model.meaning import Around
from clerkform.plan.after import Ids, left_of, objects_before, referred_after, stays


@dataclass(frozen=True, slots=True)
class Kept:
    """What sees to it that there is always one of each that a group needs one of."""

    first: Mapping[Address, frozenset[Address]]
    """What has to come before what."""
    spared: Mapping[Address, Action]
    """What was to be destroyed, and is left alone."""


def kept(
    kind: Kind,
    needs: NeedsOne,
    found: Actions,
    live: Live,
    registry: Registry,
    ids: Ids,
    problems: Problems,
) -> Kept:
    others = registry[needs.others]
    before = Around(others={needs.others: objects_before(live, others)})
    after = Around(others={needs.others: referred_after(found, live, others)})
    first, spared = dict[Address, frozenset[Address]](), dict[Address, Action]()
    giving, taking = _turning(kind, needs, found, before, after)
    all_giving = giving
    members: dict[str, list[LiveObject]] = {}
    for member in live.of(kind.name):
        members.setdefault(str(member.values.get(needs.per)), []).append(member)
    for group, own in _groups(kind, needs, found, ids).items():
        touched = {action.live.id: action for action in own if action.live}
        there = members.get(group, [])
        had = [one.id for one in there if needs.is_one(one.values, before)]
        staying = (a for a in own if stays(a) and not a.delete_first)
        makes = [a for a in staying if needs.is_one(left_of(a), after)]
        takes = [touched[one] for one in had if one in touched and touched[one] not in makes]
        rest = (one for one in there if one.id not in touched)
        if had and not makes and not any(needs.is_one(one.values, after) for one in rest):
            if one := next((a for a in takes if a.item and a.item.destroyed), None):
                note = f"left alone: {needs.says}"
                spared[one.address] = replace(one, verb="none", notes=(*one.notes, note))
            else:
                names = (touched[i].address if i in touched else Address(kind.name, i) for i in had)
                problems.error(
                    "none-left",
                    f"{' and '.join(map(str, names))} would leave nobody: {needs.says}",
                    takes[0].span if takes else None,
                    hint="declare another one first, or leave this one as it is",
                )
        gives = giving.union(a.address for a in makes if a.is_pending)
        all_giving |= gives
        first |= {a.address: gives for a in takes if gives and a.is_pending}
    handing = {a.address for a in found.actions if _hands_on(a, needs.others)}
    first |= {address: all_giving | handing for address in taking if all_giving | handing}
    first |= {address: giving for address in handing if giving}
    return Kept(first, spared)


def _hands_on(action: Action, kind: str) -> bool:
    """Whether who holds a member of this kind is given another one in its place."""
    leaves = [leaf for leaf in action.kind.leaves if leaf.traits.ref and leaf.traits.edges]
    own = [leaf for leaf in leaves if leaf.traits.ref and leaf.traits.ref.kind == kind]
    goes = action.verb == "delete" and bool(action.kind.goes_into)
    return bool(own) and (goes or any(e.taken_over for e in action.edges if e.field in own))


def _turning(
    kind: Kind, needs: NeedsOne, found: Actions, before: Around, after: Around
) -> tuple[frozenset[Address], frozenset[Address]]:
    """What of the other kind makes whoever refers to it one of the sort, and what ends that. Of what
    gets another key nobody is told by that before, so it does not wait."""
    refs = ((leaf.name, leaf.traits.ref) for leaf in kind.leaves)
    field = next(name for name, ref in refs if ref and ref.kind == needs.others)
    giving, taking = set[Address](), set[Address]()
    updates = (a for a in found.actions if a.kind.name == needs.others and a.verb == "update")
    for action in updates:
        key = action.kind.key_parts(action.live.values) if action.live else None
        was = needs.is_one({field: "/".join(key or ())}, before)
        will_be = needs.is_one({field: action.address.key}, after)
        if will_be and not was:
            giving.add(action.address)
        elif was and not will_be and not is_renamed(action):
            taking.add(action.address)
    return frozenset(giving), frozenset(taking)


def _groups(kind: Kind, needs: NeedsOne, found: Actions, ids: Ids) -> Mapping[str, list[Action]]:
    """The actions about what shares the field, by the id that live objects have in it."""
    groups: dict[str, list[Action]] = {}
    for action in (one for one in found.actions if one.kind is kind):
        shared = action.live.values.get(needs.per) if action.live else None
        if shared is None and action.item:
            to = getattr(action.item.values.get(needs.per), "to", None)
            shared = ids.get(to) if to else None
        if shared is not None:
            groups.setdefault(str(shared), []).append(action)
    return groups
