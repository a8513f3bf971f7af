"""Memberships: who belongs to an organization, and as what.

API: /organizations/{id}/memberships (Backend API 2026-05-12). Metadata has an endpoint of its own, which
merges. Most members come by the application; these are the ones that must be there.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import MISSING, Field

from clerkform.kinds.organization_permissions import ORGANIZATIONS_ON
from clerkform.kinds.organization_roles import MANAGE, is_built_in, permissions_of, upward
from clerkform.kinds.organization_roles import NAME as ROLES
from clerkform.kinds.organizations import PrivateMetadata, PublicMetadata
from clerkform.model import (
    Bucket,
    Collection,
    Endpoints,
    Kind,
    NeedsOne,
    Op,
    Part,
    Resource,
    Values,
    trait,
)
from clerkform.model.identifier import stored
from clerkform.model.meaning import Around, Looks, Moved, comes, renamed
from clerkform.model.paths import GONE

_ALL = "/organizations/{organization}/memberships"
_ONE = f"{_ALL}/{{user}}"


def _hands_over(moved: Moved) -> bool:
    role = moved.beside.get("role", GONE)
    return renamed(moved) and upward(Moved(GONE, role, moved.beside, moved.around))


hands_over: Final = Looks(_hands_over, others=(ROLES,))
"""A member goes for another user, who gets a role to govern by. Of who comes alone the role says it."""


class Named(Part):
    email_address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    """Verified on one user, who is neither banned nor locked."""


class OrganizationMembership(Resource):
    organization: Annotated[
        str,
        trait.identity,
        trait.ref("organizations", owner=True),
        trait.neutral("it says where, and the role says what a member may do there"),
    ]
    """The key of the organization, such as its slug."""
    user: Annotated[
        Annotated[str, Field(pattern=r"^user_[A-Za-z0-9_]{27}$")] | Named,
        trait.normalize(stored),
        trait.identity,
        trait.immutable,
        trait.outside("users"),
        trait.weakens(when=hands_over, says="another user may govern the organization"),
        trait.widens(when=comes, says="this user is a member"),
    ]
    """The member: ``user_...``, or ``{email_address: ada@example.com}``, which is looked up. Whom
    ``created_by`` names becomes a member with the organization, with the role of its maker."""
    role: Annotated[
        str | MISSING,
        trait.needed_to_create,
        trait.ref("organization_roles", system=is_built_in, by="key"),
        trait.one_of("organization.role_set_key.roles"),
        trait.weakens(when=upward, says="this member may govern the organization further"),
    ] = MISSING
    """The key of a role that the organization's role set has, such as ``org:member``."""
    public_metadata: PublicMetadata = MISSING
    private_metadata: PrivateMetadata = MISSING


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """The organization and the user stand in blocks of their own."""
    found = {name: value for name, value in body.items() if name != "organization"}
    organization, user = body.get("organization"), body.get("public_user_data")
    if isinstance(organization, dict):
        found["organization"] = organization.get("id")
    return {**found, "user": user.get("user_id") if isinstance(user, dict) else None}


def manages(values: Values, around: Around) -> bool:
    """Whether a member may manage the others, by the permissions of the role. Of a role that is not
    known nobody can say that it may not."""
    held = permissions_of(values.get("role"), around)
    return held is None or MANAGE in held


def to_api(values: Values) -> dict[str, Any]:
    """The organization is in the path, and so is the user of one that is there."""
    sent = {n: value for n, value in values.items() if n not in ("organization", "user")}
    return {"user_id": values["user"], **sent} if "user" in values else sent


KIND = Kind(
    name="organization_memberships",
    singular="organization_membership",
    model=OrganizationMembership,
    endpoints=Endpoints(
        # Ascending, so that who joins while pages are read lands on the last one.
        reads=Collection(
            _ALL, params={"order_by": "+created_at"}, under={"organization": "organization"}
        ),
        create=Op("POST", _ALL),
        update=Op("PATCH", _ONE),
        delete=Op("DELETE", _ONE),
        parts={"metadata": Op("PATCH", f"{_ONE}/metadata")},
    ),
    id_prefix="orgmem_",
    from_api=from_api,
    to_api=to_api,
    switched_on=ORGANIZATIONS_ON,
    after=("organization_settings", "role_sets"),
    bucket=Bucket(requests=10),
    goes_with_owner=True,
    needs_one=NeedsOne(
        "organization",
        manages,
        ROLES,
        "an organization needs a member who may manage the others",
    ),
    runtime="the application and admins of organizations add members too",
    lost_by_delete="the user loses the organization, and whatever belongs to members of it",
)
