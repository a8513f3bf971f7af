"""Metadata: the deep merge of a PATCH, and its size."""

import json
from collections.abc import Mapping
from typing import Any

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Fields, read

MAX_BYTES = 8 * 1024


def merge(live: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """``sent`` over ``live``: objects merge, null removes the key, all else replaces.

    An object that is new is merged with an empty one, so that no null gets in with it. Lists
    are replaced whole, and a null inside one is data.
    """
    merged = dict(live)
    for key, value in sent.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            old = merged.get(key)
            merged[key] = merge(old if isinstance(old, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def read_merged(
    body: Mapping[str, Any], fields: Fields, live: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What a PATCH of metadata makes of those of ``fields`` that it sends.

    Raises:
        Refusal: 422 for a body that is none, or for what has become too large.
    """
    sent = read(body, fields, strict=True)
    merged = {name: merge(live[name], value) for name, value in sent.items()}
    if problems := [p for name in merged if (p := size_problem(name, merged[name]))]:
        raise Refusal(422, *problems)
    return merged


def stored(value: dict[str, Any]) -> dict[str, Any]:
    """The same metadata with its keys in another order: the API does not keep the one sent."""
    reordered: dict[str, Any] = json.loads(json.dumps(value, sort_keys=True))
    return reordered


def size_problem(name: str, value: dict[str, Any]) -> Problem | None:
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size <= MAX_BYTES:
        return None
    text = f"{name} exceeds the maximum allowed size of 8192 bytes."
    return errors.of_param(name, "form_param_exceeds_allowed_size", "is too large", text)
