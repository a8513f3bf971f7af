"""JWT templates: named sets of claims that an application mints tokens from.

API: /jwt_templates (Backend API 2026-05-12). ``custom_signing_key`` is no field of a manifest: it
is true exactly where there is a ``signing_key``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from clerkform.jwt.cases import TemplateTests
from clerkform.jwt.role_names import granted
from clerkform.model import JsonObject, Kind, Resource, SecretRef, Values, crud, paginated, trait
from clerkform.model.canonical import same
from clerkform.model.meaning import Condition, Moved, comes, grows
from clerkform.model.paths import GONE, value_at

DAY = 86400


def _grows_from(default: int) -> Condition:
    """A template that says nothing has the default, and so has one that is not there yet."""

    def is_so(moved: Moved) -> bool:
        return grows(Moved(default if moved.before is GONE else moved.before, moved.after))

    return is_so


def outlives_a_day(moved: Moved) -> bool:
    return grows(moved) and moved.after > DAY


def grants_a_role(moved: Moved) -> bool:
    """A claim that reads like a role gets a value that is the same for everybody."""
    had = moved.before if isinstance(moved.before, dict) else {}
    return any(not same(value_at(had, path), value) for path, value in granted(moved.after))


class JwtTemplate(Resource):
    name: Annotated[
        str,
        Field(min_length=1),
        trait.identity,
        trait.neutral("what a template lets in is what its claims say"),
    ]
    """What the application asks for: ``getToken({template: name})``. Renaming breaks its callers."""
    claims: Annotated[
        JsonObject | MISSING,
        trait.needed_to_create,
        trait.weakens(when=grants_a_role, says="every user's token has this role"),
    ] = MISSING
    """The token's own claims, owned whole. Values may hold shortcodes such as ``{{user.id}}``."""
    lifetime: Annotated[
        Annotated[int, Field(ge=30, le=315_360_000)] | MISSING,
        trait.weakens(when=outlives_a_day, says="a stolen token works for more than a day"),
        trait.widens(when=_grows_from(60), says="a stolen token works for longer"),
    ] = MISSING
    """Seconds until a token expires. Clerk's default is 60."""
    allowed_clock_skew: Annotated[
        Annotated[int, Field(ge=0, le=300)] | MISSING,
        trait.widens(when=_grows_from(5), says="a token is good for longer before its time"),
    ] = MISSING
    """Seconds that a verifier's clock may be behind: ``nbf`` is set this much earlier. Default 5."""
    signing_algorithm: Annotated[
        str | MISSING,
        trait.needed_to_create_with("signing_key"),
        trait.weakens(says="verifiers have to trust another algorithm"),
    ] = MISSING
    """Such as ``RS256`` (the instance's own key) or ``HS256`` (needs ``signing_key``)."""
    signing_key: Annotated[
        SecretRef | MISSING | None,
        trait.write_only_but(presence="custom_signing_key"),
        trait.signs_with("signing_algorithm"),
        trait.widens(when=comes, says="whoever holds this key can make tokens"),
        trait.locks_out(says="verifiers that know the key of before refuse new tokens"),
    ] = MISSING
    """A reference to the key that signs tokens instead of the instance's; null for no own key."""
    tests: Annotated[TemplateTests | MISSING, trait.local, trait.neutral("never sent")] = MISSING
    """What tokens say of given users: checked by `clerkform jwt test`, never sent to Clerk."""


def to_api(values: Values) -> dict[str, Any]:
    """A PATCH resets or keeps what it omits, nobody knows which, so values hold everything."""
    body = dict(values)
    if "signing_key" in body:
        body["custom_signing_key"] = body["signing_key"] is not None
    if body.get("signing_key") is None:
        body.pop("signing_key", None)
    return body


KIND = Kind(
    name="jwt_templates",
    singular="jwt_template",
    model=JwtTemplate,
    endpoints=crud("/jwt_templates", reads=paginated("/jwt_templates")),
    id_prefix="jtmp_",
    to_api=to_api,
    update_sends="all",
    lost_by_delete="every client that asks for a token of this template fails at once",
)
