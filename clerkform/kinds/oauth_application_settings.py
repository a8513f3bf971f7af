"""What applications that sign in through Clerk, as OAuth clients, may do in this instance.

API: /instance/oauth_application_settings (Backend API 2026-05-12; `aud_claim_enabled` and
`pkce_required` came to the same version later).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, AfterValidator

from clerkform.model import Kind, Many, SettingsResource, Values, single, trait
from clerkform.model.meaning import becomes, gains
from clerkform.model.resource import once


def _scope(text: str) -> str:
    if text == "offline_access":
        raise ValueError("`offline_access` is never a default")
    if not text or not text.isprintable() or " " in text:
        raise ValueError("must be the key of a scope, such as `profile`")
    return text


class OAuthApplicationSettings(SettingsResource):
    dynamic_oauth_client_registration: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(when=becomes(True), says="anybody registers a client"),
    ] = MISSING
    """Whether clients register themselves; their users are always asked for consent."""
    default_scopes: Annotated[
        Annotated[Many[Annotated[str, AfterValidator(_scope)]], AfterValidator(once)] | MISSING,
        trait.default([]),
        trait.unordered,
        trait.widens(when=gains, says="a client that asks for nothing is given these as well"),
    ] = MISSING
    """What a client gets that asks for no scope; ``[]`` for Clerk's own default."""
    oauth_jwt_access_tokens: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(
            when=becomes(True), says="access tokens hold until they end: none is revoked"
        ),
        trait.locks_out(says="services that verify access tokens have to verify them otherwise"),
    ] = MISSING
    """Whether access tokens are JWTs, which are verified without asking Clerk."""
    aud_claim_enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.locks_out(
            when=becomes(True), says="verifiers that expect no audience may refuse the tokens"
        ),
        trait.weakens(when=becomes(False), says="a token for one service passes at another"),
    ] = MISSING
    """Whether access tokens name the service that they are for."""
    pkce_required: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(when=becomes(False), says="a stolen authorization code can be used"),
        trait.locks_out(when=becomes(True), says="clients without PKCE cannot begin a sign-in"),
    ] = MISSING
    """Whether every new authorization needs PKCE with S256."""
    client_id_metadata_documents_advertised: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(when=becomes(True), says="any client that has a metadata document is let in"),
    ] = MISSING
    """Whether clients may name themselves by a metadata document. Declare the next one with it."""
    client_id_metadata_documents_only_allow_pre_registered_clients: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(
            when=becomes(False), says="any client that has a metadata document is let in"
        ),
    ] = MISSING
    """Whether only clients that were registered before may do so."""
    client_id_metadata_documents_block_implicitly_allowed_clients: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(
            when=becomes(False), says="clients that were let in without being registered are again"
        ),
        trait.locks_out(
            when=becomes(True), says="clients that were let in without being registered are not"
        ),
    ] = MISSING
    """Whether clients that came in before the switch above are blocked."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """Clerk's own default scopes are answered as null, whether null or ``[]`` was sent."""
    if "default_scopes" in body and body["default_scopes"] is None:
        return {**body, "default_scopes": []}
    return body


def undoes(sent: Values) -> bool:
    """While it may be required of all applications, none is without PKCE for a moment."""
    return sent.get("pkce_required") is False


KIND = Kind(
    name="oauth_application_settings",
    singular="oauth_application_settings",
    model=OAuthApplicationSettings,
    endpoints=single("/instance/oauth_application_settings"),
    id_prefix="",
    from_api=from_api,
    undoes=undoes,
)
