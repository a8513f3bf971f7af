"""Values that Clerk takes where another field has them: the role of a member, of those of the set that
the organization has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clerkform.diagnostics import Problems
from clerkform.diff.action import Action, Actions
from clerkform.diff.ignored import ignored_paths, is_within
from clerkform.live.state import Live
from clerkform.model import Address, Field, Kind, Reference, Registry, Values
from clerkform.plan.after import by_former_key, left_of, objects_after, stays

SHOWN = 10
"""As many of what there is to choose from as a hint names."""


def check_one_of(found: Actions, live: Live, registry: Registry, problems: Problems) -> None:
    """Tells ``problems`` of each declared value that will not be among what the field has that
    ``trait.one_of`` names. What is not known of the way there is left to Clerk."""
    objects = _Objects(found, live, registry)
    for action in found.actions:
        if action.item is None or not stays(action):
            continue
        ignored = ignored_paths(action.item)
        for leaf, value in action.item.declared():
            is_asked = leaf.traits.one_of and isinstance(value, Reference)
            if is_asked and not is_within(leaf.path, ignored):
                _check(action, leaf, value, objects, problems)


@dataclass
class _Objects:
    """What there is after the plan."""

    found: Actions
    live: Live
    registry: Registry
    _known: dict[str, Mapping[str, tuple[str, Values]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.created = {one.address for one in self.found.actions if one.verb == "create"}
        self.declared = {one.address: one.item for one in self.found.actions if one.item}

    def named(self, kind: Kind, name: object) -> tuple[Address, Values] | None:
        """What a reference to the kind means: by key, by the former one, or by id. Without one it is
        what there is one of (``Kind.sole``), if that is known."""
        if kind.name not in self._known:
            self._known[kind.name] = dict(self._names(kind))
        known = self._known[kind.name]
        soles = (one for one in known.values() if kind.sole and kind.sole in one[1])
        found = next(soles, None) if name is None else known.get(str(name))
        return found and (Address(kind.name, found[0]), found[1])

    def _names(self, kind: Kind) -> Iterator[tuple[str, tuple[str, Values]]]:
        for key, values in objects_after(self.found, self.live, kind).items():
            yield key, (key, values)
            if "id" in values:
                yield str(values["id"]), (key, values)
        for former, one in by_former_key(self.found, kind).items():
            yield former, (one.address.key, left_of(one))


def _check(
    action: Action, leaf: Field, value: Reference, objects: _Objects, problems: Problems
) -> None:
    if (there := _at_the_end(action, leaf.traits.one_of, objects)) is None:
        return
    address, field_, offered = there
    item = objects.declared.get(address)
    is_declared = item is not None and field_.name in item.values
    if value.to in objects.created and not is_declared:
        return  # what is made may come into the list by itself
    kind = objects.registry[value.to.kind]
    keys = [found[0].key if (found := objects.named(kind, one)) else str(one) for one in offered]
    if value.to.key not in keys:
        assert action.item is not None
        whose = "it" if address == action.address else str(address)
        few = ", ".join(sorted(keys)[:SHOWN]) or "none"
        related = (
            [("these are declared here", item.at(field_.name))] if item and is_declared else []
        )
        problems.error(
            "not-among",
            f"`{leaf}` of {action.address} is {value.to.key}, which is none of the"
            f" `{field_.name}` that {whose} will have: {few}",
            action.item.at(*leaf.path),
            related=related,
            hint=f"add it to these `{field_.name}`, or choose another",
        )


def _at_the_end(
    action: Action, path: str, objects: _Objects
) -> tuple[Address, Field, list[object]] | None:
    """Whose field it is, the field, and what it has; None where that is not known."""
    *way, last = path.split(".")
    kind, address, values = action.kind, action.address, left_of(action)
    for name in way:
        ref = kind.fields[name].traits.ref
        assert ref is not None
        kind = objects.registry[ref.kind]
        if (there := objects.named(kind, values.get(name))) is None:
            return None
        address, values = there
    offered = values.get(last)
    return (address, kind.fields[last], offered) if isinstance(offered, list) else None
