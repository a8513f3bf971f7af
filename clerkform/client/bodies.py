"""Values to a request's body: as the API takes them, where that is not as it answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerkform.errors import UsageError
from clerkform.model import Address, Field, Kind, Values
from clerkform.model.fields import over
from clerkform.model.paths import GONE, nested, value_at


def body_of(kind: Kind, values: Values, ids: Mapping[Address, str]) -> dict[str, Any]:
    """What is sent for ``values``, whose references stand as the API answers them.

    Raises:
        UsageError: nobody knows the id of what is referred to.
    """
    taken = [
        (leaf.path, _taken(leaf, held, ids))
        for leaf in kind.leaves
        if leaf.traits.ref and leaf.traits.ref.takes_id
        if (held := value_at(values, leaf.path)) not in (GONE, None)
    ]
    return kind.to_api(over(kind.fields, values, nested(taken)))


def _taken(leaf: Field, held: Any, ids: Mapping[Address, str]) -> Any:
    if isinstance(held, list):
        return [_taken(leaf, one, ids) for one in held]
    assert leaf.traits.ref is not None
    known = ids.get(Address(leaf.traits.ref.kind, str(held)))
    if known is None:
        raise UsageError(
            f"`{leaf}`: the instance has no {held}", hint="plan again, to see what it has"
        )
    return known
