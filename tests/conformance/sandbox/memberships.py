"""What is known of the operations of organization memberships, which are no kind."""

from __future__ import annotations

from typing import Any

from tests.conformance.sandbox.cases import (
    ORGANIZATION,
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    without_organizations,
)
from tests.conformance.sandbox.client import Client

_OF_ORGANIZATION = "/organizations/{}/memberships"
_ONE = f"{_OF_ORGANIZATION}/{{}}"


def list_memberships(client: Client) -> None:
    ann, bob = client.user(), client.make("/users", username="bob")["id"]
    id = client.organization(created_by=ann)
    client.member(id, bob)

    def members(**query: Any) -> list[str]:
        listed = client.clerk.organization_memberships.list(organization_id=id, **query)
        return [one.public_user_data.user_id for one in listed.data if one.public_user_data]

    assert members() == [bob, ann]
    assert members(order_by="+created_at") == [ann, bob]
    assert members(order_by="-username", limit=1) == [bob]
    assert members(offset=1) == [ann]
    assert members(role=["org:admin"]) == [ann]
    assert members(user_id=[f"-{ann}"]) == [bob]
    assert members(query="BOB", username=["bob"]) == [bob]
    assert members(created_at_before=1) == []


def create_membership(client: Client) -> None:
    user = client.user()
    made = client.clerk.organization_memberships.create(
        organization_id=client.organization(),
        user_id=user,
        role="org:admin",
        public_metadata={"a": {"b": [None]}},
        private_metadata={"c": 1.5},
    )
    assert (made.role, made.role_name) == ("org:admin", "Admin")
    assert "org:sys_memberships:manage" in made.permissions
    assert made.public_user_data
    assert made.public_user_data.user_id == user
    assert made.organization.name == "Acme"
    assert (made.public_metadata, made.private_metadata) == ({"a": {"b": [None]}}, {"c": 1.5})


def update_membership(client: Client) -> None:
    id, user = client.organization(), client.user()
    client.member(id, user)
    changed = client.clerk.organization_memberships.update(
        organization_id=id, user_id=user, role="org:admin"
    )
    assert (changed.role, changed.role_name) == ("org:admin", "Admin")


def merge_metadata(client: Client) -> None:
    id, user = client.organization(), client.user()
    client.member(id, user, public_metadata={"a": {"x": 1, "y": 2}})
    changed = client.clerk.organization_memberships.update_metadata(
        organization_id=id,
        user_id=user,
        public_metadata={"a": {"y": None}},
        private_metadata={"p": 1},
    )
    assert (changed.public_metadata, changed.private_metadata) == ({"a": {"x": 1}}, {"p": 1})


def delete_membership(client: Client) -> None:
    id, user = client.organization(), client.user()
    made = client.member(id, user)
    gone = client.clerk.organization_memberships.delete(organization_id=id, user_id=user)
    assert (gone.object, gone.id, gone.role) == (
        "organization_membership",
        made["id"],
        "org:member",
    )
    assert client.clerk.organization_memberships.list(organization_id=id).total_count == 0


def list_all(client: Client) -> None:
    ann = client.user()
    ids = [client.organization(name, created_by=ann) for name in ("Beta", "Alpha")]
    listed = client.clerk.users.get_instance_organization_memberships(order_by="+created_at")
    assert ([one.organization.id for one in listed.data], listed.total_count) == (ids, 2)
    (last,) = client.clerk.users.get_instance_organization_memberships(limit=1, offset=1).data
    assert last.organization.id == ids[0]


def list_of_user(client: Client) -> None:
    ann, bob = client.user(), client.user()
    ids = [client.organization(created_by=user) for user in (ann, bob)]
    client.member(ids[1], ann)
    listed = client.clerk.users.get_organization_memberships(user_id=ann)
    assert [(one.organization.id, one.role) for one in listed.data] == [
        (ids[1], "org:member"),
        (ids[0], "org:admin"),
    ]
    assert listed.total_count == 2


EXERCISES: dict[str, Exercise] = {
    f"GET {_OF_ORGANIZATION}": list_memberships,
    f"POST {_OF_ORGANIZATION}": create_membership,
    f"PATCH {_ONE}": update_membership,
    f"PATCH {_ONE}/metadata": merge_metadata,
    f"DELETE {_ONE}": delete_membership,
    "GET /organization_memberships": list_all,
    "GET /users/{}/organization_memberships": list_of_user,
}


def _member_at(client: Client) -> str:
    """A member who is not the only one to manage the others."""
    id, user = client.organization(created_by=client.user()), client.user()
    client.member(id, user, **_METADATA)
    return f"/organizations/{id}/memberships/{user}"


_METADATA = {"public_metadata": {"a": {"b": [1, None]}}, "private_metadata": {"ü": 1.5}}
TRIPS = {
    f"POST {_OF_ORGANIZATION}": Trip(
        {"user_id": "USER", "role": "org:admin", **_METADATA},
        hidden={"user_id": "is in `public_user_data`; test_operations has it"},
        at=lambda client: f"/organizations/{client.organization()}/memberships",
    ),
    f"PATCH {_ONE}": Trip({"role": "org:admin"}, at=_member_at),
    f"PATCH {_ONE}/metadata": Trip(
        {"public_metadata": {"z": 1}, "private_metadata": {"ü": None}},
        differs={"public_metadata": {"a": {"b": [1, None]}, "z": 1}, "private_metadata": {}},
        at=lambda client: f"{_member_at(client)}/metadata",
    ),
}


def _created(client: Client, id: str, user: str, role: str = "org:member") -> None:
    client.clerk.organization_memberships.create(organization_id=id, user_id=user, role=role)


def _twice(client: Client) -> None:
    user = client.user()
    _created(client, client.organization(created_by=user), user)


def _one_too_many(client: Client) -> None:
    id = client.organization(created_by=client.user(), max_allowed_memberships=1)
    _created(client, id, client.user())


def _last_manager(client: Client) -> tuple[str, str]:
    user = client.user()
    return client.organization(created_by=user), user


def _demoted(client: Client) -> None:
    id, user = _last_manager(client)
    client.clerk.organization_memberships.update(
        organization_id=id, user_id=user, role="org:member"
    )


def _removed(client: Client) -> None:
    id, user = _last_manager(client)
    client.clerk.organization_memberships.delete(organization_id=id, user_id=user)


REFUSED: dict[tuple[str, int], Refused] = {
    (f"GET {_OF_ORGANIZATION}", 404): not_there(
        lambda c: c.clerk.organization_memberships.list(organization_id=ORGANIZATION)
    ),
    (f"GET {_OF_ORGANIZATION}", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_memberships.list(
            organization_id=c.organization(), order_by="colour"
        ),
    ),
    (f"POST {_OF_ORGANIZATION}", 400): Refused("already_a_member_in_organization", _twice),
    (f"POST {_OF_ORGANIZATION}", 403): Refused(
        "organization_membership_quota_exceeded", _one_too_many
    ),
    (f"POST {_OF_ORGANIZATION}", 404): not_there(
        lambda c: _created(c, c.organization(), "user_" + UNKNOWN)
    ),
    (f"POST {_OF_ORGANIZATION}", 422): Refused(
        "form_param_missing",
        lambda c: c.send(
            "POST", f"/organizations/{c.organization()}/memberships", {"user_id": c.user()}
        ),
    ),
    (f"PATCH {_ONE}", 400): Refused("organization_minimum_permissions_needed", _demoted),
    (f"PATCH {_ONE}", 404): not_there(
        lambda c: c.clerk.organization_memberships.update(
            organization_id=c.organization(), user_id=c.user(), role="org:admin"
        )
    ),
    (f"PATCH {_ONE}", 422): Refused(
        "form_param_type_invalid", lambda c: c.send("PATCH", _member_at(c), {"role": True})
    ),
    (f"PATCH {_ONE}/metadata", 404): not_there(
        lambda c: c.clerk.organization_memberships.update_metadata(
            organization_id=c.organization(), user_id=c.user()
        )
    ),
    (f"PATCH {_ONE}/metadata", 422): Refused(
        "form_param_unknown",
        lambda c: c.send("PATCH", f"{_member_at(c)}/metadata", {"role": "org:admin"}),
    ),
    (f"DELETE {_ONE}", 400): Refused("organization_minimum_permissions_needed", _removed),
    (f"DELETE {_ONE}", 404): not_there(
        lambda c: c.clerk.organization_memberships.delete(
            organization_id=c.organization(), user_id=c.user()
        )
    ),
    ("GET /organization_memberships", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.users.get_instance_organization_memberships(order_by="role"),
    ),
    ("GET /users/{}/organization_memberships", 403): without_organizations(
        lambda c: c.clerk.users.get_organization_memberships(user_id=c.user())
    ),
    ("GET /users/{}/organization_memberships", 404): not_there(
        lambda c: c.clerk.users.get_organization_memberships(user_id="user_" + UNKNOWN)
    ),
}

NEVER: dict[tuple[str, int], str] = {
    (f"DELETE {_ONE}", 422): "the request has nothing in it that could be wrong",
}
