"""Blocklist identifiers: who may neither sign up nor sign in while the blocklist is on.

API: /blocklist_identifiers (Backend API 2026-05-12). Unlike the allowlist's, the list is not paged.
"""

from __future__ import annotations

from typing import Annotated

from clerkform.model import Collection, Kind, Resource, crud, trait
from clerkform.model.identifier import Identifier
from clerkform.model.meaning import goes


class BlocklistIdentifier(Resource):
    identifier: Annotated[
        Identifier,
        trait.identity,
        trait.weakens(when=goes, says="whoever has this may sign up and in again"),
    ]
    """An e-mail address, ``*@domain`` or ``*@*.domain``, a phone number like ``"+15555550100"``
    (quoted), or a wallet address. ``*@yourcompany.com`` locks your own team out."""


KIND = Kind(
    name="blocklist_identifiers",
    singular="blocklist_identifier",
    model=BlocklistIdentifier,
    endpoints=crud(
        "/blocklist_identifiers",
        reads=Collection("/blocklist_identifiers", page=None),
        get=False,
        update=False,
    ),
    id_prefix="blid_",
)
