"""How much goes along with objects, by as few requests as the API allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clerkform.client.http import ClerkClient
from clerkform.errors import ApiError
from clerkform.live.counts import known_count
from clerkform.model import Counted, Kind
from clerkform.model.op import filled
from clerkform.waiting.together import together

Counts = Mapping[str, Mapping[str, int]]
"""Id to what to how many; what is not there is not known."""


async def count_along(client: ClerkClient, kind: Kind, ids: Sequence[str], most: int) -> Counts:
    """How much goes along with each: ``most`` requests, each sent once; what fails is left out."""
    found: dict[str, dict[str, int]] = {one: {} for one in ids}
    batches = list(_batches(kind, ids))[:most]
    for bodies in await together(_listed(client, kind, batch) for batch in batches):
        for body in bodies:
            told = found.get(str(kind.id_of(body)), {})
            shown = ((c.what, known_count(body.get(c.field))) for c in kind.counted_by)
            told |= {what: number for what, number in shown if number is not None}
    missing = [
        (one, counted)
        for one in ids
        for counted in kind.counted_by
        if counted.listed and counted.what not in found[one]
    ]
    asked = missing[: max(most - len(batches), 0)]
    totals = await together(_total(client, one, counted) for one, counted in asked)
    for (one, counted), total in zip(asked, totals, strict=True):
        found[one] |= {} if total is None else {counted.what: total}
    return found


def _batches(kind: Kind, ids: Sequence[str]) -> Iterator[Sequence[str]]:
    size = kind.reads.lookups.ids_at_once
    if kind.reads.lookups.by_ids and any(counted.field for counted in kind.counted_by):
        yield from (ids[at : at + size] for at in range(0, len(ids), size))


async def _listed(
    client: ClerkClient, kind: Kind, batch: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    reads, asks = kind.reads, dict[str, str]()
    for counted in kind.counted_by:
        asks |= counted.asks
    params = {**reads.params, **asks, str(reads.lookups.by_ids): batch}
    try:
        page = await client.page(
            reads.path, params=params, page=reads.page, id_of=reads.id_of, tries=1
        )
    except ApiError:
        return ()
    return page.objects


async def _total(client: ClerkClient, object_id: str, counted: Counted) -> int | None:
    assert counted.listed is not None
    path = filled(counted.listed.path, {"id": object_id})
    try:
        page = await client.page(path, params=counted.listed.params, page=1, tries=1)
    except ApiError:
        return None
    return known_count(page.total)
