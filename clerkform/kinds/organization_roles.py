"""Organization roles: what a member of an organization is, and may do.

API: /organization_roles (Backend API 2026-05-12). Requests name permissions by id, answers show them
whole; clerkform's manifests have their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import MISSING, AfterValidator, Field

from clerkform.kinds.organization_permissions import ORGANIZATIONS_ON, SYSTEM
from clerkform.model import (
    Collection,
    HeldBy,
    Kept,
    Kind,
    Many,
    Resource,
    SomeText,
    Values,
    crud,
    trait,
)
from clerkform.model.meaning import Around, Looks, Moved, differs, gains, loses, renamed
from clerkform.model.paths import GONE
from clerkform.model.resource import once

NAME: Final = "organization_roles"
BUILT_IN: Final = frozenset({"org:admin", "org:member", "admin", "basic_member"})
"""The roles that an instance starts with; the last two are those of one made before 2024."""
SETS: Final = "role_sets"
MANAGE: Final = "org:sys_memberships:manage"
"""What somebody of each organization has to be allowed."""
MANAGED_NO_MORE: Final = (
    "may manage the other members no more, and an organization may have nobody else who may"
)
ROLE_KEY = r"^(org:[a-z0-9_]+|admin|basic_member)$"
TEXT = trait.neutral("a text, for whoever gives roles to members")


def is_built_in(key: str) -> bool:
    return key in BUILT_IN


def is_system(key: str) -> bool:
    return key.startswith(SYSTEM)


def governing(permissions: Any) -> frozenset[str]:
    """Of Clerk's own permissions those that change something, such as managing the members."""
    held = permissions if isinstance(permissions, list | tuple) else ()
    return frozenset(one for one in held if is_system(str(one)) and not str(one).endswith(":read"))


def _governs_more(before: Any, after: Any, around: Around) -> bool:
    """Whether who has the role ``after`` may govern what nobody with ``before`` may. Of a role that is
    not known nobody can say that."""
    held = permissions_of(after, around)
    return held is None or bool(governing(held) - governing(permissions_of(before, around)))


def permissions_of(role: Any, around: Around) -> tuple[Any, ...] | None:
    """What the holders of a role may do; None where that is not known."""
    known = around.others.get(NAME, {}).get(role) if isinstance(role, str) else None
    held = known.get("permissions") if known is not None else None
    if isinstance(held, list | tuple):
        return tuple(held)
    return None if known is None else ()


def _is_upward(moved: Moved) -> bool:
    is_there = moved.after not in (GONE, None)
    return is_there and _governs_more(moved.before, moved.after, moved.around)


upward: Final = Looks(_is_upward, others=(NAME,))
"""A role in the place of one, or of none, whose holders may govern less."""


def _is_raised(moved: Moved) -> bool:
    return differs(moved) and _is_upward(moved)


raised: Final = Looks(_is_raised, others=(NAME,))
"""The same of what is there already: nobody is in what is new."""


def _taken_over(moved: Moved) -> Iterator[tuple[str, str]]:
    """The roles that leave a set, each with the one that their holders get."""
    heirs = moved.beside.get("reassign") or {}
    gone = Moved(moved.after, moved.before).gained() if loses(moved) else ()
    return ((one, heirs[one]) for one in gone if isinstance(one, str) and one in heirs)


def _hands_upward(moved: Moved) -> bool:
    return any(_governs_more(one, heir, moved.around) for one, heir in _taken_over(moved))


hands_upward: Final = Looks(_hands_upward, others=(NAME,))
"""Roles leave a set, whose holders get one by which they may govern further."""


def _hands_downward(moved: Moved) -> bool:
    """Of a role that is not known nobody can say that its holders may not manage the others."""
    held = (
        (permissions_of(one, moved.around), permissions_of(heir, moved.around))
        for one, heir in _taken_over(moved)
    )
    return any((was is None or MANAGE in was) and MANAGE not in (now or ()) for was, now in held)


hands_downward: Final = Looks(_hands_downward, others=(NAME,))
"""Roles leave a set, whose holders may manage the others no more."""


def _joins_upward(moved: Moved) -> bool:
    if moved.after in (GONE, None):
        return False
    sets = moved.around.others.get(SETS, {})
    before, after = (
        sets.get(one, {}).get("default_role") if isinstance(one, str) else None
        for one in (moved.before, moved.after)
    )
    return _governs_more(before, after, moved.around)


joins_upward: Final = Looks(_joins_upward, others=(SETS, NAME))
"""A role set in the place of one, or of none, whose default role lets its holders govern further."""


def may_do_more(moved: Moved) -> bool:
    """Nobody has a role that is new."""
    return differs(moved) and gains(moved)


def may_govern(moved: Moved) -> bool:
    return may_do_more(moved) and bool(governing([*moved.gained()]))


def manages_no_more(moved: Moved) -> bool:
    return differs(moved) and MANAGE in Moved(moved.after, moved.before).gained()


class OrganizationRole(Resource):
    key: Annotated[
        str,
        Field(pattern=ROLE_KEY),
        trait.identity,
        trait.locks_out(
            when=renamed, says="what asks for its key of before knows its holders no more"
        ),
    ]
    """What the application asks for, ``org:`` and lower-case letters, digits and underscores. Tokens
    that were issued before a renaming name the old key until they expire."""
    name: Annotated[SomeText | MISSING, trait.needed_to_create, TEXT] = MISSING
    """What members are shown as their role."""
    description: Annotated[str | MISSING, trait.default(""), TEXT] = MISSING
    """What the role is for, in a sentence; ``""`` for nothing."""
    permissions: Annotated[
        Annotated[Many[str], AfterValidator(once)] | MISSING,
        trait.refs("organization_permissions", system=is_system, by="key", takes_id=True),
        trait.weakens(when=may_govern, says="its holders may govern their organization further"),
        trait.widens(when=may_do_more, says="its holders may do more"),
        trait.locks_out(when=manages_no_more, says=f"its holders {MANAGED_NO_MORE}"),
    ] = MISSING
    """What its holders may do: keys of permissions, Clerk's own ``org:sys_...`` among them. It is all
    that they may; ``[]`` for nothing."""
    include_in_initial_role_set: Annotated[
        bool | MISSING,
        trait.create_only,
        trait.never_pulled,
        trait.neutral("a role that is new has no holders"),
    ] = MISSING
    """Whether a new role is put into the initial role set. Where `role_sets` declares that set, it
    says so itself."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Permissions by their keys. An update takes no null, so that a text is only taken away by the
    empty one, and both are."""
    found = {**body, "description": body.get("description") or ""}
    if isinstance(permissions := body.get("permissions"), list):
        found["permissions"] = [one.get("key") for one in permissions if isinstance(one, dict)]
    return found


def keep(values: Values) -> Kept | None:
    if is_built_in(str(values.get("key"))):
        return Kept("built-in-role", "a role that Clerk has made")
    return None


KIND = Kind(
    name=NAME,
    singular="organization_role",
    model=OrganizationRole,
    endpoints=crud(
        "/organization_roles",
        # The newest come first by itself, so that one made meanwhile would move a page's end.
        reads=Collection("/organization_roles", params={"order_by": "+created_at"}),
    ),
    id_prefix="role_",
    from_api=from_api,
    keep=keep,
    switched_on=ORGANIZATIONS_ON,
    after=("organization_settings",),
    computed=("is_creator_eligible",),
    replace="by_hand",
    held_by=(
        HeldBy("role_sets", is_refused=True),
        HeldBy("organization_settings", is_refused=True),
    ),
    lost_by_delete="nobody can be given it any more",
)
