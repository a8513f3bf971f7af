"""Organization domains: whose e-mail addresses lead to which organization.

API: /organization_domains lists those of all organizations, /organizations/{id}/domains has the other
calls (Backend API 2026-05-12). Which of two organizations may have a name, how many domains one
may have, and which modes there are, depends on the others and on the organization settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import MISSING, BeforeValidator, Field

from clerkform.model import (
    Among,
    Collection,
    Endpoints,
    Kind,
    Op,
    Resource,
    SwitchedOn,
    Unfit,
    Values,
    trait,
)
from clerkform.model.host_names import LONGEST, ascii_host, refuse_international
from clerkform.model.meaning import Condition, Moved, comes, differs

SETTINGS: Final = "organization_settings"
MODE: Final = "enrollment_mode"
JOINS, ASKS = "automatic_invitation", "automatic_suggestion"
BY_CONNECTION: Final = "enterprise_sso"
MAY_JOIN = "whoever has a verified address there joins without anybody's word"
MAY_ASK = "whoever has a verified address there may ask to join"
_ALL = "/organizations/{organization}/domains"
_ONE = f"{_ALL}/{{id}}"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _is_verified(values: Values) -> bool:
    """A new one is unless it says otherwise."""
    return values.get("verified") is not False


def _acts(moved: Moved) -> bool:
    """Only a verified domain has anybody join."""
    return _is_verified(moved.beside)


def _named(mode: str) -> Condition:
    """A domain comes, or another name in the place of one, with this mode."""
    return lambda moved: comes(moved) and _acts(moved) and moved.beside.get(MODE) == mode


def _joins(moved: Moved) -> bool:
    return differs(moved) and moved.after == JOINS and _acts(moved)


def _asks(moved: Moved) -> bool:
    """Where nobody's word was needed before, to ask for it is less."""
    return differs(moved) and moved.after == ASKS and moved.before != JOINS and _acts(moved)


def _vouches(moved: Moved) -> bool:
    return differs(moved) and moved.after == BY_CONNECTION and _acts(moved)


def _starts(mode: str) -> Condition:
    """A domain that has this mode becomes a verified one."""

    def is_so(moved: Moved) -> bool:
        return differs(moved) and moved.after is True and moved.beside.get(MODE) == mode

    return is_so


class OrganizationDomain(Resource):
    organization: Annotated[
        str,
        trait.identity,
        trait.ref("organizations", owner=True),
        trait.neutral("it says where, and the name and the mode say who may join there"),
    ]
    """The key of the organization, such as its slug."""
    name: Annotated[
        str,
        Field(pattern=rf"^{_LABEL}(\.{_LABEL})+$", max_length=LONGEST),
        BeforeValidator(refuse_international),
        trait.normalize(ascii_host),
        trait.identity,
        trait.immutable,
        trait.weakens(when=_named(JOINS), says=MAY_JOIN),
        trait.widens(when=_named(ASKS), says=MAY_ASK),
    ]
    """A host name without a scheme, what stands behind the ``@``. It belongs to one organization
    alone where it is verified, and cannot be that of a mail provider."""
    enrollment_mode: Annotated[
        Literal[
            "manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"
        ]
        | MISSING,
        trait.needed_to_create,
        trait.weakens(when=_joins, says=MAY_JOIN),
        trait.widens(when=_asks, says=MAY_ASK),
        trait.widens(when=_vouches, says="whom an identity provider vouches for may join"),
    ] = MISSING
    """What becomes of a user with an address there. The automatic ones have to be among the
    ``domains_enrollment_modes`` of the settings; ``enterprise_sso`` is what a connection sets."""
    verified: Annotated[
        bool | MISSING,
        trait.default(True),
        trait.weakens(when=_starts(JOINS), says=MAY_JOIN),
        trait.widens(when=_starts(ASKS), says=MAY_ASK),
    ] = MISSING
    """Whether it counts as the organization's, without any proof; a new one does by itself."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """What is written as ``verified`` is answered as what became of an affiliation; null is that
    nobody tried."""
    shown = body.get("affiliation_verification")
    status = shown.get("status") if isinstance(shown, dict) else None
    return {**body, "organization": body.get("organization_id"), "verified": status == "verified"}


def to_api(values: Values) -> dict[str, Any]:
    """The organization is in the path."""
    return {name: value for name, value in values.items() if name != "organization"}


def refuses(values: Values, production: bool) -> Iterator[Unfit]:
    if values.get(MODE) == BY_CONNECTION:
        yield Unfit(MODE, "may be refused: it is a connection that sets it", is_sure=False)


def refuses_among(values: Values, others: Sequence[Values], settings: Values) -> Iterator[Unfit]:
    mode, enabled = values.get(MODE), settings.get("domains_enrollment_modes")
    if mode in (JOINS, ASKS) and isinstance(enabled, list) and mode not in enabled:
        yield Unfit(MODE, f"is none of the `domains_enrollment_modes` of {SETTINGS}: {mode}")
    if _is_verified(values) and any(
        one["name"] == values["name"] and _is_verified(one) for one in others
    ):
        yield Unfit("verified", "cannot be true: another organization has the domain verified")
    most = settings.get("max_allowed_domains")
    own = [one for one in others if one["organization"] == values["organization"]]
    if type(most) is int and len(own) >= most:
        yield Unfit("organization", f"has {len(own)} other domains, and Clerk lets it have {most}")


KIND = Kind(
    name="organization_domains",
    singular="organization_domain",
    model=OrganizationDomain,
    endpoints=Endpoints(
        # Ascending, so that one made while pages are read lands on the last one.
        reads=Collection("/organization_domains", params={"order_by": "+created_at"}),
        create=Op("POST", _ALL),
        update=Op("PATCH", _ONE),
        delete=Op("DELETE", _ONE),
    ),
    id_prefix="orgdmn_",
    from_api=from_api,
    to_api=to_api,
    after=(SETTINGS,),
    switched_on=SwitchedOn(SETTINGS, "domains_enabled", "organization_domains_not_enabled"),
    refuses=refuses,
    among=Among(SETTINGS, refuses_among, shares=("name", "organization")),
    computed=(
        "affiliation_email_address",
        "total_pending_invitations",
        "total_pending_suggestions",
    ),
    goes_with_owner=True,
    runtime="admins of organizations add domains too",
    lost_by_delete="who has an address there is led to the organization no more",
)
