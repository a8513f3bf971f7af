"""Where a rendered value rests on behaviour that no document settles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from clerkform.jwt.context import Context
from clerkform.jwt.evaluate import look_up, value_of
from clerkform.jwt.shortcodes import FORMER_ORG, Operand, Path, find, known, strings, whole

DOUBTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "double-quoted-literal": "documents have literals in single quotes only; one in double"
        " quotes is rendered as null",
        "list-index": "documents have no path into a list; it is rendered as null",
        "object-in-text": "no document says how an object or a list prints inside longer text;"
        " it is rendered as compact JSON",
        "organization-prefix": "`organization.` is the former name of `org.`, found in one"
        " document and in the wild; it is rendered as `org.` is",
        "organizations-shape": "no document shows what `user.organizations` looks like; it is"
        " rendered as a map of ids to roles",
        "private-metadata": "documents do not offer `user.private_metadata`, so it is rendered as"
        " null; in session tokens the shortcode itself was seen, as text",
        "shortcode-in-key": "documents allow shortcodes in values only; one in a key is kept as it"
        " is written",
        "trailing-blank": "in an example a blank after the last shortcode is gone from the result;"
        " it is kept here",
        "updated-at-seconds": "documents say that `user.created_at` is in seconds and nothing of"
        " `user.updated_at`, which is rendered the same way",
        "verified-without-address": "no document says whether a user without a primary address or"
        " number is unverified or null; it is rendered as false",
    }
)
"""Behaviour that documents leave open or observation contradicts: what was chosen, by its code."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that rests on such behaviour."""

    code: str
    path: Path


def doubts(claims: Any, context: Context) -> tuple[Doubt, ...]:
    """The claims whose rendering is a choice of ours, in the template's order."""
    found = [
        Doubt(code, path) for path, text in strings(claims) for code in _of_text(text, context)
    ]
    return (*found, *(Doubt("shortcode-in-key", path) for path in _odd_keys(claims)))


def _of_text(text: str, context: Context) -> list[str]:
    found = find(text)
    codes = {code for one in found for part in one.operands for code in _of_operand(part, context)}
    if found and whole(text) is None:
        if any(isinstance(value_of(one, context), Mapping | list | tuple) for one in found):
            codes.add("object-in-text")
        if text.endswith(" ") and text.rstrip().endswith("}}"):
            codes.add("trailing-blank")
    return sorted(codes)


_VERIFIED: Final = {
    "user.email_verified": "user.primary_email_address",
    "user.phone_number_verified": "user.primary_phone_number",
}


def _of_operand(operand: Operand, context: Context) -> Iterator[str]:
    path = operand.text
    if operand.form == "double-quoted":
        yield "double-quoted-literal"
    if operand.form != "path":
        return
    if path.startswith(FORMER_ORG) and known(path):
        yield "organization-prefix"
    if path == "user.organizations":
        yield "organizations-shape"
    if path == "user.updated_at":
        yield "updated-at-seconds"
    if f"{path}.".startswith("user.private_metadata."):
        yield "private-metadata"
    if path in _VERIFIED and context.values.get(_VERIFIED[path]) is None:
        yield "verified-without-address"
    if _goes_into_list(path, context):
        yield "list-index"


def _goes_into_list(path: str, context: Context) -> bool:
    steps = path.split(".")
    prefixes = (".".join(steps[:end]) for end in range(2, len(steps)))
    return any(isinstance(look_up(prefix, context), list | tuple) for prefix in prefixes)


def _odd_keys(claims: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(claims, Mapping):
        for key, inner in claims.items():
            if find(key):
                yield (*path, key)
            yield from _odd_keys(inner, (*path, key))
    elif isinstance(claims, list | tuple):
        for index, inner in enumerate(claims):
            yield from _odd_keys(inner, (*path, index))
