"""Calls about one object, and what their answers show of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from clerkform.apply.run import Written
from clerkform.client.http import ClerkClient
from clerkform.client.pace import OwnLimit
from clerkform.diff.fields import dropped, lacked
from clerkform.errors import BadAnswer
from clerkform.live.state import LiveObject
from clerkform.model import Kind, Op, Values
from clerkform.model.op import filled
from clerkform.secrets.redaction import holds_secret


def path_of(op: Op, object_id: str = "", within: Mapping[str, Any] | None = None) -> str:
    """``op``'s path to an object; ``within`` are the fields that may stand in it, as ids."""
    parts = {"id": object_id, **(within or {})}
    return filled(op.path, {name: quote(str(part), safe="") for name, part in parts.items()})


def limit_of(kind: Kind, object_id: str) -> OwnLimit | None:
    """What updates of this object count against besides the instance's quota."""
    bucket = kind.bucket
    return OwnLimit(object_id, bucket.requests, bucket.seconds) if bucket else None


async def send(
    client: ClerkClient,
    op: Op,
    path: str,
    body: Mapping[str, Any] | None = None,
    own_limit: OwnLimit | None = None,
    *,
    repeatable: bool = True,
) -> dict[str, Any] | None:
    """The answer to a call about one object. Without a ``body`` it is what the call always sends."""
    sent = dict(op.body) if body is None and op.body else body
    return await client.write(op.method, path, sent, repeatable=repeatable, own_limit=own_limit)


def checked(
    kind: Kind,
    method: str,
    path: str,
    values: Values,
    answer: Mapping[str, Any] | None,
) -> Written:
    """What a write's answer shows of the object.

    Raises:
        BadAnswer: it has no id that can be kept, so nobody knows what was done.
    """
    object_id = kind.id_of(answer or {})
    if not answer or object_id is None:
        raise BadAnswer(method, path, detail="answered without an id", may_have_acted=True)
    if holds_secret(object_id):  # nor can it be kept
        detail = "answered with an id that is a secret which this run knows"
        raise BadAnswer(method, path, detail=detail, may_have_acted=True)
    live = LiveObject(kind.name, object_id, kind.from_api(dict(answer)))
    return outcome(kind, values, live)


def outcome(kind: Kind, values: Values, shown: LiveObject, note: str = "") -> Written:
    """What an object shows of the ``values`` that were sent."""
    lacking = lacked(kind, values, shown)
    return Written(shown.id, shown, dropped(kind, values, shown), note, lacking)
