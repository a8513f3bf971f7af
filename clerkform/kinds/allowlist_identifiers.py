"""Allowlist identifiers: who may sign up while the allowlist is on.

API: /allowlist_identifiers (Backend API 2026-05-12). There is no read of one and no update.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING, AfterValidator

from clerkform.model import Kind, Resource, crud, paginated, trait
from clerkform.model.identifier import Identifier
from clerkform.model.meaning import Moved, comes


def opens_a_domain(moved: Moved) -> bool:
    """The entry that comes stands for a whole domain."""
    return comes(moved) and "*" in str(moved.after)


def _of_one_domain(identifier: str) -> str:
    if identifier.startswith("*@*."):
        raise ValueError("cannot stand for subdomains: only the blocklist takes `*@*.domain`")
    return identifier


class AllowlistIdentifier(Resource):
    identifier: Annotated[
        Identifier,
        AfterValidator(_of_one_domain),
        trait.identity,
        trait.weakens(when=opens_a_domain, says="everybody with an address there may sign up"),
        trait.widens(when=comes, says="whoever has this may sign up"),
    ]
    """An e-mail address, ``*@domain``, a phone number like ``"+15555550100"`` (quoted), or a
    wallet address. Clerk keeps e-mail and ``0x`` addresses in lower case."""
    notify: Annotated[
        bool | MISSING, trait.create_only, trait.neutral("it only sends an invitation")
    ] = MISSING
    """True sends an invitation when the entry is created. It leaves no trace afterwards."""


KIND = Kind(
    name="allowlist_identifiers",
    singular="allowlist_identifier",
    model=AllowlistIdentifier,
    endpoints=crud(
        "/allowlist_identifiers",
        reads=paginated("/allowlist_identifiers"),
        get=False,
        update=False,
    ),
    id_prefix="alid_",
    last_one_matters="an allowlist that is on and empty blocks every sign-up",
)
