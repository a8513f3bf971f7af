"""A step to a request, with ids and secrets filled in, and its answer checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from clerkform.apply.run import VISIBLE_WITHIN, Written
from clerkform.client.bodies import body_of
from clerkform.client.busy import is_busy, once_free, settled
from clerkform.client.calls import checked, limit_of, path_of, send
from clerkform.client.create import Maker
from clerkform.client.http import ClerkClient
from clerkform.client.lookup import Finder
from clerkform.client.reader import ClerkReader
from clerkform.client.recheck import Recheck
from clerkform.diff.creation import wire_of
from clerkform.errors import ApiError, BadAnswer
from clerkform.ledger.journal import Journal
from clerkform.live.state import Live
from clerkform.model import Address, Field, Kind, Reference, Registry, SecretRef, Values
from clerkform.model.fields import Fields, over
from clerkform.model.op import filled_body
from clerkform.model.paths import value_at
from clerkform.model.step import Step
from clerkform.plan.steps import DELIVER
from clerkform.secrets.vault import Vault
from clerkform.waiting.clock import Clock
from clerkform.waiting.until import until


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
        clock: Clock,
    ) -> None:
        """``live`` is what there was when the plan was made."""
        self._client, self._registry, self._vault, self._root = client, registry, vault, root
        self._live, self._clock = live, clock
        finder = Finder(reader, registry, live, clock)
        self._recheck = Recheck(client, reader, registry, live, journal, clock)
        self._maker = Maker(client, vault, finder, live, journal, clock, self._base)

    async def write(self, step: Step, ids: Mapping[Address, str]) -> Written:
        """See ``apply.run.Writer``."""
        kind = self._registry[step.address.kind]
        within = {n: ids[v.to] if isinstance(v, Reference) else v for n, v in step.within.items()}
        step = replace(step, within=within)
        return await once_free(kind, lambda: self._write(kind, step, ids), self._clock)

    async def _write(self, kind: Kind, step: Step, ids: Mapping[Address, str]) -> Written:
        values = await self._filled(kind.fields, step, step.values, ids)
        if step.id.verb == "delete":
            return await self._remove(kind, step, values)
        self._remember_sensitive(kind, values)
        before = self._live.objects.get(kind.name, {}).get(step.object_id or "")
        self._remember_sensitive(kind, before.values if before else {})
        if step.id.verb == "create":
            return await self._maker.create(kind, step, values, ids)
        if step.id.part == DELIVER:
            return await self._maker.hand_over(kind, step, values, ids)
        if step.edge:
            return await self._edge(kind, step, values, step.object_id or ids[step.address])
        return await self._update(kind, step, values, ids)

    async def _filled(
        self, fields: Fields, step: Step, values: Values, ids: Mapping[Address, str]
    ) -> dict[str, Any]:
        """``values`` with ids for references and secrets for what refers to them."""
        filled = dict(values)
        for name, value in values.items():
            field = fields[name]
            if field.parts and isinstance(value, Mapping):
                filled[name] = await self._filled(field.parts, step, value, ids)
            elif isinstance(value, list):
                filled[name] = [wire_of(field, one, ids) for one in value]
            elif isinstance(value, Reference):
                filled[name] = wire_of(field, value, ids)
            elif isinstance(value, SecretRef):
                base = self._base(step, str(field))
                filled[name] = await asyncio.to_thread(self._vault.resolve, value, base)
        return filled

    def _remember_sensitive(self, kind: Kind, values: Values) -> None:
        """What is never printed must not be either when Clerk's refusal quotes it."""
        for leaf in kind.leaves:
            if leaf.traits.sensitive:
                for text in _texts(value_at(values, leaf.path)):
                    self._vault.net.remember_sent(text)

    def _base(self, step: Step, name: str) -> Path:
        """The folder of the manifest that declares the field."""
        return (self._root / step.origins[name]).parent

    async def _remove(self, kind: Kind, step: Step, values: Values) -> Written:
        op = kind.endpoints.removal(step.removal)
        assert op is not None
        assert step.object_id is not None
        try:
            path = path_of(op, step.object_id, step.within)
            await send(self._client, op, path, filled_body(op.body, values))
            if kind.busy_code and kind.endpoints.get:  # what it holds may be on its way yet
                at = path_of(kind.endpoints.get, step.object_id, step.within)
                await settled(kind, at, None, self._client, self._clock)
        except ApiError as error:
            if not error.is_not_found or not await self._is_gone(kind, step, step.object_id):
                raise
            return Written(step.object_id, note="it was gone already")
        return Written(step.object_id)

    async def _is_gone(
        self, kind: Kind, step: Step, object_id: str, field: Field | None = None, member: str = ""
    ) -> bool:
        """Whether what a call was to remove is what it did not find, the object or a member of its
        set: where the call names what takes over as well, that may be what is not there."""
        op = kind.endpoints.get
        if op is None or not (kind.goes_into if field is None else _has_heirs(field)):
            return True

        async def look() -> bool:
            try:
                shown = await self._client.get(path_of(op, object_id, step.within))
            except ApiError as error:
                if not error.is_not_found:
                    raise
                return True
            held = value_at(kind.from_api(shown), field.path) if field else None
            return isinstance(held, list) and member not in held

        return await until(look, bool, VISIBLE_WITHIN, self._clock.sleep)

    async def _edge(self, kind: Kind, step: Step, values: Values, object_id: str) -> Written:
        """Add or remove one member. That it is there, or gone, already is no failure."""
        ((field, (member,)),) = ((f, v) for f, v in kind.declared(values) if f.traits.edges)
        told = field.traits.edges
        assert told is not None
        adds = step.edge == "add"
        op = told.add if adds else told.remove
        path = path_of(op, object_id, {**step.within, "member": member})
        heir = values.get(told.heirs, {}).get(member)
        body = filled_body(op.body, {"member": member, "heir": heir})
        try:
            answer = await send(self._client, op, path, body, limit_of(kind, object_id))
            if kind.busy_code and kind.endpoints.get:
                at = path_of(kind.endpoints.get, object_id, step.within)
                await settled(kind, at, answer, self._client, self._clock)
        except ApiError as error:
            is_conflict = error.status == HTTPStatus.CONFLICT and not is_busy(kind, error)
            is_there = is_conflict or (bool(told.there_code) and told.there_code in error.codes)
            is_done = is_there if adds else error.is_not_found
            if not (
                is_done and (adds or await self._is_gone(kind, step, object_id, field, member))
            ):
                raise
            note = "it was there already" if adds else "it was gone already"
            return Written(object_id, note=note)
        return Written(object_id)

    async def _update(
        self, kind: Kind, step: Step, values: Values, ids: Mapping[Address, str]
    ) -> Written:
        op, object_id = kind.endpoints.update_of(step.id.part), step.object_id or ids[step.address]
        assert op is not None
        if kind.is_always_there:
            await self._recheck.unmoved(kind, step, values, ids)
        sent = await self._with_rest(kind, step, values, object_id)
        body = body_of(kind, sent, ids)
        path = path_of(op, object_id, step.within)
        answer = await send(self._client, op, path, body, limit_of(kind, object_id))
        if answer is None:
            written = await self._read_back(kind, step, values, object_id)
            return await self._recheck.shown(kind, step, values, written)
        return checked(kind, op.method, op.path, values, answer)

    async def _with_rest(self, kind: Kind, step: Step, values: Values, object_id: str) -> Values:
        """``values``, and live's where the API resets what an update leaves out: as it is now, or
        where nothing reads the object alone as it was for the plan."""
        whole = [f for f in kind.fields.values() if _is_sent_whole(f) and f.name in values]
        if not (kind.update_sends == "all" or whole):
            return values
        of = kind.fields if kind.update_sends == "all" else {f.name: f for f in whole}
        seen = self._live.objects.get(kind.name, {}).get(object_id)
        if kind.endpoints.get is None:
            return over(of, _settable(of, seen.values), values) if seen else values
        path = path_of(kind.endpoints.get, object_id, step.within)
        live = kind.from_api(await self._client.get(path))
        parts = {f.name for f in whole if seen and seen.values.get(f.name) is not None}
        if lacking := sorted((_settable_names(of) - values.keys() | parts) - live.keys()):
            detail = f"answered without {', '.join(lacking)}, which an update would reset"
            raise BadAnswer("GET", path, detail=detail)
        return over(of, _settable(of, live), values)

    async def _read_back(self, kind: Kind, step: Step, values: Values, object_id: str) -> Written:
        """What a write that was answered without a body has done, if anything can be read.

        Reads lag behind writes, so what does not show is looked for again.
        """
        if kind.endpoints.get is None:
            return Written(object_id)
        path = path_of(kind.endpoints.get, object_id, step.within)

        async def look() -> Written:
            return checked(kind, "GET", path, values, await self._client.get(path))

        return await until(look, lambda seen: not seen.dropped, VISIBLE_WITHIN, self._clock.sleep)


def _has_heirs(field: Field) -> bool:
    return field.traits.edges is not None and bool(field.traits.edges.heirs)


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


def _is_sent_whole(field: Field) -> bool:
    """Whether the API would reset what of a part, or of a part in it, is left out."""
    return field.is_replaced_whole or any(_is_sent_whole(f) for f in field.parts.values())


def _settable(fields: Fields, live: Values) -> dict[str, Any]:
    """The live fields that an update sends along, with the flags that say what is write-only."""
    names, sent = _settable_names(fields), {}
    for name in live:
        if name in names:
            parts = fields[name].parts if name in fields else {}
            is_part = parts and isinstance(live[name], Mapping)
            sent[name] = _settable(parts, live[name]) if is_part else live[name]
    return sent


def _settable_names(fields: Fields) -> set[str]:
    names = {n for n, f in fields.items() if not f.traits.local and not f.traits.write_only}
    return names | {f.traits.presence for f in fields.values() if f.traits.presence}
