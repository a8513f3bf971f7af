"""Calls about one object, and what their answers show of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from clerkform.apply.run import Written
from clerkform.client.http import ClerkClient
from clerkform.diff.fields import dropped
from clerkform.errors import BadAnswer
from clerkform.live import LiveObject
from clerkform.model import Kind, Op, Values


def path_of(op: Op, object_id: str) -> str:
    return op.path.replace("{id}", quote(object_id, safe=""))


async def send(
    client: ClerkClient,
    op: Op,
    object_id: str,
    body: Mapping[str, Any] | None,
    bucket: str | None = None,
) -> Mapping[str, Any] | None:
    """The answer to a call about one object, which may be repeated safely."""
    path = path_of(op, object_id)
    return await client.write(op.method, path, body, repeatable=True, bucket=bucket)


def checked(
    kind: Kind,
    method: str,
    path: str,
    values: Values,
    answer: Mapping[str, Any] | None,
) -> Written:
    """What a write's answer shows of the object.

    Raises:
        BadAnswer: it has no id, so nobody knows what was done.
    """
    if not answer or not isinstance(answer.get("id"), str):
        raise BadAnswer(method, path, detail="answered without an id", may_have_acted=True)
    live = LiveObject(kind.name, answer["id"], kind.from_api(dict(answer)))
    return Written(live.id, live, dropped(kind, values, live))
