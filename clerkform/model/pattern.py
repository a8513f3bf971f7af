"""Patterns of addresses, such as ``organizations/*``, and which kinds they can speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from clerkform.diagnostics import did_you_mean
from clerkform.model.address import Address


def matches(pattern: str, address: Address | str) -> bool:
    """Whether ``pattern`` is the address itself, or a glob that matches it.

    ``kind/*`` matches the address of a kind that has but one object as well.
    """
    text = str(address)
    whole = text if "/" in text else f"{text}/"
    return pattern == text or fnmatchcase(text, pattern) or fnmatchcase(whole, pattern)


def kinds_of(pattern: str, kinds: Collection[str], keyless: Collection[str] = ()) -> frozenset[str]:
    """The kinds that have addresses which ``pattern`` can match. A ``*`` crosses the slash.

    Of the ``keyless`` ones the kind's name alone is the address.
    """
    if pattern in kinds and pattern in keyless:
        return frozenset({pattern})
    head, slash, _ = pattern.partition("/")
    before, star, _ = head.partition("*")
    start = before + star if star else head + slash
    return frozenset(kind for kind in kinds if fnmatchcase(f"{kind}/", start))


def no_kind(
    pattern: str, kinds: Collection[str], keyless: Collection[str] = ()
) -> tuple[str, str] | None:
    """What is wrong with a pattern that no address can match, and what to write instead."""
    if kinds_of(pattern, kinds, keyless):
        return None
    head, slash, _ = pattern.partition("/")
    known = f"the kinds are {', '.join(sorted(kinds))}"
    if slash:
        return f"there is no kind `{head}`", did_you_mean(head, kinds) or known
    if head in kinds:
        return "an address is `kind/key`", f"`{head}/*` means all of them"
    near = did_you_mean(head, kinds)
    return "an address is `kind/key`", near or known


def nearest(pattern: str, addresses: Iterable[Address]) -> str | None:
    """A hint at the address that was meant: one of the same kind, if there is any, by its key."""
    names = list(addresses)
    kind, _, key = pattern.partition("/")
    keys = [address.key for address in names if address.kind == kind]
    if not keys:
        return did_you_mean(pattern, map(str, names))
    near = did_you_mean(key, keys)
    return near and near.replace("`", f"`{kind}/", 1)
