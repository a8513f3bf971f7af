"""Role sets: which roles the members of an organization may have.

API: /role_sets (Backend API 2026-05-12). A set is never deleted: another takes over its organizations.
A role leaves one only for another, which its members get; Clerk moves them after it has answered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import MISSING, AfterValidator, Field, model_validator

from clerkform.kinds.organization_permissions import ORGANIZATIONS_ON
from clerkform.kinds.organization_roles import (
    MANAGED_NO_MORE,
    hands_downward,
    hands_upward,
    is_built_in,
    joins_upward,
    raised,
)
from clerkform.model import (
    Collection,
    Kind,
    Many,
    Op,
    Resource,
    SomeText,
    Values,
    crud,
    trait,
)
from clerkform.model.meaning import Moved, comes, gains, goes
from clerkform.model.resource import once

MIGRATING: Final = ("enqueued", "in_progress")
MOST: Final = 10
"""Roles of a set."""
TEXT = trait.neutral("a text, for whoever gives role sets to organizations")
_ONE = "/role_sets/{id}"


def _gives_way_upward(moved: Moved) -> bool:
    return goes(moved) and joins_upward(replace(moved, after=moved.beside.get("replaced_by")))


gives_way_upward: Final = replace(joins_upward, holds=_gives_way_upward)
"""A set goes for another, whose default role its holders may govern by further."""
_ROLE = trait.ref("organization_roles", system=is_built_in, by="key")
_OF_ITS_OWN = trait.one_of("roles")


class RoleSet(Resource):
    key: Annotated[
        str,
        Field(pattern=r"^role_set:[a-z0-9_]+$"),
        trait.identity,
        trait.neutral("organizations go along where a set gets another key"),
    ]
    """``role_set:`` and lower-case letters, digits and underscores."""
    name: Annotated[SomeText | MISSING, trait.needed_to_create, TEXT] = MISSING
    """What the dashboard shows."""
    description: Annotated[str | MISSING, trait.default(""), TEXT] = MISSING
    """What the set is for, in a sentence; ``""`` for nothing."""
    type: Annotated[
        Literal["initial"] | MISSING,
        trait.weakens(when=comes, says="members of new organizations have the roles of this set"),
    ] = MISSING
    """``initial`` for the one set that new organizations have; the set that was it before is no longer.
    Without a live set of this key, that one gets it."""
    roles: Annotated[
        Annotated[Many[str], Field(min_length=1, max_length=MOST), AfterValidator(once)] | MISSING,
        trait.needed_to_create,
        trait.refs("organization_roles", system=is_built_in, by="key"),
        trait.edges(
            Op("POST", f"{_ONE}/roles", {"role_keys": ["{member}"]}),
            Op("POST", f"{_ONE}/roles/replace", {"role_key": "{member}", "to_role_key": "{heir}"}),
            there_code="form_already_exists",
            sent_by_create=True,
            heirs="reassign",
            counts="holders",
            counted="members",
            most=MOST,
        ),
        trait.weakens(
            when=hands_upward,
            says="members of a role that leaves may govern their organization further",
        ),
        trait.widens(when=gains, says="members may be given this role as well"),
        trait.locks_out(
            when=hands_downward, says=f"members of a role that leaves {MANAGED_NO_MORE}"
        ),
    ] = MISSING
    """Keys of the one to ten roles that members may have; all of them, in any order."""
    default_role: Annotated[
        str | MISSING,
        trait.needed_to_create,
        _ROLE,
        _OF_ITS_OWN,
        trait.weakens(when=raised, says="who joins an organization may govern it further"),
        trait.weakens(
            when=gives_way_upward, says="who joins one of its organizations may govern it further"
        ),
    ] = MISSING
    """Which of these a new member has."""
    creator_role: Annotated[
        str | MISSING,
        trait.needed_to_create,
        _ROLE,
        _OF_ITS_OWN,
        trait.weakens(when=raised, says="who makes an organization may govern it further"),
    ] = MISSING
    """Which of these the maker of an organization has. It has to let members be managed."""
    reassign: Annotated[
        dict[str, str] | MISSING,
        trait.local,
        trait.neutral("it says where members go; what they may then is said where a role leaves"),
    ] = MISSING
    """Where the members of a role go that leaves the set, or go with it: ``{org:clerk: org:member}``."""
    replaced_by: Annotated[
        str | MISSING,
        trait.local,
        trait.ref("role_sets", by="key"),
        trait.neutral("it is said of a set that goes, whose organizations keep their members"),
    ] = MISSING
    """With ``absent: true``: the set that takes over its organizations."""

    @model_validator(mode="after")
    def _holds_what_it_names(self) -> RoleSet:
        if self.replaced_by is not MISSING and self.absent is not True:
            raise ValueError("`replaced_by` says where a set goes, beside `absent: true`")
        if self.roles is MISSING:
            return self
        named = {"default_role": self.default_role, "creator_role": self.creator_role}
        for name, key in named.items():
            if key is not MISSING and key not in self.roles:
                raise ValueError(f"`{name}` must be one of `roles`, which have no {key}")
        for left, heir in ({} if self.reassign is MISSING else self.reassign).items():
            if heir not in self.roles:
                raise ValueError(f"`reassign` gives {left} to {heir}, which is none of `roles`")
        return self


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Roles by their keys. That a set is one among others is no property of it."""
    found = {name: value for name, value in body.items() if name != "type"}
    found["description"] = body.get("description") or ""  # an update takes no null
    if body.get("type") == "initial":
        found["type"] = "initial"
    for name in ("default_role", "creator_role"):
        if isinstance(body.get(name), dict):
            found[name] = body[name].get("key")
    if isinstance(body.get("roles"), list):
        roles = [one for one in body["roles"] if isinstance(one, dict)]
        found["roles"] = [one.get("key") for one in roles]
        found["holders"] = {
            key: one.get("members_count") for one in roles if isinstance(key := one.get("key"), str)
        }
    return found


def to_api(values: Values) -> dict[str, Any]:
    """Requests call the two roles by other names than answers."""
    renamed = {"default_role": "default_role_key", "creator_role": "creator_role_key"}
    return {renamed.get(name, name): value for name, value in values.items()}


def busy(values: Values) -> bool:
    migration = values.get("role_set_migration")
    return isinstance(migration, dict) and migration.get("status") in MIGRATING


KIND = Kind(
    name="role_sets",
    singular="role_set",
    model=RoleSet,
    endpoints=replace(
        crud("/role_sets", reads=Collection("/role_sets", params={"order_by": "+created_at"})),
        delete=Op(
            "POST",
            f"{_ONE}/replace",
            {"dest_role_set_key": "{replaced_by}", "reassignment_mappings": "{reassign}"},
        ),
    ),
    id_prefix="",  # nothing published says how its ids begin
    from_api=from_api,
    to_api=to_api,
    sole="type",
    goes_into="replaced_by",
    busy=busy,
    busy_code="role_migration_in_progress",
    switched_on=ORGANIZATIONS_ON,
    after=("organization_settings",),
    replace="by_hand",
    lost_by_delete="its organizations have another set then",
)
