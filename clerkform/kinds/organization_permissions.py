"""Organization permissions: what a role may hold, and what an application asks a session for.

API: /organization_permissions (Backend API 2026-05-12). Those that Clerk itself checks are in the
same list. Which they are differs with time, so nothing here knows them by name.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, AfterValidator, Field

from clerkform.model import (
    Collection,
    HeldBy,
    Kind,
    Resource,
    SomeText,
    SwitchedOn,
    Values,
    crud,
    trait,
)
from clerkform.model.meaning import Moved, goes

ORGANIZATIONS_ON = SwitchedOn(
    "organization_settings", "enabled", "organization_not_enabled_in_instance"
)
SYSTEM = "org:sys_"


def is_renamed(moved: Moved) -> bool:
    """The key goes and the permission does not, so that roles have it under another."""
    return goes(moved) and "key" in moved.beside


def _is_ones_own(key: str) -> str:
    if key.startswith(SYSTEM):
        raise ValueError(f"cannot begin with `{SYSTEM}`: those are Clerk's own, and always there")
    return key


class OrganizationPermission(Resource):
    key: Annotated[
        str,
        Field(pattern=r"^org:[a-z0-9_]+:[a-z0-9_]+$"),
        AfterValidator(_is_ones_own),
        trait.identity,
        trait.widens(when=is_renamed, says="whoever has it passes what asks for the new key"),
        trait.locks_out(
            when=is_renamed, says="what asks for the key of before lets nobody pass any more"
        ),
    ]
    """What the application asks for: ``has({permission: key})``. Written ``org:feature:action``, of
    lower-case letters, digits and underscores. Renaming breaks those who ask for the old one."""
    name: Annotated[
        SomeText | MISSING,
        trait.needed_to_create,
        trait.neutral("a name, for whoever gives permissions to roles"),
    ] = MISSING
    """What is shown of it where roles are edited."""
    description: Annotated[
        str | MISSING,
        trait.default(""),
        trait.neutral("a text, for whoever gives permissions to roles"),
    ] = MISSING
    """What it allows, in a sentence; ``""`` for none, which is Clerk's default."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Clerk answers text even where there is none, and takes no null: both are the empty text."""
    return {**body, "description": body.get("description") or ""}


def ignore(values: Values) -> str | None:
    if values.get("type") == "system" or str(values.get("key")).startswith(SYSTEM):
        return "a system permission"
    return None


KIND = Kind(
    name="organization_permissions",
    singular="organization_permission",
    model=OrganizationPermission,
    endpoints=crud(
        "/organization_permissions",
        # How it is sorted by itself is not documented, and a page must not repeat another's.
        reads=Collection("/organization_permissions", params={"order_by": "+key"}),
    ),
    id_prefix="perm_",
    from_api=from_api,
    switched_on=ORGANIZATIONS_ON,
    after=("organization_settings",),
    ignore=ignore,
    held_by=(HeldBy("organization_roles"),),
    lost_by_delete="every role that has it loses it, and what asks for it lets nobody pass",
)
