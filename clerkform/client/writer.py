"""A step to a request, with ids and secrets filled in, and its answer checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from clerkform.apply.run import Written
from clerkform.client.calls import checked, path_of, send
from clerkform.client.finding import Finder
from clerkform.client.http import ClerkClient
from clerkform.client.making import Maker
from clerkform.client.reader import ClerkReader
from clerkform.client.vault import Vault
from clerkform.errors import ApiError, BadAnswer
from clerkform.ledger.journal import Journal
from clerkform.live import Live
from clerkform.model import Address, Kind, Reference, Registry, SecretRef, Values
from clerkform.model.step import Step
from clerkform.plan.build import DELIVER


class ClerkWriter:
    """Carries out steps against the API."""

    def __init__(
        self,
        client: ClerkClient,
        reader: ClerkReader,
        registry: Registry,
        vault: Vault,
        root: Path,
        live: Live,
        journal: Journal,
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """``live`` is what there was when the plan was made; ``now`` is milliseconds since 1970."""
        self._client, self._registry, self._vault, self._root = client, registry, vault, root
        self._live = live
        finder = Finder(reader, live, sleep)
        self._maker = Maker(client, vault, finder, live, journal, now, self._base)

    async def write(self, step: Step, ids: Mapping[Address, str]) -> Written:
        """See ``apply.run.Writer``."""
        kind = self._registry[step.address.kind]
        if step.id.verb == "delete":
            return await self._remove(kind, step)
        values = {n: await self._filled(step, n, value, ids) for n, value in step.values.items()}
        self._remember_sensitive(kind, values)
        before = self._live.objects.get(kind.name, {}).get(step.object_id or "")
        self._remember_sensitive(kind, before.values if before else {})
        if step.id.verb == "create":
            return await self._maker.create(kind, step, values)
        if step.id.part == DELIVER:
            return await self._maker.hand_over(kind, step, values)
        return await self._update(kind, step, values, step.object_id or ids[step.address])

    async def _filled(self, step: Step, name: str, value: Any, ids: Mapping[Address, str]) -> Any:
        if isinstance(value, Reference):
            return ids[value.to]
        if isinstance(value, SecretRef):
            return await asyncio.to_thread(self._vault.resolve, value, self._base(step, name))
        return value

    def _remember_sensitive(self, kind: Kind, values: Values) -> None:
        """What is never printed must not be either when Clerk's refusal quotes it."""
        for name, field in kind.fields.items():
            if field.traits.sensitive:
                for text in _texts(values.get(name)):
                    self._vault.net.remember_sent(text)

    def _base(self, step: Step, name: str) -> Path:
        """The folder of the manifest that declares the field."""
        return (self._root / step.origins[name]).parent

    async def _remove(self, kind: Kind, step: Step) -> Written:
        op = kind.endpoints.removal(step.removal)
        assert op is not None
        assert step.object_id is not None
        try:
            await send(self._client, op, step.object_id, dict(op.body) if op.body else None)
        except ApiError as error:
            if not error.is_not_found:
                raise
            return Written(step.object_id, note="it was gone already")
        return Written(step.object_id)

    async def _update(self, kind: Kind, step: Step, values: Values, object_id: str) -> Written:
        op = kind.endpoints.parts.get(step.id.part) or kind.endpoints.update
        assert op is not None
        sent = dict(values)
        if kind.update_sends == "all" and kind.endpoints.get:
            path = path_of(kind.endpoints.get, object_id)
            live = kind.from_api(await self._client.get(path))
            if lacking := sorted(_settable_names(kind) - live.keys() - sent.keys()):
                detail = f"answered without {', '.join(lacking)}, which an update would reset"
                raise BadAnswer("GET", path, detail=detail)
            sent = _settable(kind, live) | sent
        bucket = object_id if kind.bucket else None
        answer = await send(self._client, op, object_id, kind.to_api(sent), bucket)
        return checked(kind, "PATCH", op.path, values, answer)


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a value, and every number as JSON writes it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float):
        yield json.dumps(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _settable(kind: Kind, live: Values) -> dict[str, Any]:
    """The live fields that an update sends along, with the flags that say what is write-only."""
    return {name: live[name] for name in live if name in _settable_names(kind)}


def _settable_names(kind: Kind) -> set[str]:
    names = {n for n, f in kind.fields.items() if not f.traits.local and not f.traits.write_only}
    return names | {f.traits.presence for f in kind.fields.values() if f.traits.presence}
