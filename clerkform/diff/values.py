"""Which values differ, and where. The only user of deepdiff, inside free-form JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from clerkform.model.canonical import canonical, folded, same, without_nulls
from clerkform.model.paths import GONE, Path, dotted, value_at

MadeBy = Literal["edited", "drifted", "both", "unattributed"]
"""Who made a difference: git moved, live moved, both did, or no ledger says."""


@dataclass(frozen=True, slots=True)
class Known:
    """Stands for a value that is not shown, by what can be said of it."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs."""

    path: Path
    """The field, by its names from the resource down, and the way inside its value."""
    before: Any
    """Live's value as plain JSON, with keys where that holds ids of other objects; ``GONE`` where there
    is none, a ``Known`` where it is not shown or not known."""
    after: Any
    """The declared value in the same shape, and a ``Known`` for what has no value before the step runs."""
    hidden: bool = False
    """Neither value is shown: the field is sensitive."""
    made_by: MadeBy = "unattributed"

    @property
    def field(self) -> str:
        return str(self.path[0])

    @property
    def dotted(self) -> str:
        return dotted(self.path)


def equal(left: Any, right: Any, *, unordered: bool = False) -> bool:
    """Whether two plain values are the same JSON; ``unordered`` compares lists as sets."""
    if unordered and isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return {canonical(one) for one in left} == {canonical(one) for one in right}
    return same(left, right)


def declared_part(value: Any, declared: Any) -> Any:
    """What stands in ``value`` at the keys that are declared, at every depth."""
    if not (isinstance(value, dict) and isinstance(declared, dict)):
        return value
    return {
        key: declared_part(value[key], inner) for key, inner in declared.items() if key in value
    }


def json_changes(before: Any, after: Any, path: Path = ()) -> Iterator[Change]:
    """The leaves that differ between two values that are owned whole, in order of path.

    Two maps differ key by key. Lists differ item by item while they have as many items, else as a
    whole: an insertion at the top should not read as a change of everything below it.
    """
    if equal(before, after):
        return
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield Change(path, before, after)
        return
    from deepdiff import DeepDiff  # costs 0.1 s to import, and an empty plan has no use for it

    found = DeepDiff(
        folded(before),
        folded(after),
        view="tree",
        zip_ordered_iterables=True,
        ignore_private_variables=False,  # a key may begin with underscores
        threshold_to_diff_deeper=0,
    )
    places = {
        _place(before, after, item.path(output_format="list")) for s in found.values() for item in s
    }
    for place in sorted(places, key=lambda p: [(isinstance(s, str), s) for s in p]):
        yield Change((*path, *place), value_at(before, place), value_at(after, place))


def _place(before: Any, after: Any, path: list[str | int]) -> Path:
    """``path``, cut short at the first list that is not as long on both sides."""
    place: list[str | int] = []
    for step in path:
        if isinstance(step, int):
            left, right = value_at(before, tuple(place)), value_at(after, tuple(place))
            if len(left) != len(right):
                break
        place.append(step)
    return tuple(place)


def merge_changes(before: Any, declared: Any, path: Path = ()) -> Iterator[Change]:
    """What a deep merge of ``declared`` into ``before`` would change.

    Only the named keys count, at every depth. A null asks for the key to be gone. A map without
    anything to set in it does not ask for itself.
    """
    if isinstance(declared, dict):
        if isinstance(before, dict):
            for key in sorted(declared):
                yield from merge_changes(before.get(key, GONE), declared[key], (*path, key))
        elif before is not GONE or without_nulls(declared) or not declared:
            yield Change(path, before, without_nulls(declared))
    elif declared is None:
        if before is not GONE:
            yield Change(path, before, GONE)
    elif before is GONE or not equal(before, declared):
        yield Change(path, before, declared)


def merged(before: Any, declared: Any) -> Any:
    """What a deep merge of ``declared`` into ``before`` makes."""
    if not isinstance(declared, dict):
        return declared
    result = dict(before) if isinstance(before, dict) else {}
    for key, value in declared.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
