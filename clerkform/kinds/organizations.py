"""Organizations: an application's customers, as tenants.

API: /organizations (Backend API 2026-05-12, with `self_serve_sso_enabled` of its later edition).
Metadata has an endpoint of its own, which merges.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import MISSING, AfterValidator, Field

from clerkform.kinds.organization_permissions import ORGANIZATIONS_ON
from clerkform.kinds.organization_roles import joins_upward
from clerkform.model import (
    Brings,
    Bucket,
    Collection,
    Counted,
    Kind,
    Lookups,
    Op,
    Resource,
    crud,
    trait,
)
from clerkform.model.canonical import json_bytes
from clerkform.model.meaning import Moved, becomes, comes, differs, grows

METADATA_BYTES = 8192
_URL_OR_HTML = re.compile(r"https?://|www\.|<[a-z!/]", re.IGNORECASE)


def takes_more(moved: Moved) -> bool:
    """0 is no limit. What a new one has is the instance's setting, unless it is none."""
    return becomes(0)(moved) or (differs(moved) and grows(moved))


def _fits(metadata: dict[str, Any]) -> dict[str, Any]:
    if (size := json_bytes(metadata)) > METADATA_BYTES:
        raise ValueError(f"must be at most {METADATA_BYTES} bytes of JSON, not {size}")
    return metadata


def _is_plain(name: str) -> str:
    if not name.strip():
        raise ValueError("must not be blank")
    if _URL_OR_HTML.search(name):
        raise ValueError("must hold neither a URL nor HTML, which Clerk refuses")
    return name


def instant(text: str) -> str:
    """An RFC 3339 time in UTC with milliseconds, which is all the server keeps."""
    at = datetime.fromisoformat(text.upper())  # RFC 3339 takes a lower-case t and z as well
    if at.tzinfo is None:
        raise ValueError("must end in Z or an offset such as +02:00")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_instant(text: str) -> str:
    instant(text)
    return text


PublicMetadata = Annotated[
    Annotated[dict[str, Any], AfterValidator(_fits), trait.at_most_bytes(METADATA_BYTES)] | MISSING,
    Field(
        description="Readable by the front end. Only the named keys are managed; null removes one."
        " At most 8 KB."
    ),
    trait.merged,
    trait.via("metadata"),
    trait.pulled_with("metadata"),
    trait.neutral("it is the application's own data"),
]
"""Of what has metadata, with an endpoint of its own that merges, in ``parts``."""
PrivateMetadata = Annotated[
    PublicMetadata,
    Field(
        description="Readable by the back end alone, and never printed. Only the named keys are"
        " managed."
    ),
    trait.sensitive,
]


class Organization(Resource):
    slug: Annotated[
        Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | MISSING,
        trait.identity_otherwise("name"),
        trait.neutral("a name, as part of addresses"),
    ] = MISSING
    """Unique in the instance. Leave it out where slugs are disabled: then the name is the key."""
    name: Annotated[
        Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_is_plain)] | MISSING,
        trait.needed_to_create,
        trait.neutral("a name, as members see it"),
    ] = MISSING
    """What members see. It may hold neither URLs nor HTML."""
    max_allowed_memberships: Annotated[
        Annotated[int, Field(ge=0, le=2**31 - 1)] | MISSING,
        trait.widens(when=takes_more, says="more members may join"),
    ] = MISSING
    """How many members there may be; 0 for no limit. The default is the instance's setting."""
    admin_delete_enabled: Annotated[
        bool | MISSING,
        trait.update_only,
        trait.widens(when=becomes(True), says="its admins may delete it"),
    ] = MISSING
    """True lets an admin of the organization delete it. The default is the instance's setting."""
    self_serve_sso_enabled: Annotated[
        bool | MISSING,
        trait.update_only,
        trait.widens(
            when=becomes(True),
            says="its admins may connect an identity provider, and whom that vouches for gets in",
        ),
    ] = MISSING
    """True lets an admin of the organization connect the identity provider of its own."""
    role_set_key: Annotated[
        str | MISSING,
        trait.ref("role_sets", by="key", follows=True),
        trait.weakens(when=joins_upward, says="who joins it may govern it further"),
        trait.widens(says="its members may have other roles"),
    ] = MISSING
    """Which roles its members may have: the key of a set, ``role_set:...``."""
    public_metadata: PublicMetadata = MISSING
    private_metadata: PrivateMetadata = MISSING
    created_by: Annotated[
        Annotated[str, Field(pattern=r"^user_\w+$")] | MISSING,
        trait.create_only,
        trait.never_pulled,
        trait.widens(when=comes, says="this user is its first admin"),
    ] = MISSING
    """The user who becomes the first admin when the organization is created."""
    created_at: Annotated[
        Annotated[str, AfterValidator(_is_instant)] | MISSING,
        trait.normalize(instant),
        trait.never_pulled,
        trait.neutral("a date, for reading"),
    ] = MISSING
    """A date of creation of your own, such as ``2012-10-20T07:15:20.902Z`` (RFC 3339)."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """``created_at`` goes in as text and comes out as milliseconds.

    What is no time that there is, nobody can have declared, so it counts as not answered.
    """
    rest = {name: value for name, value in body.items() if name != "created_at"}
    created = body.get("created_at")
    if type(created) is not int:
        return rest
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=created)
    except OverflowError:
        return rest
    return {**rest, "created_at": instant(at.isoformat())}


KIND = Kind(
    name="organizations",
    singular="organization",
    model=Organization,
    endpoints=crud(
        "/organizations",
        # Ascending, so that what is created while pages are read lands on the last one.
        reads=Collection(
            "/organizations",
            params={"order_by": "created_at"},
            lookups=Lookups(
                by_key=Op("GET", "/organizations/{key}"), by_name="query", by_ids="organization_id"
            ),
        ),
        parts={"metadata": Op("PATCH", "/organizations/{id}/metadata")},
    ),
    id_prefix="org_",
    switched_on=ORGANIZATIONS_ON,
    from_api=from_api,
    after=("organization_settings",),
    bucket=Bucket(requests=10),
    runtime="the application creates organizations too",
    delete_needs_approval="deleting an organization cannot be undone",
    counted_by=(
        Counted(
            "members",
            "members_count",
            {"include_members_count": "true"},
            Collection("/organizations/{id}/memberships"),
            with_fields=("role_set_key",),
        ),
        Counted(
            "pending invitations",
            "pending_invitations_count",
            listed=Collection("/organizations/{id}/invitations", params={"status": "pending"}),
        ),
    ),
    brings=Brings("organization_memberships", by="created_by", owner="organization", key="user"),
    lost_by_delete="its memberships and invitations go with it",
)
