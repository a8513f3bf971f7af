"""What organizations are to the instance: whether there are any, how large, with which roles.

API: /instance/organization_settings (Backend API 2026-05-12). Answers name roles by key, requests by
id. The last four fields are in no document; the API has taken them from other clients.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import MISSING, Field

from clerkform.kinds.organization_roles import is_built_in, upward
from clerkform.kinds.organizations import takes_more
from clerkform.model import Kind, Many, Op, Part, SettingsResource, Values, single, trait
from clerkform.model.meaning import Moved, becomes, gains, grows, while_some

PATH = "/instance/organization_settings"
NAMES = trait.neutral("how an organization is named")
MAKES = trait.neutral(
    "whether users find an organization of their own; it lets nobody into another"
)


class AutomaticCreation(Part):
    enabled: Annotated[bool | MISSING, trait.never_pulled, MAKES] = MISSING
    """Whether an organization is made for each user who has none."""


class Detection(Part):
    enabled: Annotated[bool | MISSING, trait.never_pulled, NAMES] = MISSING
    """Whether its name is taken from the domain of the user's e-mail address."""


class NameTemplate(Part):
    enabled: Annotated[bool | MISSING, trait.never_pulled, NAMES] = MISSING
    """Whether its name is made by the template."""
    template: Annotated[str | MISSING, trait.never_pulled, NAMES] = MISSING
    """The template's text, with what Clerk puts in for the user."""


class Fallback(Part):
    name: Annotated[str | MISSING, trait.never_pulled, NAMES] = MISSING
    """What it is called where nothing else gives it a name."""


class CreationDefaults(Part):
    enabled: Annotated[bool | MISSING, trait.never_pulled, NAMES] = MISSING
    """Whether Clerk proposes a name where an organization is made."""
    automatic_organization_creation: AutomaticCreation | MISSING = MISSING
    """Whether an organization is made without being asked for."""
    detect_from_email_domain: Detection | MISSING = MISSING
    """Names from domains of e-mail addresses."""
    organization_name_template: NameTemplate | MISSING = MISSING
    """Names from a template, and which template that is."""
    fallback: Fallback | MISSING = MISSING
    """The name of last resort, where no other can be made."""


def joins_by_itself(moved: Moved) -> bool:
    """A suggestion is one to ask for, which an admin answers."""
    return "automatic_invitation" in moved.gained()


Role = Annotated[str, Field(min_length=1)]


class OrganizationSettings(SettingsResource):
    enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.widens(when=becomes(True), says="users may be members of organizations"),
        trait.locks_out(
            when=while_some("organizations", becomes(False)),
            says="there are organizations, whose members lose them and their roles",
        ),
    ] = MISSING
    """Whether there are organizations at all."""
    max_allowed_memberships: Annotated[
        Annotated[int, Field(ge=0, le=2**31 - 1)] | MISSING,
        trait.default(5),
        trait.widens(when=takes_more, says="more members may join"),
    ] = MISSING
    """How many members a new organization may have; 0 for no limit. More than 20 are paid for."""
    admin_delete_enabled: Annotated[
        bool | MISSING,
        trait.widens(when=becomes(True), says="admins may delete their organization"),
    ] = MISSING
    """Whether admins of a new organization may delete it."""
    domains_enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.widens(
            when=becomes(True), says="organizations may have domains, whose users may join"
        ),
    ] = MISSING
    """Whether organizations may have domains."""
    slug_disabled: Annotated[
        bool | MISSING,
        trait.locks_out(
            when=while_some("organizations", becomes(True)),
            says="there are organizations, which have no slug to be found by any more",
        ),
    ] = MISSING
    """True where organizations have no slug; the key of `organizations` is the name then."""
    domains_enrollment_modes: Annotated[
        Many[Literal["automatic_invitation", "automatic_suggestion"]] | MISSING,
        trait.default([]),
        trait.unordered,
        trait.weakens(
            when=joins_by_itself,
            says="users of an organization's domain join without an admin's word",
        ),
        trait.widens(when=gains, says="users of an organization's domain may ask to join"),
    ] = MISSING
    """How users of an organization's domain may join beside by hand."""
    creator_role: Annotated[
        Role | MISSING,
        trait.default("org:admin"),
        trait.via("roles"),
        trait.mirrors("role_sets"),
        trait.ref("organization_roles", system=is_built_in, by="key", takes_id=True),
        trait.weakens(when=upward, says="who makes an organization may govern it further"),
    ] = MISSING
    """The role, by its key such as ``org:admin``, of whoever makes an organization. Where an instance
    has role sets it is that of the initial one."""
    domains_default_role: Annotated[
        Role | MISSING,
        trait.default("org:member"),
        trait.via("roles"),
        trait.ref("organization_roles", system=is_built_in, by="key", takes_id=True),
        trait.weakens(
            when=upward, says="who joins by a domain may govern the organization further"
        ),
    ] = MISSING
    """The role, by its key, of who joins by an organization's domain."""
    initial_role_set_key: Annotated[
        str | MISSING,
        trait.never_pulled,
        trait.via("roles"),
        trait.ref("role_sets", by="key"),
        trait.weakens(says="members of new organizations have other roles"),
    ] = MISSING
    """Undocumented: which role set new organizations have."""
    max_allowed_domains: Annotated[
        Annotated[int, Field(ge=0, le=2**31 - 1)] | MISSING,
        trait.never_pulled,
        trait.widens(when=grows, says="an organization may have more domains"),
    ] = MISSING
    """Undocumented: how many domains an organization may have."""
    force_organization_selection: Annotated[
        bool | MISSING,
        trait.never_pulled,
        trait.neutral("whether a session needs an organization; it lets nobody in"),
    ] = MISSING
    """Undocumented: whether users have to be in an organization to go on."""
    organization_creation_defaults: CreationDefaults | MISSING = MISSING
    """Undocumented: what a new organization is called, and whether one is made for each user."""


def from_api(body: dict[str, Any]) -> dict[str, Any]:
    """`manual_invitation` is always on, and no mode that could be chosen."""
    modes = body.get("domains_enrollment_modes")
    if not isinstance(modes, list):
        return body
    chosen = [mode for mode in modes if mode != "manual_invitation"]
    return {**body, "domains_enrollment_modes": chosen}


def to_api(values: Values) -> dict[str, Any]:
    """Requests call the ids of roles by other names than answers call their keys."""
    renamed = {name: f"{name}_id" for name in ("creator_role", "domains_default_role")}
    return {renamed.get(name, name): value for name, value in values.items()}


def undoes(sent: Values) -> bool:
    """While organizations are off, every call about them is refused."""
    if "enabled" in sent:
        return sent["enabled"] is False
    return sent.get("slug_disabled") is True or sent.get("domains_enabled") is False


KIND = Kind(
    name="organization_settings",
    singular="organization_settings",
    model=OrganizationSettings,
    endpoints=single(PATH, parts={"roles": Op("PATCH", PATH)}),
    id_prefix="",
    from_api=from_api,
    to_api=to_api,
    computed=("max_allowed_roles", "max_role_sets_allowed"),
    # Who makes an organization gets a role of the initial set.
    parts_after={"roles": ("organization_roles", "role_sets")},
    undoes=undoes,
)
