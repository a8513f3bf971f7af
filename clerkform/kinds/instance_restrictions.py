"""Who may sign up and in: the switches of the allowlist, the blocklist and what is blocked by sort.

API: PATCH /instance/restrictions (Backend API 2026-05-12). A GET is refused with 405; the Frontend
API's environment shows all five.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING

from clerkform.model import Kind, SettingsResource, Values, single, trait
from clerkform.model.meaning import Moved, becomes, none_left

SHOWN = "user_settings.restrictions"


def holds_for_members(moved: Moved) -> bool:
    """Of whoever has an account, many may never have been on the list."""
    return becomes(False)(moved) and moved.beside.get("allowlist") is not False


class InstanceRestrictions(SettingsResource):
    allowlist: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.read_from(f"{SHOWN}.allowlist.enabled"),
        trait.weakens(when=becomes(False), says="anybody may sign up, listed or not"),
        trait.locks_out(
            when=none_left("allowlist_identifiers"), says="the list is empty: nobody can sign up"
        ),
    ] = MISSING
    """Only who is on the allowlist may sign up. With no entry nobody can."""
    blocklist: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.read_from(f"{SHOWN}.blocklist.enabled"),
        trait.weakens(when=becomes(False), says="who is on the blocklist may sign up"),
    ] = MISSING
    """Who is on the blocklist may not sign up."""
    allowlist_blocklist_disabled_on_sign_in: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.read_from(f"{SHOWN}.allowlist_blocklist_disabled_on_sign_in.enabled"),
        trait.weakens(
            when=becomes(True), says="who has an account signs in whatever the lists say"
        ),
        trait.locks_out(
            when=holds_for_members,
            says="users who are not on the allowlist cannot sign in any more",
        ),
    ] = MISSING
    """The lists hold for sign-up alone."""
    block_email_subaddresses: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.read_from(f"{SHOWN}.block_email_subaddresses.enabled"),
        trait.weakens(when=becomes(False), says="one mailbox signs up any number of times"),
    ] = MISSING
    """Addresses with ``+``, ``=`` or ``#`` before the @ may not sign up."""
    block_disposable_email_domains: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.read_from(f"{SHOWN}.block_disposable_email_domains.enabled"),
        trait.weakens(when=becomes(False), says="throw-away mailboxes sign up"),
    ] = MISSING
    """Addresses of services for throw-away mailboxes may not sign up."""


def undoes(sent: Values) -> bool:
    """Before its last entry goes, the list is switched off: on and empty it keeps everybody out."""
    return sent.get("allowlist") is False


KIND = Kind(
    name="instance_restrictions",
    singular="instance_restrictions",
    model=InstanceRestrictions,
    endpoints=single("/instance/restrictions", readable=False, shown_by_empty=("",)),
    id_prefix="",
    after=("allowlist_identifiers", "blocklist_identifiers"),
    undoes=undoes,
)
