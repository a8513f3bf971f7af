"""Creates that an earlier apply did not finish: what became of them, told until that is known.

What is proved to be such a create's object ``ledger.recall`` takes at once. Here is the rest: what
may still show is waited for, what nothing shows of was not made, and of what may be it or somebody
else's a warning comes with every plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Final

from clerkform.apply.run import VISIBLE_WITHIN
from clerkform.desired import Desired
from clerkform.diagnostics import Diagnostic
from clerkform.diff.rules import Rules
from clerkform.ledger.entries import Entry, Intent, Ledger
from clerkform.ledger.resolve import LOOK_BACK, candidates
from clerkform.live.reads import Read
from clerkform.live.state import Live
from clerkform.model import Address, Kind, Registry
from clerkform.waiting.clock import Clock
from clerkform.waiting.until import until
from clerkform.workflows.observe import Seen, is_looked_for, read_and_match
from clerkform.workflows.ports import Reader

CODE: Final = "cut-off-create"
PAUSE: Final = 3.0
"""Seconds between two looks for what a run that was cut off may have made."""


async def read_until_settled(
    desired: Desired,
    registry: Registry,
    reader: Reader,
    rules: Rules,
    reads: Sequence[Read],
    ledger: Ledger,
    clock: Clock,
) -> tuple[Seen, list[Diagnostic]]:
    """Live state, read again while what an apply that was cut off may have made need not show, or
    what one has written just before.

    What nothing shows of by then was not made, and is noted. What is to be made now keeps its
    intent, and is looked for once more before.
    """
    waits = chain([VISIBLE_WITHIN], repeat(0.0))  # one wait is enough for what was written

    async def look() -> Seen:
        return await read_and_match(
            desired, registry, reader, rules, reads, ledger, clock, next(waits)
        )

    def left(entries: Iterable[tuple[Address, Entry]]) -> float:
        looked_for = (entry for at, entry in entries if is_looked_for(at, desired, rules))
        return _seconds_left(looked_for, clock.now())

    def is_settled(seen: Seen) -> bool:
        entries = seen.ledger.entries.items()
        return left(e for e in entries if not candidates(*e, seen.live, registry)) <= 0

    within = min(left(ledger.entries.items()), LOOK_BACK / 1000)
    seen = await until(look, is_settled, within, clock.sleep, pause=PAUSE, longest=PAUSE)
    has_waited = not is_settled(seen)

    def is_over(address: Address, intent: Intent) -> bool:
        item = desired.items.get(address)
        is_made_now = item and not item.absent and address not in seen.matched.ids
        would_show = has_waited or clock.now() - intent.at >= LOOK_BACK
        return would_show and not is_made_now and is_looked_for(address, desired, rules)

    ledger, notes = _without_failed(seen, registry, is_over)
    return replace(seen, ledger=ledger), notes


def _seconds_left(entries: Iterable[Entry], now: int) -> float:
    """Until everything shows that was made for the intents of ``entries``, or is recorded as made
    and has not shown yet."""
    begun = [entry.intent.at if entry.intent else entry.made or 0 for entry in entries]
    begun = [at for at in begun if at]
    return (max(begun) + LOOK_BACK - now) / 1000 if begun else 0.0


def _without_failed(
    seen: Seen, registry: Registry, is_over: Callable[[Address, Intent], bool]
) -> tuple[Ledger, list[Diagnostic]]:
    """The ledger without the intents that have made nothing, and a note of each. ``is_over`` says of
    an address's intent that what it has made would show by now."""
    ledger, notes = seen.ledger, []
    for address, entry in seen.ledger.entries.items():
        if not entry.intent or not is_over(address, entry.intent):
            continue
        if candidates(address, entry, seen.live, registry):
            continue
        text = (
            f"an apply that was cut off was about to make {address}, and nothing shows that it did"
        )
        notes.append(Diagnostic(CODE, text, severity="note"))
        left = replace(entry, intent=None)
        ledger = ledger.with_(address, None if left == Entry(under=left.under) else left)
    return ledger, notes


def unsettled(
    seen: Seen,
    declared: Collection[Address],
    desired: Desired,
    registry: Registry,
    rules: Rules,
    wanted: Callable[[Address], bool],
) -> Iterator[Diagnostic]:
    """A warning for each secret that may be lost and that this plan would not deliver.

    ``declared`` is what all manifests declare, ``desired`` what is in question now.
    """
    for address, entry in sorted(seen.ledger.entries.items(), key=lambda pair: pair[0]):
        item = desired.items.get(address)
        if not entry.is_open or not wanted(address) or (item and item.absent):
            continue
        ids = [one.id for one in candidates(address, entry, seen.live, registry)]
        if is_owed(address, entry, seen.live, registry):
            ids.append(str(entry.id))
        if address in declared:
            if entry.intent and ids:
                yield _declared(address, ids, registry[address.kind])
        elif address.kind in rules.owned and not entry.intent:
            continue  # the plan removes it
        elif ids or not is_looked_for(address, desired, rules):
            yield _forgotten(address, ids)


def is_owed(address: Address, entry: Entry, live: Live, registry: Registry) -> bool:
    """Whether somebody waits for the secret of what is recorded, and that is live."""
    kind = registry.get(address.kind)
    one = live.objects.get(address.kind, {}).get(entry.id or "")
    return bool(entry.delivery == "owed" and kind and one and not kind.ignore(one.values))


def _declared(address: Address, ids: list[str], kind: Kind) -> Diagnostic:
    delivers = f"--deliver {address.word} delivers it, " if kind.shows_again else ""
    return Diagnostic(
        CODE,
        f"an apply was cut off while it made {address}, and {' and '.join(ids)}, which was not there"
        " before, may be what it made, though its time does not say so: nobody may have its secret",
        hint=f"{delivers}--replace {address.word} makes a new one",
        severity="warning",
    )


def _forgotten(address: Address, ids: list[str]) -> Diagnostic:
    text = f"an apply was cut off while it made {address}, which no manifest declares any more"
    if not ids:
        hint = f"declare it again, or keep an empty section `{address.kind}: []`, to have it looked for"
        return Diagnostic(CODE, f"{text}; nobody looked whether it is live", None, hint, "warning")
    return Diagnostic(
        CODE,
        f"{text}; {' and '.join(ids)} is live, and nobody may have its secret",
        hint="declare it again to have it delivered, or remove it in Clerk's dashboard",
        severity="warning",
    )
