"""How much goes along with what a plan deletes, as words, and whether that grew since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clerkform.plan.wire import WireAction, WireImpact

TOLERATED = 10
"""One in so many more may go than was reviewed."""


def sentence(actions: Iterable[WireAction]) -> str:
    """``With it go 3 members, at least 2 pending invitations.``, or nothing where nothing does."""
    counted = [one for action in actions for one in action.impact if one.number != 0]
    return " ".join(f"With it {text}." for text in _said(counted))


def along(action: WireAction) -> str:
    """``with it go 3 members, pending invitations unknown``"""
    return "; ".join(f"with it {text}" for text in _said(action.impact))


def _said(impacts: Sequence[WireImpact]) -> Iterator[str]:
    for moves in (False, True):
        if text := ", ".join(_totals(one for one in impacts if one.moves is moves)):
            yield f"{_verb(moves)} {text}"


def _verb(moves: bool) -> str:
    return "move" if moves else "go"


def _totals(impacts: Iterable[WireImpact]) -> Iterator[str]:
    by_what: dict[str, list[int | None]] = {}
    for one in impacts:
        by_what.setdefault(one.what, []).append(one.number)
    for what, numbers in by_what.items():
        known = [number for number in numbers if number is not None]
        if not known:
            yield f"{what} unknown"
        else:
            total, least = sum(known), "" if len(known) == len(numbers) else "at least "
            yield f"{least}{total} {_singular(what) if total == 1 else what}"


def _singular(what: str) -> str:
    """``members of org:clerk`` as one of them."""
    noun, of, rest = what.partition(" of ")
    return noun.removesuffix("s") + of + rest


def grown(before: Iterable[WireAction], after: Iterable[WireAction]) -> Iterator[tuple[str, str]]:
    """Address and sentence of each count that grew from nothing or by more than a tenth.

    What was not known when the plan was reviewed was approved as that.
    """
    was = {(action.address, one.what): one for action in before for one in action.impact}
    for action in after:
        for one in action.impact:
            seen = was.get((action.address, one.what))
            reviewed = seen.number if seen else 0
            if reviewed is None or not one.number:
                continue
            if (one.number - reviewed) * TOLERATED > reviewed:
                text = f"{one.number} {one.what} {_verb(one.moves)} with it now"
                yield action.address, f"{text}, and {reviewed} when the plan was saved"
