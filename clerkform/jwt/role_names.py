"""Claims that are named like what a user may do, and what of their values is the same for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

GRANTING: Final = frozenset(
    word + ending
    for word in ("role", "permission", "scope", "group", "entitlement", "privilege")
    for ending in ("", "s")
) | {"admin", "superuser"}
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_ONE_SHORTCODE = re.compile(r"\s*\{\{[^{}'\"|]+\}\}\s*")
"""Nothing else beside it, and nothing that stands in where it has no value."""
_OWN = "unsafe_metadata"
"""What users write themselves."""

Path = tuple[str | int, ...]


def is_granting(path: Path) -> bool:
    """Whether a claim is named like a role, as in ``x-hasura-default-role`` or ``isAdmin``."""
    words = (word.lower() for part in path for word in _WORD.findall(str(part)))
    return not GRANTING.isdisjoint(words)


def granted(claims: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value below such a name that does not come from the user's own record alone."""
    if isinstance(claims, Mapping):
        for name, inner in claims.items():
            yield from granted(inner, (*path, str(name)))
    elif isinstance(claims, list | tuple):
        for at, inner in enumerate(claims):
            yield from granted(inner, (*path, at))
    elif claims and is_granting(path) and not _is_the_users(claims):
        yield path, claims


def _is_the_users(value: Any) -> bool:
    """Whether it is a shortcode and nothing else, of what users cannot write."""
    is_shortcode = isinstance(value, str) and _ONE_SHORTCODE.fullmatch(value) is not None
    return is_shortcode and _OWN not in value
