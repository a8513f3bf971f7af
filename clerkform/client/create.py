"""Creates objects, and sees to it that what the server makes for them reaches somebody.

A create is never blindly repeated: what may have been made is looked for first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from clerkform.apply.run import Written
from clerkform.client.answers import Object
from clerkform.client.bodies import body_of
from clerkform.client.calls import checked, outcome, path_of, send
from clerkform.client.http import ClerkClient
from clerkform.client.lookup import Finder, under_of
from clerkform.diff.fields import dropped
from clerkform.errors import ApiError, ManifestError, SecretNotKept
from clerkform.ledger.entries import Intent
from clerkform.ledger.journal import Journal
from clerkform.ledger.resolve import LOOK_BACK, is_of_then
from clerkform.live.state import Live, LiveObject
from clerkform.model import Address, Generates, Kind, Op, Values
from clerkform.model.step import Step
from clerkform.secrets.vault import Vault
from clerkform.waiting.clock import Clock

LOOK_FOR: Final = 10.0
"""Seconds to look for what a create may have made; reads lag behind writes."""
DUPLICATE: Final = (400, 409, 422)
"""How the API refuses a second object with a key; the codes differ from kind to kind."""
Ids = Mapping[Address, str]
"""Of everything that a step may refer to."""
CREATES: Final = 2
"""How often an object is made whose secret Clerk does not show."""


class Maker:
    """Carries out the steps that make something or hand over what was made."""

    def __init__(
        self,
        client: ClerkClient,
        vault: Vault,
        finder: Finder,
        live: Live,
        journal: Journal,
        clock: Clock,
        base: Callable[[Step, str], Path],
    ) -> None:
        """``base`` is the folder that a field's paths are relative to."""
        self._client, self._vault, self._finder, self._live = client, vault, finder, live
        self._journal, self._clock, self._base = journal, clock, base

    async def create(self, kind: Kind, step: Step, values: Values, ids: Ids) -> Written:
        body = body_of(kind, values, ids)
        if not kind.generates:
            return (await self._make(kind, step, values, body))[0]
        left = await self._left_behind(kind, step, values)
        for _ in range(CREATES):
            written, shown = (left, {}) if left else await self._make(kind, step, values, body)
            left = None
            self._journal.made(step.address, written.object_id, is_owed=_is_delivered(step))
            try:
                secrets = await self._secrets(kind, step, written.object_id, shown, rotates=True)
            except ApiError as error:
                await self._discard(kind, step, written, f"asking for its secret failed: {error}")
                raise
            if secrets is not None:
                await self._deliver(kind, step, written, secrets)
                return written
            await self._discard(kind, step, written, "Clerk did not show its secret")
        raise SecretNotKept(
            f"{step.address} was created {CREATES} times without Clerk showing its secret, and"
            " removed again each time",
            hint="run it again later; what was there before is still there",
        )

    async def hand_over(self, kind: Kind, step: Step, values: Values, ids: Ids) -> Written:
        """Deliver the secrets of what is live.

        Where nobody can have them yet, what is not shown again is made anew: the secret alone where
        the kind has a call for that, else the whole object.
        """
        assert step.object_id is not None
        written = Written(step.object_id, note="its secret was delivered")
        is_nobodys = bool(values)
        secrets = await self._secrets(kind, step, step.object_id, {}, rotates=is_nobodys)
        if secrets is not None:
            await self._put(step, step.object_id, secrets)
            return written
        if not is_nobodys:
            raise SecretNotKept(
                f"Clerk does not show the secret of {step.address} again",
                hint=f"`clerkform apply --replace {step.address.word}` makes a new one, and whoever"
                " holds the old one is refused from then on",
            )
        await self._discard(kind, step, written, "Clerk did not show its secret")
        return await self.create(kind, step, values, ids)

    async def _left_behind(self, kind: Kind, step: Step, values: Values) -> Written | None:
        """What an earlier run has made and could not record: looked for while it may not show."""
        intent, key = self._journal.entry(step.address).intent, kind.key_parts(values)
        if intent is None or intent.key != key:
            return None
        left = min(max(intent.at + LOOK_BACK - self._clock.now(), 0), LOOK_BACK) / 1000
        found = await self._finder.find(kind, step, values, left)
        note = "made by an earlier run, which was cut off"
        if found is None:
            return None
        if not is_of_then(found.values.get("created_at"), intent.at):
            raise SecretNotKept(
                f"{found.id} has the key of {step.address} and was not there before: a run that was"
                " cut off may have made it, or somebody else",
                hint="plan again, to see what can be done about it",
            )
        return outcome(kind, values, found, note)

    async def _make(
        self, kind: Kind, step: Step, values: Values, body: Mapping[str, Any]
    ) -> tuple[Written, Object]:
        """Create the object once, and the answer, which is empty where it was lost.

        What a create has made whose answer was lost or is of no use is looked for and taken over.
        Only where there is nothing is the create sent again.
        """
        op = kind.endpoints.create
        assert op is not None
        path = path_of(op, within=step.within)
        if kind.generates:
            self._intend(kind, step, values)
        for is_last in (False, True):
            try:
                answer = await self._client.write(op.method, path, body, repeatable=False)
                written = checked(kind, op.method, path, values, answer)
            except ApiError as error:
                note = "taken over, as its answer was lost"
                if error.may_have_acted:
                    made = await self._finder.find(kind, step, values, LOOK_FOR)
                elif kind.generates:
                    self._journal.withdraw(step.address)
                    raise
                else:
                    made = await self._somebody_elses(kind, step, values, error)
                    note = "taken over, as somebody else has made it meanwhile"
                if made is not None:
                    return outcome(kind, values, made, note), {}
                if is_last or not error.may_have_acted:
                    raise
            else:
                return written, answer or {}
        raise AssertionError("the last try either returns or raises")

    def _intend(self, kind: Kind, step: Step, values: Values) -> None:
        key = kind.key_parts(values)
        assert key is not None
        seen = (one.id for one in self._live.of(kind.name) if kind.key_parts(one.values) == key)
        intent = Intent(self._clock.now(), key, tuple(sorted(seen)))
        self._journal.intend(step.address, intent, under_of(kind, values))

    async def _somebody_elses(
        self, kind: Kind, step: Step, values: Values, error: ApiError
    ) -> LiveObject | None:
        """What is in the way of a create since the plan was made, if it is as declared.

        Where Clerk says that something is, it is waited for: a run that was cut off a moment ago
        may have made it, and reads lag behind writes.
        """
        if error.status not in DUPLICATE:
            return None
        try:
            within = LOOK_FOR if error.says_taken else 0
            found = await self._finder.find(kind, step, values, within)
        except ApiError:  # the refusal itself says more
            return None
        return None if found is None or dropped(kind, values, found) else found

    async def _deliver(
        self, kind: Kind, step: Step, written: Written, secrets: Mapping[str, str]
    ) -> None:
        """Hand the secrets over, or remove what they belong to: then a next run makes it anew."""
        try:
            await self._put(step, written.object_id, secrets)
        except ManifestError as error:
            why = f"its secret could not be delivered: {error.diagnostics[0].message}"
            await self._discard(kind, step, written, why)
            raise SecretNotKept(
                f"{step.address} was created, but {why}. It was removed again",
                hint="once that is mended, the next apply makes it anew",
            ) from None

    async def _put(self, step: Step, object_id: str, secrets: Mapping[str, str]) -> None:
        for name, secret in secrets.items():
            base = self._base(step, name)
            await asyncio.to_thread(self._vault.deliver, step.sinks[name], base, secret)
        self._journal.delivered(step.address, object_id)

    async def _secrets(
        self, kind: Kind, step: Step, object_id: str, shown: Object, *, rotates: bool
    ) -> dict[str, str] | None:
        """What the server made, by the field that says where it goes; None if it shows one no more.

        ``shown`` is the answer to the create. With ``rotates`` nobody has what is not shown, and
        another is made in its place where the kind has a call for that.
        """
        found: dict[str, str] = {}
        for name in (name for name, sink in step.sinks.items() if sink.delivers):
            made = kind.makes[name]
            secret = _secret_in(made, shown)
            if secret is None and made.again:
                secret = _secret_in(made, await self._again(made.again, step, object_id))
            if secret is None and made.rotate and rotates:
                path = path_of(made.rotate, object_id, step.within)
                answer = await send(self._client, made.rotate, path, repeatable=False)
                secret = _secret_in(made, answer or {})
            if secret is None:
                return None
            found[name] = secret
        return found

    async def _again(self, op: Op, step: Step, object_id: str) -> Object:
        """The answer that may show a secret once more; empty where the server refuses."""
        path = path_of(op, object_id, step.within)
        try:
            if op.method == "GET":
                return await self._client.get(path)
            return await send(self._client, op, path) or {}
        except ApiError as error:
            if error.status is None or error.status >= 500:
                raise
            return {}

    async def _discard(self, kind: Kind, step: Step, written: Written, why: str) -> None:
        """Remove what nobody holds the secret of: nothing is lost with it.

        What was found rather than answered is removed only if it is what was sent, for it may be
        somebody else's.
        """
        op = kind.endpoints.removal(None)
        assert op is not None
        way_out = f"`clerkform apply --replace {step.address.word}` makes a new one"
        if written.note and written.dropped:
            raise SecretNotKept(
                f"{written.object_id} at {step.address} may be what this run has made, or somebody"
                f" else's: it was left alone. {why}",
                hint=way_out,
            )
        try:
            path = path_of(op, written.object_id, step.within)
            await send(self._client, op, path)
        except ApiError:
            raise SecretNotKept(
                f"{step.address} was created, but {why}. It could not be removed again either, so"
                " nobody has its secret",
                hint=way_out,
            ) from None
        self._journal.withdraw(step.address)


def _secret_in(made: Generates, answer: Object) -> str | None:
    """What the server made, if the answer shows it: an empty or blank text is no secret."""
    secret = answer.get(made.field)
    return secret if isinstance(secret, str) and secret.strip() else None


def _is_delivered(step: Step) -> bool:
    return any(sink.delivers for sink in step.sinks.values())
