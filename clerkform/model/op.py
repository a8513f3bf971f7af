"""One call of the API, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clerkform.model.paths import GONE

IN_BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Op:
    """One call. ``{id}`` and ``{key}`` in its path are filled in, and so is any field of the kind
    that stands in braces: a parent's id, in ``/organizations/{organization}/domains/{id}``."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    """What the call always sends; an object's fields come on top. A text that is a name in braces
    stands for a value."""


def filled_body(body: Any, values: Mapping[str, Any]) -> Any:
    """``body`` with the value of each field for the text that is its name in braces; what has none
    is left out."""
    if isinstance(body, Mapping):
        found = {name: filled_body(inner, values) for name, inner in body.items()}
        return {name: inner for name, inner in found.items() if inner is not GONE}
    if isinstance(body, list | tuple):
        return [filled_body(inner, values) for inner in body]
    name = IN_BRACES.fullmatch(body) if isinstance(body, str) else None
    return values.get(name[1], GONE) if name else body


def filled(path: str, values: Mapping[str, str]) -> str:
    """``path`` with what stands in braces, which is quoted already."""
    return IN_BRACES.sub(lambda match: values.get(match[1], match[0]), path)
