"""OAuth applications: what signs users in through this instance, as an OAuth client.

API: /oauth_applications (Backend API 2026-05-12; `device_authorization_grant_enabled` came to the
same version later). The deprecated ``callback_url`` is the first of ``redirect_uris``, and a logo is
no configuration.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import MISSING, AfterValidator, Field, ValidationInfo

from clerkform.kinds.redirect_urls import NEVER
from clerkform.model import (
    Collection,
    Generates,
    Kind,
    Many,
    Op,
    Resource,
    Sink,
    Values,
    crud,
    trait,
)
from clerkform.model.host_names import is_unencrypted_url
from clerkform.model.meaning import Condition, Moved, becomes, differs, gains, loses
from clerkform.model.resource import once

OFFLINE: Final = "offline_access"
"""Every application has this scope; a request whose scopes lack it is refused."""
LONGEST: Final = 1024
"""Characters of all scopes, as one text."""


def _uri(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:  # brackets that hold no IPv6 address
        raise ValueError("must be a full URI, and its host is none") from None
    if not parts.scheme or re.match("[0-9]", parts.path):  # `localhost:3000/cb`
        raise ValueError("must begin with a scheme, such as `https://` or `myapp://`")
    if parts.scheme in NEVER:
        raise ValueError(f"cannot be a `{parts.scheme}:` URI: nothing returns there")
    if parts.scheme in ("http", "https") and not host:
        raise ValueError("must name a host")
    if not text.isprintable() or " " in text:
        raise ValueError("must hold neither a blank nor an invisible character")
    return text


def _scope(text: str) -> str:
    if not text or not text.isprintable() or " " in text:
        raise ValueError("must be the key of a scope, such as `profile`")
    return text


def _as_text(scopes: tuple[str, ...] | list[str]) -> str:
    return " ".join(dict.fromkeys([*scopes, OFFLINE]))


def _fits(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if (size := len(_as_text(scopes))) > LONGEST:
        raise ValueError(f"must be at most {LONGEST} characters together, not {size}")
    return scopes


def _is_public(info: ValidationInfo) -> bool:
    return bool(info.data) and info.data.get("public") is True


def _needs_proof(required: bool, info: ValidationInfo) -> bool:
    if not required and _is_public(info):
        raise ValueError("cannot be false where `public` is true: nothing else proves the client")
    return required


def _has_a_secret(sink: Sink, info: ValidationInfo) -> Sink:
    if sink.delivers and _is_public(info):
        raise ValueError("cannot deliver a secret where `public` is true: such a client has none")
    return sink


def turns(value: bool) -> Condition:
    """Whether one that was there has another value now; a new one is as it is declared."""

    def is_so(moved: Moved) -> bool:
        return differs(moved) and becomes(value)(moved)

    return is_so


def asks_in_vain(moved: Moved) -> bool:
    """Of an application that goes nobody asks for anything."""
    return differs(moved) and loses(moved)


def returns_unencrypted(moved: Moved) -> bool:
    """An application on somebody's own machine is sent back to that machine, in production too."""
    return any(is_unencrypted_url(one, spares_loopback=True) for one in moved.gained())


class OAuthApplication(Resource):
    name: Annotated[
        str,
        Field(min_length=1, max_length=256),
        trait.identity,
        trait.neutral("a name, as the consent screen shows it"),
    ]
    """What users are asked to trust. Two may share one: then ``id:`` says which is meant."""
    redirect_uris: Annotated[
        Annotated[Many[Annotated[str, AfterValidator(_uri)]], AfterValidator(once)] | MISSING,
        trait.unordered,
        trait.weakens(
            when=returns_unencrypted, says="sign-in hands over authorization codes unencrypted"
        ),
        trait.widens(when=gains, says="authorization codes are handed over here as well"),
        trait.locks_out(when=loses, says="whoever signs in by way of one that goes cannot"),
    ] = MISSING
    """Where sign-in may return to, of any scheme, each compared as it is written."""
    scopes: Annotated[
        Annotated[
            Many[Annotated[str, AfterValidator(_scope)]],
            AfterValidator(once),
            AfterValidator(_fits),
        ]
        | MISSING,
        trait.has_anyway(OFFLINE),
        trait.widens(when=gains, says="the application may ask its users for more"),
        trait.locks_out(when=asks_in_vain, says="a sign-in that asks for one that goes is refused"),
    ] = MISSING
    """All that it may ask for: ``profile``, ``email``, ``openid``, ``public_metadata``,
    ``private_metadata``, ``user:org:read``, and what the dashboard's catalogue has besides. Clerk adds
    ``offline_access`` to any."""
    public: Annotated[
        bool | MISSING,
        trait.weakens(when=turns(True), says="its client needs no secret any more"),
        trait.locks_out(when=turns(False), says="its client needs a secret, which it has not"),
    ] = MISSING
    """Whether its client can keep no secret, as an app or a page: then PKCE stands in for one."""
    pkce_required: Annotated[
        bool | MISSING,
        AfterValidator(_needs_proof),
        trait.weakens(when=turns(False), says="a stolen authorization code can be used"),
        trait.locks_out(when=turns(True), says="a client without PKCE cannot begin a sign-in"),
    ] = MISSING
    """Whether each authorization needs PKCE; the instance may require it of all applications."""
    consent_screen_enabled: Annotated[
        bool | MISSING,
        trait.weakens(
            when=becomes(False), says="the application is given what it asks for, unasked"
        ),
    ] = MISSING
    """Whether users are asked before the application is let in. Clerk's default is true."""
    device_authorization_grant_enabled: Annotated[
        bool | MISSING,
        trait.widens(
            when=becomes(True), says="a device is let in by a code that is typed in elsewhere"
        ),
        trait.locks_out(when=turns(False), says="devices that sign in by a code cannot any more"),
    ] = MISSING
    """Whether devices without a browser sign in by a code that is typed in on another one."""
    secret_to: Annotated[
        Sink | MISSING,
        AfterValidator(_has_a_secret),
        trait.local,
        trait.needed_to_create_unless("public"),
        trait.neutral("it says who gets the secret, which whoever applies has anyway"),
    ] = MISSING
    """Where the client secret goes when the application is created, as Clerk shows it once."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Scopes are one text with blanks between them, in an order of the server's own."""
    scopes = body.get("scopes")
    return {**body, "scopes": sorted(scopes.split())} if isinstance(scopes, str) else body


def to_api(values: Values) -> dict[str, Any]:
    """All scopes replace all, so those that every application has go along."""
    if "scopes" not in values:
        return dict(values)
    return {**values, "scopes": _as_text(values["scopes"])}


def ignore(values: Values) -> str | None:
    return "registered by its client itself" if values.get("dynamically_registered") else None


KIND = Kind(
    name="oauth_applications",
    singular="oauth_application",
    model=OAuthApplication,
    endpoints=crud(
        "/oauth_applications",
        # Ascending, so that what is created while pages are read lands on the last one.
        reads=Collection("/oauth_applications", params={"order_by": "created_at"}),
    ),
    id_prefix="oa",  # `oa_` in Clerk's own guide, `oauth_app_` in examples of others
    from_api=from_api,
    to_api=to_api,
    unique_key=False,
    after=("oauth_application_settings",),
    generates=(
        Generates(
            "client_secret",
            "secret_to",
            rotate=Op("POST", "/oauth_applications/{id}/rotate_secret"),
        ),
    ),
    computed=(
        "client_id",
        "authorize_url",
        "token_fetch_url",
        "token_introspection_url",
        "user_info_url",
        "discovery_url",
    ),
    ignore=ignore,
    judged_by=("dynamically_registered",),
    delete_needs_approval="deleting an OAuth application cannot be undone",
    lost_by_delete="its client id and every grant of its users go with it",
)
