"""Who is meant where a manifest names somebody by an e-mail address: one user, or nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clerkform.desired import Desired, Item
from clerkform.diagnostics import Problems
from clerkform.ledger.entries import Ledger
from clerkform.live.people import Person
from clerkform.model import Address, Field
from clerkform.workflows.ports import Reader

People = Mapping[Address, str]
"""The ids of users, by the addresses that references lead to."""


async def find_people(
    desired: Desired, reader: Reader, ledger: Ledger, problems: Problems
) -> People:
    """Everybody whom an item names; what is wrong with a name is told to ``problems``.

    Raises:
        ApiError: nobody could be asked.
    """
    named, former = [*_named(desired)], [*_former(desired)]
    asked = {to.key for _, _, to in named} | {to.key for _, to in former}
    found: dict[str, list[Person]] = {}
    for person in await reader.people(sorted(asked)) if asked else ():
        found.setdefault(person.address, []).append(person)
    known: dict[Address, str] = {}
    for item, field, to in named:
        whose = found.get(to.key.lower(), [])
        if len(whose) == 1 and (item.absent or not whose[0].is_out):
            known[to] = whose[0].id
            _check_same(item, field, to, whose[0].id, ledger, problems)
        elif whose or not item.absent:
            _refuse(item, field, to, whose, problems)
        else:
            _tell_of_nobody(item, field, to, ledger, problems)
    for item, to in former:
        entry = ledger.get(item.address)
        if len(whose := found.get(to.key.lower(), [])) == 1:
            known[to] = whose[0].id
        elif not (entry and entry.id):  # else the place is taken
            problems.warn(
                "no-such-person",
                f"{to.key} is verified on no user, so {item.address} takes nobody's place",
                item.at("lifecycle", "renamed_from"),
                hint="name the one of before by the id, `user_...`, if there is still one",
            )
    return known


def _named(desired: Desired) -> Iterator[tuple[Item, Field, Address]]:
    for item in desired.items.values():
        for field, reference in item.references():
            if field.traits.ref and field.traits.ref.outside:
                yield item, field, reference.to


def _former(desired: Desired) -> Iterator[tuple[Item, Address]]:
    """Whom the addresses mean of which ``renamed_from`` speaks, ids left out."""
    for item in desired.items.values():
        if (to := item.formerly) and "@" in to.key and not item.absent:
            yield item, to


def _tell_of_nobody(
    item: Item, field: Field, to: Address, ledger: Ledger, problems: Problems
) -> None:
    """Somebody is to be absent, and the address is nobody's: who had it before stays."""
    entry = ledger.get(item.address)
    if entry and (before := entry.named.get(str(to))):
        problems.error(
            "no-such-person",
            f"{to.key} is verified on no user, and was {before} when {item.address} was applied",
            item.at(*field.path),
            hint=f"write `{field}: {before}` if that is who is to go, or leave the item out",
        )
    elif not (entry and entry.absent):
        problems.warn(
            "no-such-person",
            f"{to.key} is verified on no user, so nobody goes for {item.address}",
            item.at(*field.path),
            hint="name whoever is meant by the id, `user_...`, or leave the item out",
        )


def _check_same(
    item: Item, field: Field, to: Address, user_id: str, ledger: Ledger, problems: Problems
) -> None:
    """Whoever has the address now may be somebody else than when it was applied."""
    entry = ledger.get(item.address)
    before = entry.named.get(str(to)) if entry else None
    if before and before != user_id:
        problems.error(
            "another-person",
            f"{to.key} was {before} when {item.address} was applied, and is {user_id} now",
            item.at(*field.path),
            hint=f"write `{field}: {user_id}` if that is who is meant, or `{field}: {before}`",
        )


def _refuse(
    item: Item, field: Field, to: Address, whose: Sequence[Person], problems: Problems
) -> None:
    if not whose:
        why, hint = "is verified on no user", "correct it, or have it verified first"
    elif len(whose) > 1:
        ids = ", ".join(sorted(one.id for one in whose))
        why, hint = f"is verified on several users: {ids}", f"write `{field}: ` and one of the ids"
    else:
        why, hint = f"is that of {whose[0].id}, who is banned or locked", "let them in first"
    problems.error("no-such-person", f"{to.key} {why}", item.at(*field.path), hint=hint)
