"""API keys: credentials of a user, an organization or a machine.

API: /api_keys (Backend API 2026-05-12), a backend with a dialect of its own. Keys are listed under
one subject at a time; there is no list of all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import MISSING, Field

from clerkform.model import (
    Collection,
    Generates,
    Json,
    Kind,
    Lifecycle,
    Many,
    Op,
    Part,
    Resource,
    Sink,
    SomeText,
    Values,
    crud,
    trait,
)
from clerkform.model.meaning import Moved, comes, differs, gains, goes, grows

LONGEST = 10**10
"""Seconds, three centuries: what Clerk takes at most is not documented."""


class Owner(Part):
    organization: SomeText
    """The key of an organization that these manifests declare, such as its slug."""


def lasts_longer(moved: Moved) -> bool:
    """Null is for ever. Of a new key there was none before."""
    return goes(moved) or (differs(moved) and grows(moved))


def may_do_more(moved: Moved) -> bool:
    return differs(moved) and gains(moved)


SubjectId = Annotated[str, Field(pattern=r"^(user|org|mch|scim)_[A-Za-z0-9_]{27}$")]


class KeyLifecycle(Lifecycle):
    deletion: Literal["revoke", "delete"] | MISSING = MISSING
    """How the key is removed: revoked, which keeps its row for the audit trail, or deleted."""


class ApiKey(Resource):
    subject: Annotated[
        SubjectId | Owner,
        trait.identity,
        trait.ref("organizations", owner=True, literal=True),
        trait.widens(when=comes, says="whoever holds the key acts for this subject"),
    ]
    """Whose key it is: ``{organization: acme}``, or an id such as ``user_...``."""
    name: Annotated[
        str,
        Field(min_length=3, pattern=r"^\S(.*\S)?$"),
        trait.identity,
        trait.immutable,
        trait.neutral("a name, for whoever looks at the key"),
    ]
    """Unique within the subject, by convention. At least three characters."""
    type: Annotated[
        Annotated[str, Field(min_length=3, max_length=25)] | MISSING,
        trait.variant(default="api_key"),
        trait.immutable,
        trait.neutral("it says which list the key is in"),
    ] = MISSING
    """Keys are listed by type; ``api_key`` is the default."""
    description: Annotated[
        Annotated[str, Field(max_length=255)] | MISSING | None,
        trait.neutral("a text, for whoever looks at the key"),
    ] = MISSING
    """What the key is for; null removes it."""
    claims: Annotated[
        Json | MISSING,
        trait.sensitive,
        trait.pulled_with("metadata"),
        trait.widens(says="whoever verifies the key is told something else of its holder"),
    ] = MISSING
    """Any JSON that verifying the key answers. Owned whole, never printed; null removes it."""
    scopes: Annotated[
        Many[str] | MISSING,
        trait.unordered,
        trait.widens(when=may_do_more, says="whoever holds the key may do more"),
    ] = MISSING
    """What the key is good for, in the application's own words. Order does not matter."""
    created_by: Annotated[
        Annotated[str, Field(pattern=r"^user_[A-Za-z0-9_]{27}$")] | MISSING,
        trait.immutable,
        trait.never_pulled,
        trait.neutral("a name on record"),
    ] = MISSING
    """The user on record as its maker."""
    seconds_until_expiration: Annotated[
        Annotated[int, Field(gt=0, le=LONGEST)]
        | Annotated[float, Field(gt=0, le=LONGEST)]
        | MISSING
        | None,
        trait.create_only_noted,
        trait.never_pulled,
        trait.widens(when=lasts_longer, says="the key is good for longer"),
    ] = MISSING
    """Seconds from its creation until the key expires; null for never. Acts on create only."""
    secret_to: Annotated[
        Sink | MISSING,
        trait.local,
        trait.needed_to_create,
        trait.neutral("it says who gets the secret, which whoever applies has anyway"),
    ] = MISSING
    """Where the secret goes when the key is created: a file, a line of an env file, a command."""
    lifecycle: Annotated[KeyLifecycle | MISSING, trait.local] = MISSING
    """How clerkform treats this key: guards, ignored fields, how it is removed."""


FAR_OFF: Final = 10**15
"""Milliseconds that no key lives; a server may answer any number."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """The answer has an absolute ``expiration`` where the request has seconds from now."""
    expiration, created = body.get("expiration"), body.get("created_at")
    seconds = None
    if isinstance(expiration, int | float) and isinstance(created, int | float):
        left = expiration - created
        seconds = round(left / 1000) if abs(left) < FAR_OFF else None
    return {**body, "seconds_until_expiration": seconds}


def ignore(values: Values) -> str | None:
    if values.get("revoked"):
        return "revoked"
    return "expired" if values.get("expired") else None


KIND = Kind(
    name="api_keys",
    singular="api_key",
    model=ApiKey,
    endpoints=replace(
        crud(
            "/api_keys",
            reads=Collection(
                "/api_keys",
                page=100,
                params={"include_invalid": "true"},
                under={"subject": "subject", "type": "type"},
            ),
        ),
        removals={
            "revoke": Op(
                "POST", "/api_keys/{id}/revoke", {"revocation_reason": "removed by clerkform"}
            ),
            "delete": Op("DELETE", "/api_keys/{id}"),
        },
    ),
    id_prefix="ak_",
    from_api=from_api,
    unique_key=False,  # POST documents a 409 but not for what; names may repeat
    generates=(Generates("secret", "secret_to", again=Op("GET", "/api_keys/{id}/secret")),),
    ignore=ignore,
    judged_by=("revoked", "expired"),
    runtime="users and the application create API keys too",
    lost_by_delete="whoever holds the key is refused from then on",
)
