"""What each step of a plan has to wait for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from clerkform.desired import Item
from clerkform.diff.action import Action
from clerkform.diff.edges import Edge, named_as_heirs, named_by_edge
from clerkform.diff.keys import is_renamed
from clerkform.model import Address, Field, Kind, Reference, Values
from clerkform.model.paths import Path
from clerkform.model.step import StepId
from clerkform.plan.keys import delete_id, key_freed, key_of, key_taken_by, moves_away
from clerkform.plan.references import Going, following, late_going, letting_go


class Writers:
    """Which steps make and unmake the objects that others refer to."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.creates = {a.address for a in actions if a.verb in ("create", "replace")}
        freed = dict(key_freed(action) for action in actions if moves_away(action))
        takes = ((step, key_of(a, a.item)) for a in actions if (step := key_taken_by(a)))
        self.makes_way = {
            step: freed[key] for step, key in takes if key in freed and freed[key] != step
        }
        """What has to give up a key before a create or a rename can take it."""
        self._first_create: dict[str, StepId] = {}
        for address in sorted(self.creates):
            self._first_create.setdefault(address.kind, StepId(address, "create"))
        self.going = Going.of(actions)
        self._renames = {action.address for action in actions if is_renamed(action)}
        self._lets_go: dict[str, list[StepId]] = {}
        """By the id of an object: what has to be written before nothing refers to it."""
        for action in actions:
            for held, step in letting_go(action, self.going):
                self._lets_go.setdefault(held, []).append(step)
        self._goes_first: dict[StepId, frozenset[StepId]] = {}
        for update, gone in (pair for action in actions for pair in following(action, self.going)):
            self._goes_first[update] = self._goes_first.get(update, frozenset()) | {gone}
        ids = {delete_id(action): object_id for object_id, action in self.going.by_id.items()}
        for held, step in late_going(self.going):
            if held not in self._gone_before(ids[step], ids):  # else it would close a ring
                self._lets_go.setdefault(held, []).append(step)

    def _gone_before(self, object_id: str, ids: Mapping[StepId, str]) -> set[str]:
        """The object, what goes before it, and what goes before that; ``ids`` are of all that goes."""
        found: set[str] = set()
        waiting = [object_id]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting += (ids[one] for one in self._lets_go.get(at, ()) if one in ids)
        return found

    def needed_by(
        self, item: Item, sent: Collection[Path] | None = None, *, creating: bool = False
    ) -> frozenset[StepId]:
        """What has to be there before ``item`` is written, by what it refers to: in all its fields,
        in those that are ``sent`` and in its key, or in those that its create has to name."""
        return frozenset(
            step
            for field, reference in item.references()
            if sent is None or field.path in sent or field.traits.identity
            if not (creating and field.is_late)
            for step in self._made(field, reference.to)
        )

    def needed_for(self, edge: Edge) -> frozenset[StepId]:
        """What has to be there before an edge is, or before it can be named to be removed."""
        named = {edge.member.to} if isinstance(edge.member, Reference) else set[Address]()
        return self._needed_by_name(edge.field, named.union(named_by_edge(edge)))

    def needed_by_heirs(self, kind: Kind, values: Values) -> frozenset[StepId]:
        """What has to be there before the members of an object that goes are given to others."""
        needed = (self._needed_by_name(leaf, named_as_heirs(leaf, values)) for leaf in kind.leaves)
        return frozenset[StepId]().union(*needed)

    def _needed_by_name(self, field: Field, named: Iterable[Address]) -> frozenset[StepId]:
        return frozenset(step for address in named for step in self._made(field, address))

    def _made(self, field: Field, to: Address) -> Iterator[StepId]:
        """The create of what a field refers to; what is known by its key has to have that."""
        if to in self.creates:
            yield StepId(to, "create")
        elif to in self._renames and field.traits.ref and field.traits.ref.by == "key":
            yield StepId(to, "update")

    def before_updating(self, step: StepId) -> frozenset[StepId]:
        """What has to give up a key that the update takes, and what takes the object along."""
        way = self.makes_way.get(step)
        return self._goes_first.get(step, frozenset()) | ({way} if way else set())

    def before_deleting(self, action: Action, object_id: str) -> frozenset[StepId]:
        """The deletes of what refers to the object, and the updates that let go of it.

        Where the last object of a kind matters, one of its creates as well, so that there is
        never none.
        """
        needs = frozenset(self._lets_go.get(object_id, ()))
        first = self._first_create.get(action.kind.name)
        waits_for_this = first and self.makes_way.get(first) == delete_id(action)
        if action.kind.last_one_matters and first and not waits_for_this:
            needs |= {first}
        return needs
