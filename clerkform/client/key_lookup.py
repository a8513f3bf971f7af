"""Keys of what is no kind, such as a role's, to the ids that requests want."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerkform.client.http import ClerkClient
from clerkform.errors import BadAnswer, UsageError
from clerkform.model import Kind
from clerkform.model.traits import LookedUp


class KeyLookup:
    def __init__(self, client: ClerkClient) -> None:
        self._client = client

    async def with_ids(self, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request with an id, under the name that it has there, for each key.

        Raises:
            UsageError: the instance has nothing with such a key.
        """
        filled = dict(body)
        for name, field in kind.fields.items():
            how = field.traits.looked_up
            if how and name in filled:
                filled[how.sends] = await self._id_of(name, how, filled.pop(name))
        return filled

    async def _id_of(self, name: str, how: LookedUp, key: str) -> str:
        ids = await self.ids(how)
        found = ids.get(key)
        if not isinstance(found, str):
            there = ", ".join(sorted(ids)) or "none"
            raise UsageError(f"`{name}`: the instance has no {key}", hint=f"it has: {there}")
        return found

    async def ids(self, how: LookedUp) -> Mapping[str, object]:
        """Every key that there is, with its id.

        Raises:
            BadAnswer: one has no key, so nobody knows which there are.
        """
        rows = await self._client.list(how.op.path)
        if not all(isinstance(row.get(how.by), str) for row in rows):
            detail = f"answered with an object that lacks `{how.by}`"
            raise BadAnswer("GET", how.op.path, detail=detail)
        return {row[how.by]: row.get("id") for row in rows}
