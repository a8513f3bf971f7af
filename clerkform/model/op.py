"""One call of the API, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

IN_BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Op:
    """One call. ``{id}`` and ``{key}`` in its path are filled in, and so is any field of the kind
    that stands in braces: a parent's id, in ``/organizations/{organization}/domains/{id}``."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    """What the call always sends; an object's fields come on top."""


def filled(path: str, values: Mapping[str, str]) -> str:
    """``path`` with what stands in braces, which is quoted already."""
    return IN_BRACES.sub(lambda match: values.get(match[1], match[0]), path)
