"""A step to a request, with ids and secrets filled in, and its answer checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from clerkform.apply.run import Written
from clerkform.client.http import ClerkClient
from clerkform.client.reader import ClerkReader
from clerkform.client.vault import Vault
from clerkform.diff.fields import dropped
from clerkform.errors import ApiError, BadAnswer, ManifestError, SecretNotKept
from clerkform.ledger.entries import Intent
from clerkform.ledger.journal import Journal
from clerkform.ledger.recall import is_as_new
from clerkform.live import Live, LiveObject, Read
from clerkform.model import Address, Kind, Op, Reference, Registry, SecretRef, Values
from clerkform.model.step import Step
from clerkform.plan.build import DELIVER

LOOK_FOR = 10.0
"""Seconds to look for what a create may have made; reads lag behind writes."""
LOOK_BACK = 30.0
"""Seconds since the intent to look for what an earlier run may have made."""
DUPLICATE = (400, 409, 422)
"""How the API refuses a second object with a key; the codes differ from kind to kind."""
CREATES = 2
"""How often an object is made whose secret Clerk does not show."""


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
        self._client, self._reader, self._registry = client, reader, registry
        self._vault, self._root, self._sleep, self._now = vault, root, sleep, now
        self._live, self._journal = live, journal

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
            return await self._create(kind, step, values)
        if step.id.part == DELIVER:
            return await self._hand_over(kind, step, values)
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
                    self._vault.remember_sent(text)

    def _base(self, step: Step, name: str) -> Path:
        """The folder of the manifest that declares the field."""
        return (self._root / step.origins[name]).parent

    async def _remove(self, kind: Kind, step: Step) -> Written:
        op = kind.endpoints.removal(step.removal)
        assert op is not None
        assert step.object_id is not None
        try:
            await self._send(op, step.object_id, dict(op.body) if op.body else None)
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
            path = _path(kind.endpoints.get, object_id)
            live = kind.from_api(await self._client.get(path))
            if lacking := sorted(_settable_names(kind) - live.keys() - sent.keys()):
                detail = f"answered without {', '.join(lacking)}, which an update would reset"
                raise BadAnswer("GET", path, detail=detail)
            sent = _settable(kind, live) | sent
        bucket = object_id if kind.bucket else None
        answer = await self._send(op, object_id, kind.to_api(sent), bucket)
        return self._checked(kind, "PATCH", op.path, values, answer)

    async def _send(
        self,
        op: Op,
        object_id: str,
        body: Mapping[str, Any] | None,
        bucket: str | None = None,
    ) -> Mapping[str, Any] | None:
        path = _path(op, object_id)
        return await self._client.write(op.method, path, body, repeatable=True, bucket=bucket)

    async def _create(self, kind: Kind, step: Step, values: Values) -> Written:
        if not kind.generates:
            return (await self._make(kind, step, values))[0]
        left = await self._left_behind(kind, step, values)
        for _ in range(CREATES):
            written, secret = (left, None) if left else await self._make(kind, step, values)
            left = None
            self._journal.made(step.address, written.object_id, is_owed=_is_delivered(step))
            try:
                secret = secret or await self._secret_again(kind, written.object_id)
            except ApiError as error:
                await self._discard(kind, step, written, f"asking for its secret failed: {error}")
                raise
            if secret is not None:
                await self._deliver(kind, step, written, secret)
                return written
            await self._discard(kind, step, written, "Clerk did not show its secret")
        raise SecretNotKept(
            f"{step.address} was created {CREATES} times without Clerk showing its secret, and"
            " removed again each time",
            hint="run it again later; what was there before is still there",
        )

    async def _hand_over(self, kind: Kind, step: Step, values: Values) -> Written:
        """Deliver the secret of what is live; what nobody can have the secret of is made anew."""
        assert step.object_id is not None
        written = Written(step.object_id, note="its secret was delivered")
        secret = await self._secret_again(kind, step.object_id)
        if secret is not None:
            await self._put(kind, step, secret)
            return written
        if not values:
            raise SecretNotKept(
                f"Clerk does not show the secret of {step.address} again",
                hint=f"`clerkform apply --replace '{step.address}'` makes a new one, and whoever"
                " holds the old one is refused from then on",
            )
        await self._discard(kind, step, written, "Clerk did not show its secret")
        return await self._create(kind, step, values)

    async def _left_behind(self, kind: Kind, step: Step, values: Values) -> Written | None:
        """What an earlier run has made and could not record: looked for while it may not show."""
        intent, key = self._journal.entry(step.address).intent, kind.key_parts(values)
        if intent is None or intent.key != key:
            return None
        age = (self._now() - intent.at) / 1000
        found = await self._look_for(
            kind,
            step,
            values,
            min(max(LOOK_BACK - age, 0), LOOK_BACK),
            lambda one: is_as_new(one.values.get("created_at"), intent.at),
        )
        note = "made by an earlier run, which was cut off"
        if found is None:
            return None
        return Written(found.id, found, dropped(kind, values, found), note)

    async def _make(self, kind: Kind, step: Step, values: Values) -> tuple[Written, str | None]:
        """Create the object once, and what the answer shows of it; a lost answer shows no secret.

        What a create has made whose answer was lost or is of no use is looked for and taken over.
        Only where there is nothing is the create sent again.
        """
        op = kind.endpoints.create
        if kind.generates:
            self._intend(kind, step, values)
        for is_last in (False, True):
            try:
                answer = await self._client.write(
                    op.method, op.path, kind.to_api(values), repeatable=False
                )
                written = self._checked(kind, op.method, op.path, values, answer)
            except ApiError as error:
                note = "taken over, as its answer was lost"
                if error.may_have_acted:
                    made = await self._look_for(kind, step, values, LOOK_FOR)
                elif kind.generates:
                    self._journal.withdraw(step.address)
                    raise
                else:
                    made = await self._somebody_elses(kind, step, values, error)
                    note = "taken over, as somebody else has made it meanwhile"
                if made is not None:
                    return Written(made.id, made, dropped(kind, values, made), note), None
                if is_last or not error.may_have_acted:
                    raise
            else:
                secret = kind.generates and (answer or {}).get(kind.generates.field)
                return written, secret if isinstance(secret, str) else None
        raise AssertionError("the last try either returns or raises")

    def _intend(self, kind: Kind, step: Step, values: Values) -> None:
        key = kind.key_parts(values)
        assert key is not None
        seen = (one.id for one in self._live.of(kind.name) if kind.key_parts(one.values) == key)
        self._journal.intend(step.address, Intent(self._now(), key, tuple(sorted(seen))))

    async def _somebody_elses(
        self, kind: Kind, step: Step, values: Values, error: ApiError
    ) -> LiveObject | None:
        """What is in the way of a create since the plan was made, if it is as declared."""
        if error.status not in DUPLICATE:
            return None
        try:
            found = await self._look_for(kind, step, values, 0)
        except ApiError:  # the refusal itself says more
            return None
        return None if found is None or dropped(kind, values, found) else found

    def _checked(
        self,
        kind: Kind,
        method: str,
        path: str,
        values: Values,
        answer: Mapping[str, Any] | None,
    ) -> Written:
        if not answer or not isinstance(answer.get("id"), str):
            raise BadAnswer(method, path, detail="answered without an id", may_have_acted=True)
        live = LiveObject(kind.name, answer["id"], kind.from_api(dict(answer)))
        return Written(live.id, live, dropped(kind, values, live))

    async def _deliver(self, kind: Kind, step: Step, written: Written, secret: str) -> None:
        """Hand the secret over, or remove what it belongs to: then a next run makes it anew."""
        try:
            await self._put(kind, step, secret)
        except ManifestError as error:
            why = f"its secret could not be delivered: {error.diagnostics[0].message}"
            await self._discard(kind, step, written, why)
            raise SecretNotKept(
                f"{step.address} was created, but {why}. It was removed again",
                hint="once that is mended, the next apply makes it anew",
            ) from None

    async def _put(self, kind: Kind, step: Step, secret: str) -> None:
        assert kind.generates is not None
        base = self._base(step, kind.generates.sink)
        await asyncio.to_thread(self._vault.deliver, step.sink, base, secret)
        self._journal.delivered(step.address)

    async def _secret_again(self, kind: Kind, object_id: str) -> str | None:
        """What the server made, if it still shows it."""
        assert kind.generates is not None
        try:
            answer = await self._client.get(_path(kind.generates.again, object_id))
        except ApiError as error:
            if error.status is None or error.status >= 500:
                raise
            return None
        secret = answer.get(kind.generates.field)
        return secret if isinstance(secret, str) else None

    async def _discard(self, kind: Kind, step: Step, written: Written, why: str) -> None:
        """Remove what nobody holds the secret of: nothing is lost with it.

        What was found rather than answered is removed only if it is what was sent, for it may be
        somebody else's.
        """
        op = kind.endpoints.removal(None)
        assert op is not None
        way_out = f"`clerkform apply --replace '{step.address}'` makes a new one"
        if written.note and written.dropped:
            raise SecretNotKept(
                f"{written.object_id} at {step.address} may be what this run has made, or somebody"
                f" else's: it was left alone. {why}",
                hint=way_out,
            )
        try:
            await self._send(op, written.object_id, dict(op.body) if op.body else None)
        except ApiError:
            raise SecretNotKept(
                f"{step.address} was created, but {why}. It could not be removed again either, so"
                " nobody has its secret",
                hint=way_out,
            ) from None
        self._journal.withdraw(step.address)

    async def _look_for(
        self,
        kind: Kind,
        step: Step,
        values: Values,
        within: float,
        may_be: Callable[[LiveObject], bool] = lambda one: True,
    ) -> LiveObject | None:
        """The object that a create with a lost answer has made, if it shows in so many seconds.

        An object that the plan did not see, with the same key, is taken to be it.
        """
        known = self._live.objects.get(kind.name, {})
        wanted, read = kind.key_parts(values), _read_of(kind, values)
        waited, pause = 0.0, 0.5
        while True:
            try:
                listed = (await self._reader.read(read)).of(kind.name)
            except ApiError as error:
                # What this run made to list it under need not be visible to reads yet.
                if not error.is_not_found or waited >= within:
                    raise BadAnswer(
                        "GET",
                        kind.endpoints.list.path,
                        detail=f"did not say whether {step.address} was made: {error}",
                        may_have_acted=True,
                    ) from None
                listed = ()
            found = [
                one
                for one in listed
                if one.id not in known
                and not kind.ignore(one.values)
                and self._keys_of(kind, one, values) == wanted
                and may_be(one)
            ]
            if len(found) > 1:
                raise SecretNotKept(
                    f"the answer to the create of {step.address} was lost, and there are now"
                    f" {len(found)} new objects with its key",
                    hint=f"look at {', '.join(sorted(one.id for one in found))}, and remove what"
                    " nobody uses",
                )
            if found:
                return found[0]
            if waited >= within:
                return None
            await self._sleep(pause)
            waited, pause = waited + pause, pause * 2

    @staticmethod
    def _keys_of(kind: Kind, one: LiveObject, values: Values) -> tuple[str, ...] | None:
        """The live object's key, by the fields that were sent: a slug may be the server's own."""
        stands_in = {f.name for f in kind.identity if f.traits.otherwise and f.name not in values}
        return kind.key_parts({k: v for k, v in one.values.items() if k not in stands_in})


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


def _is_delivered(step: Step) -> bool:
    return step.sink is not None and step.sink.form != "none"


def _read_of(kind: Kind, values: Values) -> Read:
    """The cheapest question whose answer has the object with these fields, if it is there."""
    under = tuple(
        (parameter, str(values.get(name, kind.fields[name].traits.variant)))
        for parameter, name in kind.endpoints.list.under.items()
    )
    lookups, (first, *more) = kind.endpoints.lookups, kind.identity
    has_key = values.get(first.name) is not None
    if lookups.by_key and has_key and not more:
        return Read(kind.name, keys=(str(values[first.name]),))
    if lookups.by_name and first.traits.otherwise and not has_key:
        return Read(kind.name, names=(str(values[first.traits.otherwise]),))
    return Read(kind.name, under)


def _path(op: Op, object_id: str) -> str:
    return op.path.replace("{id}", quote(object_id, safe=""))


def _settable(kind: Kind, live: Values) -> dict[str, Any]:
    """The live fields that an update sends along, with the flags that say what is write-only."""
    return {name: live[name] for name in live if name in _settable_names(kind)}


def _settable_names(kind: Kind) -> set[str]:
    names = {n for n, f in kind.fields.items() if not f.traits.local and not f.traits.write_only}
    return names | {f.traits.presence for f in kind.fields.values() if f.traits.presence}
