"""What each step of a plan has to wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clerkform.desired import Item
from clerkform.diff.action import Action
from clerkform.model import Reference
from clerkform.model.step import StepId
from clerkform.plan.keys import delete_id, key_freed, key_of, key_taken_by, moves_away
from clerkform.plan.references import late_going, letting_go


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
        self.going = {a.live.id: a for a in actions if a.live and a.verb in ("delete", "replace")}
        """What goes, by the ids."""
        self._lets_go: dict[str, list[StepId]] = {}
        """By the id of an object: what has to be written before nothing refers to it."""
        for action in actions:
            for held, step in letting_go(action, self.going):
                self._lets_go.setdefault(held, []).append(step)
        ids = {delete_id(action): object_id for object_id, action in self.going.items()}
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

    def needed_by(self, item: Item, *, creating: bool = False) -> frozenset[StepId]:
        """The creates of what ``item`` refers to, or of what its create has to name."""
        return frozenset(
            StepId(reference.to, "create")
            for field, reference in item.references()
            if reference.to in self.creates and not (creating and field.is_late)
        )

    def needed_for(self, member: Reference | str) -> frozenset[StepId]:
        """The create of what an edge leads to."""
        if isinstance(member, Reference) and member.to in self.creates:
            return frozenset({StepId(member.to, "create")})
        return frozenset()

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
