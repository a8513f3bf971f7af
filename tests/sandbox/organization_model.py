"""What tests of roles and role sets make and look at, by raw HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ADMIN, MEMBER, SALES = "org:admin", "org:member", "org:sales"
POINTING = {"default_role_key": MEMBER, "creator_role_key": ADMIN}
DEFAULT = "/role_sets/role_set:default"
TEAM = "/role_sets/role_set:team"
SETTINGS = "/instance/organization_settings"


def example(heading: str, number: int = 0) -> Any:
    """What JSON the page about the sandbox has below a heading."""
    page = (Path(__file__).parents[2] / "docs/sandbox.md").read_text()
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return json.loads(section.split("```json")[number + 1].split("```")[0])


def permissions(api: Any) -> dict[str, str]:
    """The ids of Clerk's own by their keys."""
    (admin,) = api.http.get("/organization_roles?query=org:admin").json()["data"]
    return {one["key"]: one["id"] for one in admin["permissions"]}


def make_role(api: Any, key: str, **body: Any) -> dict[str, Any]:
    return api.make("/organization_roles", name=key.title(), key=key, **body)


def make_boss(api: Any) -> str:
    """A role that creators may have."""
    return make_role(api, "org:boss", permissions=list(permissions(api).values()))["key"]


def make_set(api: Any, key: str, *more: str, **body: Any) -> dict[str, Any]:
    """With ``more`` than the two roles of every instance."""
    roles = [ADMIN, MEMBER, *more]
    return api.make("/role_sets", name="Team", key=key, **{"roles": roles, **POINTING, **body})


def roles_of(api: Any, organization: dict[str, Any]) -> list[str]:
    """Of its members, and of who is invited, the newest first."""
    path = f"/organizations/{organization['id']}"
    members = api.http.get(f"{path}/memberships").json()["data"]
    asked = api.http.get(f"{path}/invitations").json()["data"]
    return [one["role"] for one in (*members, *asked)]


def prepared(api: Any) -> Any:
    """With a role of sales people in a set of its own, whose organization Acme has two of them."""
    make_role(api, SALES, permissions=list(permissions(api).values()))
    make_set(api, "role_set:team", SALES)
    acme = api.make(
        "/organizations",
        name="Acme",
        slug="acme",
        created_by=api.user(),
        role_set_key="role_set:team",
    )
    path = f"/organizations/{acme['id']}"
    api.make(f"{path}/memberships", user_id=api.user(), role=SALES)
    api.make(f"{path}/invitations", email_address="a@x.example", role=SALES)
    return api


def acme(api: Any) -> dict[str, Any]:
    return api.http.get("/organizations/acme").json()


def acmes_roles(api: Any) -> list[str]:
    """Of Acme's creator, its other member and who is invited."""
    path = f"/organizations/{acme(api)['id']}"
    other, creator = api.http.get(f"{path}/memberships").json()["data"]
    (asked,) = api.http.get(f"{path}/invitations").json()["data"]
    return [creator["role"], other["role"], asked["role"]]


def replace_role(api: Any, old: str = SALES, new: str | None = MEMBER) -> Any:
    return api.http.post(f"{TEAM}/roles/replace", json={"role_key": old, "to_role_key": new})


def retire(api: Any, to: str = "role_set:default", mappings: Any = None) -> Any:
    more = {"reassignment_mappings": mappings} if mappings is not None else {}
    return api.http.post(f"{TEAM}/replace", json={"dest_role_set_key": to, **more})
