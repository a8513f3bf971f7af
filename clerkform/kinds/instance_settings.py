"""Settings of the instance itself: origins, test mode, and how mails are sent.

API: /instance (Backend API 2026-05-12), which shows the origins alone. The Frontend API's
environment shows most of the rest, the primary domain the development origin, and nothing but an
empty PATCH of the beta settings the sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import MISSING, AfterValidator, Field

from clerkform.model import Kind, Many, Op, SettingsResource, Unfit, Values, single, trait
from clerkform.model.host_names import is_on
from clerkform.model.meaning import (
    Looks,
    Moved,
    becomes,
    gains,
    is_elsewhere,
    is_unencrypted,
    loses,
)

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PRODUCTION_ONLY = ("allowed_subdomains", "subdomain_allowlist_enabled")


def _origin(text: str) -> str:
    """A scheme and a host, such as ``https://app.example.com`` or ``myapp://callback``."""
    try:
        parts = urlsplit(text)
        is_origin = bool(parts.scheme and parts.netloc) and not parts.username
        is_whole = text.lower() == f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:  # brackets that hold no IPv6 address
        is_origin = is_whole = False
    if not (is_origin and is_whole and text.isprintable()):
        raise ValueError("must be an origin: a scheme, `://` and a host, without a path")
    return text


def _origin_or_nothing(text: str) -> str:
    return _origin(text) if text else text


def _address_or_nothing(text: str) -> str:
    name, at, host = text.rpartition("@")
    if text and not (name and at and host and text.isprintable() and " " not in text):
        raise ValueError("must be an e-mail address, or empty for none")
    return text


def host(text: str) -> str:
    """As the server keeps it."""
    return text.lower().removesuffix(".")


def _is_listed(host: str, listed: Any) -> bool:
    """Whether a list of subdomains has a host, by its name or as one below ``*.``."""
    entries = listed if isinstance(listed, list | tuple) else ()
    wild = {entry[2:] for entry in entries if entry.startswith("*.")}
    return host in entries or is_on(host.partition(".")[2], wild)


def _is_missed(moved: Moved, before: Any, after: Any) -> bool:
    """Whether a host below another one of the instance's was let in before and is not after.
    ``before`` and ``after`` are lists of subdomains; None lets all in."""
    around = moved.around
    below = [host for host in around.hosts if is_on(host.partition(".")[2], around.hosts)]
    gone = (
        host
        for host in below
        if (before is None or _is_listed(host, before)) and not _is_listed(host, after)
    )
    return not around.has_all_hosts or any(True for _ in gone)


def list_misses_a_host(moved: Moved) -> bool:
    is_on_after = moved.beside.get("subdomain_allowlist_enabled") is not False
    return loses(moved) and is_on_after and _is_missed(moved, moved.before, moved.after)


def switch_misses_a_host(moved: Moved) -> bool:
    listed = moved.beside.get("allowed_subdomains") or []
    return becomes(True)(moved) and _is_missed(moved, None, listed)


class InstanceSettings(SettingsResource):
    test_mode: Annotated[
        bool | MISSING,
        trait.default(True, production=False),
        trait.read_from("auth_config.test_mode"),
        trait.weakens(
            when=becomes(True), says="anybody signs in with Clerk's test addresses and fixed codes"
        ),
    ] = MISSING
    """Whether test addresses and numbers sign in with fixed codes."""
    hibp: Annotated[
        bool | MISSING,
        trait.default(True),
        trait.read_from("user_settings.password_settings.disable_hibp", invert=True),
        trait.weakens(when=becomes(False), says="passwords that are known from breaches are taken"),
    ] = MISSING
    """Whether passwords that are known from breaches are refused."""
    support_email: Annotated[
        Annotated[str, AfterValidator(_address_or_nothing)] | MISSING,
        trait.default(""),
        trait.read_from("display_config.support_email", none=""),
        trait.neutral("an address that users are shown"),
    ] = MISSING
    """The address that users are shown; empty for none."""
    clerk_js_version: Annotated[
        str | MISSING,
        trait.default(""),
        trait.read_from("display_config.clerk_js_version", none=""),
        trait.weakens(says="sign-in runs with this version of Clerk's code, mended or not"),
    ] = MISSING
    """The version of Clerk's JavaScript that sign-in loads; empty for the newest."""
    development_origin: Annotated[
        Annotated[str, AfterValidator(_origin_or_nothing)] | MISSING,
        trait.default(""),
        trait.read_from("development_origin", source="primary_domain", none=""),
        trait.neutral("where a development instance's own pages lead back to"),
    ] = MISSING
    """Where the application of a development instance runs; empty for none."""
    allowed_origins: Annotated[
        Many[Annotated[str, AfterValidator(_origin)]] | MISSING,
        trait.default([]),
        trait.unordered,
        trait.names_host,
        trait.weakens(
            when=is_unencrypted, says="pages that anybody on the way can change may sign in"
        ),
        trait.weakens(
            when=is_elsewhere, says="pages of a host that the instance is on nowhere may sign in"
        ),
        trait.widens(when=gains, says="applications and extensions of these origins may sign in"),
    ] = MISSING
    """Origins beside the instance's own domains, such as ``myapp://`` apps and extensions."""
    allowed_subdomains: Annotated[
        Many[Annotated[str, Field(pattern=rf"^(\*\.)?{_LABEL}(\.{_LABEL})+\.?$", max_length=255)]]
        | MISSING,
        trait.default([]),
        trait.unordered,
        trait.normalize(host),
        trait.weakens(
            when=is_elsewhere, says="pages of a host that the instance is on nowhere use sessions"
        ),
        trait.widens(when=gains, says="pages on these hosts may use sessions"),
        trait.locks_out(
            when=Looks(list_misses_a_host, hosts=True),
            says="visitors of a host that the instance is on are cut off",
        ),
    ] = MISSING
    """Hosts below the instance's own domains, or ``*.`` and such a host. Production only."""
    subdomain_allowlist_enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(
            when=becomes(False), says="every host below the instance's domains may use sessions"
        ),
        trait.locks_out(
            when=Looks(switch_misses_a_host, hosts=True),
            says="visitors of a host that the instance is on and that is not listed are cut off",
        ),
    ] = MISSING
    """Whether only the listed subdomains may use sessions. Production only."""
    cookieless_dev: Annotated[
        bool | MISSING,
        trait.default(True, production=False),
        trait.read_from("auth_config.cookieless_dev"),
        trait.neutral("how sessions of a development instance travel; deprecated"),
    ] = MISSING
    """Deprecated: development sessions without third-party cookies."""
    url_based_session_syncing: Annotated[
        bool | MISSING,
        trait.default(True, production=False),
        trait.read_from("auth_config.url_based_session_syncing"),
        trait.weakens(when=becomes(True), says="session tokens stand in URLs"),
    ] = MISSING
    """Whether sessions of a development instance are handed over in URLs."""
    preferred_sign_in_strategy_when_password_required: Annotated[
        Literal["password", "otp"] | MISSING,
        trait.default("password"),
        trait.read_from("display_config.preferred_sign_in_strategy"),
        trait.neutral("which of the ways that are there is offered first"),
    ] = MISSING
    """What sign-in asks for first where a password is required."""
    from_email_address: Annotated[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")] | MISSING,
        trait.write_only,
        trait.via("beta"),
        trait.weakens(
            says="mails come from another sender, which users and filters know or do not"
        ),
    ] = MISSING
    """The part before the @ of the address that mails come from."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """No origins are null until some were set."""
    if "allowed_origins" in body and body["allowed_origins"] is None:
        return {**body, "allowed_origins": []}
    return body


def refuses(values: Values, production: bool) -> Iterator[Unfit]:
    for name in PRODUCTION_ONLY if not production else ():
        if values.get(name):
            # Whether a development instance ignores it or refuses it is inferred.
            yield Unfit(name, "is for production instances only")


KIND = Kind(
    name="instance_settings",
    singular="instance_settings",
    model=InstanceSettings,
    endpoints=single(
        "/instance",
        parts={"beta": Op("PATCH", "/beta_features/instance_settings")},
        shown_by_empty=("beta",),
        unanswered=("",),
    ),
    id_prefix="",
    from_api=from_api,
    refuses=refuses,
)
