"""Users by their e-mail addresses: who may be meant where a manifest names an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from clerkform.client.http import ClerkClient
from clerkform.live.people import Person
from clerkform.waiting.together import together

AT_ONCE: Final = 100
"""Addresses that a list is asked for at once; the API takes as many."""


async def find_people(client: ClerkClient, addresses: Sequence[str]) -> list[Person]:
    """Every user on whom one of the addresses is verified, once for each address."""
    wanted = {address.lower() for address in addresses}
    ordered = sorted(wanted)
    batches = [ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE)]
    answers = await together(
        client.list("/users", params={"email_address": batch}) for batch in batches
    )
    users = (user for users in answers for user in users)
    return [person for user in users for person in _verified(user) if person.address in wanted]


def _verified(user: Mapping[str, Any]) -> Iterator[Person]:
    identifications = user.get("email_addresses")
    for one in identifications if isinstance(identifications, list) else ():
        verification = one.get("verification") if isinstance(one, dict) else None
        if isinstance(verification, dict) and verification.get("status") == "verified":
            is_out = bool(user.get("banned")) or bool(user.get("locked"))
            yield Person(str(one.get("email_address")).lower(), str(user.get("id")), is_out)
