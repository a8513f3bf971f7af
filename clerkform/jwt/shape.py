"""Whether claims can have come from a template: the same keys, and values of the right types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from clerkform.jwt.shortcodes import TYPES, Operand, Path, around, find, known, whole
from clerkform.model.canonical import same

CLERKS_OWN: Final = frozenset({"azp", "exp", "iat", "iss", "jti", "nbf", "sub"})
"""Claims that every token of a template may have beside the template's own."""


def misfits(template: Mapping[str, Any], claims: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where a token cannot be one of ``template``: a place in its claims, and why."""
    own = {key: value for key, value in claims.items() if key not in CLERKS_OWN or key in template}
    yield from _misfits(template, own, ())


def _misfits(template: Any, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(template, Mapping):
        yield from _map_misfits(template, value, path)
    elif isinstance(template, list | tuple):
        if not isinstance(value, list) or len(value) != len(template):
            yield path, f"is no list of {len(template)}"
            return
        for index, inner in enumerate(template):
            yield from _misfits(inner, value[index], (*path, index))
    elif isinstance(template, str) and find(template):
        if not _may_be(template, value):
            yield path, f"cannot come from `{template}`"
    elif not same(template, value):
        yield path, "is not what the template says"


def _map_misfits(template: Mapping[str, Any], value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(value, Mapping):
        yield path, "is no object"
        return
    for key, inner in template.items():
        if key in value:
            yield from _misfits(inner, value[key], (*path, key))
        else:
            yield (*path, key), "is missing"
    yield from (((*path, key), "is not in the template") for key in value if key not in template)


def _may_be(template: str, value: Any) -> bool:
    """Whether a string with shortcodes in it can have been rendered to ``value``."""
    alone = whole(template)
    if alone:
        return type_of(value) in {one for part in alone.operands for one in _types(part)}
    return isinstance(value, str) and _has_in_order(list(around(template)), value)


def _has_in_order(pieces: Sequence[str], text: str) -> bool:
    """Whether ``text`` begins with the first piece, ends in the last one and has the others in
    between, in their order. Two pieces at least.

    Each is taken where it is first met, which leaves the most room for those after it; a regular
    expression would try every other place as well.
    """
    first, *between, last = pieces
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in between:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _types(operand: Operand) -> frozenset[str]:
    if operand.form == "literal":
        return frozenset({type_of(operand.value)})
    entry = known(operand.text) if operand.form == "path" else None
    if entry is None:
        return frozenset({"null"})
    return (entry.types if entry.name == operand.text else TYPES) | {"null"}


def type_of(value: Any) -> str:
    """JSON's word for a value's type, but ``list`` for an array."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
    return "list"
