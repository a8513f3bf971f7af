"""What organization memberships give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from clerk_backend_api import Clerk
from hypothesis import strategies as st

from clerkform.sandbox import Store, members
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
from tests.drawn_values import users
from tests.faults.objects import ANN, BEN, CID, ident
from tests.foresight.entries import GONE, USER, Entry, Met, Seen, Unseen
from tests.kinds import HEIR, SUBJECT, Faults, KindSample, Life, Many, Requests

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

A_USER = {"users": [{"id": USER}]}
MEMBER = f"""\
organization_memberships: [{{organization: acme, user: {USER}, role: ROLE}}]
organizations: [{{slug: acme, name: Acme}}]
"""
AN_ADMIN, A_MEMBER = (MEMBER.replace("ROLE", key) for key in ("org:admin", "org:member"))
FORESEEN: dict[str, list[Entry]] = {
    "create resource_not_found": [
        Unseen("no plan reads users but those whom it names by an e-mail address")
    ],
    "find resource_not_found": [GONE],
    "already already_a_member_in_organization": [Met(AN_ADMIN, AN_ADMIN, A_USER)],
    "check_room organization_membership_quota_exceeded": [
        Unseen("how many are members and are asked is counted before an organization goes, alone")
    ],
    "refuse_last organization_minimum_permissions_needed": [
        Seen(A_MEMBER, "none-left", "plan", live=AN_ADMIN, seed=A_USER),
    ],
}


def members_of(clerk: Clerk, slug: str = "acme") -> list[Any]:
    id = clerk.organizations.get(organization_id=slug).id
    return clerk.organization_memberships.list(organization_id=id, limit=500).data


def user_id(one: Any) -> str:
    return str(one.public_user_data.user_id)


def join(clerk: Clerk, user: str, **more: Any) -> Any:
    id = clerk.organizations.get(organization_id="acme").id
    body = {"organization_id": id, "user_id": user, "role": "org:member", **more}
    return clerk.organization_memberships.create(**body)


LIFE = Life(
    listed=members_of,
    owner="organization: acme",
    before=lambda clerk: clerk.organizations.create(request={"name": "Acme", "slug": "acme"}),
    beside="organizations: [{slug: acme, external: true}]\n",
    key=user_id,
    made=f"{{organization: acme, user: {SUBJECT}, role: 'org:member',"
    " public_metadata: {team: sales}, private_metadata: {cost: 3}}",
    shows={
        "role": "org:member",
        "public_metadata": {"team": "sales"},
        "private_metadata": {"cost": 3},
    },
    changed=f"{{organization: acme, user: {SUBJECT}, role: 'org:admin',"
    " public_metadata: {team: null, desk: {row: 2}}, private_metadata: {cost: 4}}",
    changed_shows={
        "role": "org:admin",
        "public_metadata": {"desk": {"row": 2}},
        "private_metadata": {"cost": 4},
    },
    renamed=f"{{organization: acme, user: {HEIR}, role: 'org:member',"
    f" lifecycle: {{renamed_from: {SUBJECT}}}}}",
    renamed_to=HEIR,
    stays=False,
    by_hand=lambda clerk: join(clerk, SUBJECT, public_metadata={"kept": True}),
    keeps={"public_metadata": {"team": "sales", "kept": True}},
    other=lambda clerk: join(clerk, clerk.users.create(username="other").id),
    absent=f"{{organization: acme, user: {SUBJECT}, absent: true}}",
)

REQUESTS = Requests(
    created="""\
organization_memberships:
  - organization: acme
    user: {email_address: Other@Example.com}
    role: org:member
    public_metadata: {team: sales, gone: null}
    private_metadata: {cost: {centre: 7}}
""",
    changed="""\
organization_memberships:
  - organization: acme-inc
    user: {email_address: other@example.com}
    role: org:admin
    public_metadata: {team: null, desk: {row: 2}}
    private_metadata: {cost: {centre: null}}
  - {organization: acme-inc, user: USER, absent: true}
""",
    removed="""\
organization_memberships:
  - {organization: acme-inc, user: {email_address: other@example.com}, absent: true}
""",
    lost="{organization: members, user: USER, role: 'org:member'}",
    beside="organizations: [{slug: members, name: Members}]\n",
)


def member(word: str, organization: str, user: str, role: str, **more: Any) -> dict[str, Any]:
    body = {"organization": organization, "user_id": user, "role": role, **more}
    return {"id": ident("orgmem", word), **body}


FAULTS = Faults(
    manifest=f"""\
organization_memberships:
  - organization: made
    user: USER
    role: org:admin
    public_metadata: {{team: made}}
  - organization: edited
    user: {BEN}
    role: org:admin
    public_metadata: {{team: sales, trial: null}}
  - {{organization: edited, user: USER, absent: true}}
  - {{organization: same, user: USER, role: org:admin}}
""",
    seed=[
        member("before", "edited", ANN, "org:admin"),
        member(
            "edited",
            "edited",
            BEN,
            "org:member",
            public_metadata={"team": "none", "trial": True, "theirs": 1},
        ),
        member("same", "same", ANN, "org:admin", private_metadata={"theirs": "kept"}),
        member("beside", "same", BEN, "org:member", public_metadata={"theirs": [1, None]}),
        member("bystander", "bystander", ANN, "org:admin"),
        member("gone", "gone", ANN, "org:admin"),
        member("ann_kept", "kept_set", ANN, "org:admin"),
        member("ben_kept", "kept_set", BEN, "org:gone"),
        member("cid_kept", "kept_set", CID, "org:former"),
        member("ann_other", "other_set", ANN, "org:admin"),
        member("ben_other", "other_set", BEN, "org:member"),
    ],
    touched=frozenset(
        ident("orgmem", word)
        for word in ("before", "edited", "gone", "ben_kept", "cid_kept", "ben_other")
    ),
    allowed=(
        f"--allow-weakening organization_memberships/made/{ANN}",
        f"--allow-weakening organization_memberships/edited/{BEN}",
        # Where an answer does not say what the role is, the declared one counts as another.
        f"--allow-weakening organization_memberships/same/{ANN}",
    ),
)


def put(store: Store, count: int) -> None:
    """As many users who are members of the last of as many organizations."""
    user, organization = store.select("users")[0], store.find("organizations", "slug", "org-500")
    assert organization
    with store.transaction(write=True):
        for at in range(count):
            store.insert("users", {**user, "id": f"user_{at:027}"}, created_at=at)
            members.add(store, organization["id"], f"user_{at:027}", "org:member")


SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    never={
        (f"DELETE {_ONE}", 422): "the request has nothing in it that could be wrong",
    },
    foreseen=FORESEEN,
    body={"user_id": "OTHER", "role": "org:member"},
    many=Many({}, f"{{organization: org-500, user: user_{500:027}}}", put=put),
    drawn={"user": users, "role": st.sampled_from(["org:admin", "org:member"])},
    # Those of every set that is drawn.
    served={"role": st.sampled_from(["org:admin", "org:member"])},
    not_declared={"user_id": "it is `user`, as the organization is `organization`"},
)
