"""What is known of the operations of organization invitations, which are no kind."""

from __future__ import annotations

from typing import Any

from clerk_backend_api import models

from tests.conformance.sandbox.cases import (
    ORGANIZATION,
    UNKNOWN,
    Act,
    Exercise,
    Refused,
    Trip,
    not_there,
    unentitled,
    without_organizations,
)
from tests.conformance.sandbox.client import Client

_OF_ORGANIZATION = "/organizations/{}/invitations"
_ONE = f"{_OF_ORGANIZATION}/{{}}"
_OF_USER = "/users/{}/organization_invitations"
_EVE = {"email_address": "eve@x.example", "role": "org:member"}


def invited(client: Client, id: str | None = None, **body: Any) -> dict[str, Any]:
    path = f"/organizations/{id or client.organization()}/invitations"
    return client.make(path, **{**_EVE, **body})


def list_invitations(client: Client) -> None:
    id = client.organization()
    bob = invited(client, id, email_address="bob@x.example")["id"]
    eve = invited(client, id)["id"]
    client.make(f"/organizations/{id}/invitations/{bob}/revoke")

    def ids(**query: Any) -> list[str]:
        listed = client.clerk.organization_invitations.list(organization_id=id, **query)
        return [one.id for one in listed.data]

    assert ids() == [eve, bob]
    assert ids(order_by="+email_address") == [bob, eve]
    assert ids(status=models.ListOrganizationInvitationsQueryParamStatus.REVOKED) == [bob]
    assert ids(email_address="eve@x.example") == [eve]
    assert ids(limit=1, offset=1) == [bob]


def create_invitation(client: Client) -> None:
    ann = client.make("/users", username="ann", first_name="Ann")["id"]
    made = client.clerk.organization_invitations.create(
        organization_id=client.organization(created_by=ann),
        email_address="Eve@x.example",
        role="org:admin",
        inviter_user_id=ann,
        public_metadata={"a": {"b": [None]}},
        private_metadata={"c": 1.5},
        redirect_url="https://a.example/join",
        expires_in_days=7,
        notify=False,
    )
    assert (made.email_address, made.role, made.role_name) == (
        "eve@x.example",
        "org:admin",
        "Admin",
    )
    assert (made.status, made.url, made.inviter_id) == ("pending", None, ann)
    assert made.public_inviter_data
    inviter = made.public_inviter_data
    assert (inviter.user_id, inviter.first_name, inviter.identifier) == (ann, "Ann", "ann")
    assert made.expires_at == made.created_at + 7 * 24 * 60 * 60 * 1000
    assert (made.public_metadata, made.private_metadata) == ({"a": {"b": [None]}}, {"c": 1.5})


def create_several(client: Client) -> None:
    made = client.clerk.organization_invitations.bulk_create(
        organization_id=client.organization(),
        request_body=[
            {"email_address": "ann@x.example", "role": "org:admin"},
            {"email_address": "bob@x.example", "role": "org:member", "notify": False},
        ],
    )
    assert [(one.email_address, one.role) for one in made.data] == [
        ("ann@x.example", "org:admin"),
        ("bob@x.example", "org:member"),
    ]
    assert made.total_count == 2


def list_pending(client: Client) -> None:
    id = client.organization()
    gone = invited(client, id)["id"]
    client.make(f"/organizations/{id}/invitations/{gone}/revoke")
    made = invited(client, id)["id"]
    listed = client.clerk.organization_invitations.list_pending(organization_id=id)
    assert ([one.id for one in listed.data], listed.total_count) == ([made], 1)


def get_invitation(client: Client) -> None:
    made = invited(client)
    got = client.clerk.organization_invitations.get(
        organization_id=made["organization_id"], invitation_id=made["id"]
    )
    assert (got.id, got.email_address, got.status) == (made["id"], "eve@x.example", "pending")


def revoke_invitation(client: Client) -> None:
    ann = client.user()
    made = invited(client, client.organization(created_by=ann))
    gone = client.clerk.organization_invitations.revoke(
        organization_id=made["organization_id"], invitation_id=made["id"], requesting_user_id=ann
    )
    assert (gone.id, gone.status) == (made["id"], "revoked")


def list_all(client: Client) -> None:
    ids = [client.organization(name) for name in ("Beta", "Alpha")]
    for number, id in enumerate(ids):
        invited(client, id, email_address=f"{number}@x.example")

    def names(**query: Any) -> list[str]:
        listed = client.clerk.organization_invitations.get_all(**query)
        return [
            one.public_organization_data.name for one in listed.data if one.public_organization_data
        ]

    assert names() == ["Alpha", "Beta"]
    assert names(order_by="+email_address") == ["Beta", "Alpha"]
    assert names(query="0@X") == ["Beta"]
    expired = models.ListInstanceOrganizationInvitationsQueryParamStatus.EXPIRED
    assert names(status=expired) == []
    assert names(limit=1, offset=1) == ["Beta"]


def list_of_user(client: Client) -> None:
    eve = client.make("/users", email_address=["eve@x.example"])["id"]
    made = invited(client)
    invited(client, made["organization_id"], email_address="bob@x.example")
    listed = client.clerk.users.get_organization_invitations(user_id=eve)
    (found,) = listed.data
    assert (found.id, listed.total_count) == (made["id"], 1)
    assert found.public_organization_data
    assert found.public_organization_data.id == made["organization_id"]
    accepted = models.UsersGetOrganizationInvitationsQueryParamStatus.ACCEPTED
    listed = client.clerk.users.get_organization_invitations(user_id=eve, status=accepted)
    assert listed.data == []


EXERCISES: dict[str, Exercise] = {
    f"GET {_OF_ORGANIZATION}": list_invitations,
    f"POST {_OF_ORGANIZATION}": create_invitation,
    f"POST {_OF_ORGANIZATION}/bulk": create_several,
    f"GET {_OF_ORGANIZATION}/pending": list_pending,
    f"GET {_ONE}": get_invitation,
    f"POST {_ONE}/revoke": revoke_invitation,
    "GET /organization_invitations": list_all,
    f"GET {_OF_USER}": list_of_user,
}

TRIPS = {
    f"POST {_OF_ORGANIZATION}": Trip(
        {
            **_EVE,
            "public_metadata": {"a": {"b": [1, None]}},
            "private_metadata": {"ü": 1.5},
            "redirect_url": "https://a.example/join",
            "expires_in_days": 365,
            "notify": False,
        },
        hidden={
            "redirect_url": "is for whoever accepts, which nobody can here",
            "expires_in_days": "comes back as `expires_at`; test_operations has it",
            "notify": "no mail is sent",
        },
        never_sent={"inviter_user_id": "comes back as `inviter_id`; test_operations has it"},
        at=lambda client: f"/organizations/{client.organization()}/invitations",
    ),
}
NO_TRIP: dict[str, str] = {
    f"POST {_OF_ORGANIZATION}/bulk": "takes a list of what the call for one takes",
    f"POST {_ONE}/revoke": "keeps nothing of what it is sent",
}


def _create(client: Client, id: str, **body: Any) -> None:
    client.clerk.organization_invitations.create(organization_id=id, **{**_EVE, **body})


def _several(client: Client, id: str, *emails: str) -> None:
    client.clerk.organization_invitations.bulk_create(
        organization_id=id,
        request_body=[{"email_address": email, "role": "org:member"} for email in emails],
    )


def _in_full(create: Act) -> Act:
    """``create`` before an organization, the next to be found, that has its one member."""

    def act(client: Client) -> object:
        client.organization(slug="acme", created_by=client.user(), max_allowed_memberships=1)
        return create(client)

    return act


def _revoke(client: Client, made: dict[str, Any], user: str | None = None) -> None:
    client.clerk.organization_invitations.revoke(
        organization_id=made["organization_id"],
        invitation_id=made["id"],
        requesting_user_id=user,
    )


def _revoke_twice(client: Client) -> None:
    made = invited(client)
    client.make(f"/organizations/{made['organization_id']}/invitations/{made['id']}/revoke")
    _revoke(client, made)


_QUOTA = "organization_membership_quota_exceeded"
REFUSED: dict[tuple[str, int], Refused] = {
    (f"GET {_OF_ORGANIZATION}", 404): not_there(
        lambda c: c.clerk.organization_invitations.list(organization_id=ORGANIZATION)
    ),
    (f"GET {_OF_ORGANIZATION}", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_invitations.list(
            organization_id=c.organization(), order_by="role"
        ),
    ),
    (f"POST {_OF_ORGANIZATION}", 400): Refused(
        "organization_invitation_not_unique",
        lambda c: _create(c, invited(c)["organization_id"]),
    ),
    (f"POST {_OF_ORGANIZATION}", 402): unentitled(
        lambda c: _create(c, ORGANIZATION), "organizations"
    ),
    (f"POST {_OF_ORGANIZATION}", 403): Refused(_QUOTA, _in_full(lambda c: _create(c, c.acme()))),
    (f"POST {_OF_ORGANIZATION}", 404): not_there(lambda c: _create(c, ORGANIZATION)),
    (f"POST {_OF_ORGANIZATION}", 422): Refused(
        "form_param_format_invalid",
        lambda c: _create(c, c.organization(), email_address="nobody"),
    ),
    (f"POST {_OF_ORGANIZATION}/bulk", 400): Refused(
        "bulk_size_exceeded",
        lambda c: _several(c, c.organization(), *(f"{n}@x.example" for n in range(11))),
    ),
    (f"POST {_OF_ORGANIZATION}/bulk", 403): Refused(
        _QUOTA, _in_full(lambda c: _several(c, c.acme(), "eve@x.example"))
    ),
    (f"POST {_OF_ORGANIZATION}/bulk", 404): not_there(
        lambda c: _several(c, ORGANIZATION, "eve@x.example")
    ),
    (f"POST {_OF_ORGANIZATION}/bulk", 422): Refused(
        "form_param_format_invalid", lambda c: _several(c, c.organization(), "nobody")
    ),
    (f"GET {_OF_ORGANIZATION}/pending", 404): not_there(
        lambda c: c.clerk.organization_invitations.list_pending(organization_id=ORGANIZATION)
    ),
    (f"GET {_ONE}", 403): without_organizations(
        lambda c: c.clerk.organization_invitations.get(
            organization_id=ORGANIZATION, invitation_id="orginv_" + UNKNOWN
        )
    ),
    (f"GET {_ONE}", 404): Refused(
        "organization_invitation_not_found",
        lambda c: c.clerk.organization_invitations.get(
            organization_id=c.organization(), invitation_id="orginv_" + UNKNOWN
        ),
    ),
    (f"POST {_ONE}/revoke", 403): Refused(
        "not_a_member_in_organization", lambda c: _revoke(c, invited(c), c.user())
    ),
    (f"POST {_ONE}/revoke", 404): Refused("organization_invitation_not_pending", _revoke_twice),
    ("GET /organization_invitations", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_invitations.get_all(order_by="role"),
    ),
    (f"GET {_OF_USER}", 403): without_organizations(
        lambda c: c.clerk.users.get_organization_invitations(user_id=c.user())
    ),
    (f"GET {_OF_USER}", 404): not_there(
        lambda c: c.clerk.users.get_organization_invitations(user_id="user_" + UNKNOWN)
    ),
}

NEVER: dict[tuple[str, int], str] = {
    (
        "GET /organization_invitations",
        404,
    ): "it is the list of all, of nothing that could be missing",
}
