"""What organizations give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
    ORGANIZATION,
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    unentitled,
    without_organizations,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import instants, names, users
from tests.faults.objects import ident, organization
from tests.foresight.entries import GONE, Entry, Met, Seen, Unseen
from tests.kinds import Faults, KindSample, Life, Many, Requests


def list_organizations(client: Client) -> None:
    ann = client.user()
    made = [client.organization("Beta", created_by=ann), client.organization("Alpha")]
    organizations = client.clerk.organizations

    def names(**query: Any) -> list[str]:
        return [organization.name for organization in organizations.list(**query).data]

    assert organizations.list().total_count == 2
    assert names() == ["Alpha", "Beta"]
    assert names(order_by="+name") == ["Alpha", "Beta"]
    assert names(order_by="-name") == ["Beta", "Alpha"]
    assert names(order_by="-members_count") == ["Beta", "Alpha"]
    assert names(query="ALPH") == ["Alpha"]
    assert names(query=made[0]) == ["Beta"]
    assert names(organization_id=[made[0]]) == ["Beta"]
    assert names(organization_id=[f"-{made[0]}"]) == ["Alpha"]
    assert names(user_id=[f"+{ann}"]) == ["Beta"]
    assert names(limit=1, offset=1) == ["Beta"]
    counted = organizations.list(include_members_count=True).data
    assert [organization.members_count for organization in counted] == [0, 1]
    asked = organizations.list(include_missing_member_with_elevated_permissions=True).data
    missing = [organization.missing_member_with_elevated_permissions for organization in asked]
    assert missing == [True, False]


def create_organization(client: Client) -> None:
    ann = client.user()
    made = client.clerk.organizations.create(
        request={
            "name": "Acme",
            "slug": "acme-1",
            "created_by": ann,
            "max_allowed_memberships": 0,
            "public_metadata": {"tier": {"level": 1}},
            "private_metadata": {"crm": [None, 1.5]},
            "created_at": "2020-01-02T03:04:05Z",
        }
    )
    assert (made.name, made.slug, made.created_by) == ("Acme", "acme-1", ann)
    assert made.max_allowed_memberships == 0
    assert made.public_metadata == {"tier": {"level": 1}}
    assert made.private_metadata == {"crm": [None, 1.5]}
    assert made.created_at == 1577934245000


def get_organization(client: Client) -> None:
    id = client.organization(slug="acme-1")
    organizations = client.clerk.organizations
    by_id = organizations.get(organization_id=id, include_members_count=True)
    assert (by_id.id, by_id.members_count) == (id, 0)
    assert organizations.get(organization_id="acme-1").id == id


def update_organization(client: Client) -> None:
    changed = client.clerk.organizations.update(
        organization_id=client.organization(),
        name="Acme Ltd",
        slug="acme-ltd",
        max_allowed_memberships=9,
        admin_delete_enabled=False,
    )
    assert (changed.name, changed.slug) == ("Acme Ltd", "acme-ltd")
    assert (changed.max_allowed_memberships, changed.admin_delete_enabled) == (9, False)


def delete_organization(client: Client) -> None:
    id = client.organization()
    gone = client.clerk.organizations.delete(organization_id=id)
    assert (gone.object, gone.id, gone.deleted) == ("organization", id, True)


def merge_metadata(client: Client) -> None:
    id = client.organization(public_metadata={"a": {"x": 1, "y": 2}, "b": 1})
    changed = client.clerk.organizations.merge_metadata(
        organization_id=id, public_metadata={"a": {"y": None, "z": [1]}}, private_metadata={"p": 1}
    )
    assert changed.public_metadata == {"a": {"x": 1, "z": [1]}, "b": 1}
    assert changed.private_metadata == {"p": 1}


def replace_metadata(client: Client) -> None:
    id = client.organization(public_metadata={"a": 1}, private_metadata={"p": 1})
    changed = client.clerk.organizations.replace_metadata(
        organization_id=id, public_metadata={"b": {"c": 2}}
    )
    assert (changed.public_metadata, changed.private_metadata) == ({"b": {"c": 2}}, {"p": 1})


EXERCISES: dict[str, Exercise] = {
    "GET /organizations": list_organizations,
    "POST /organizations": create_organization,
    "GET /organizations/{}": get_organization,
    "PATCH /organizations/{}": update_organization,
    "DELETE /organizations/{}": delete_organization,
    "PATCH /organizations/{}/metadata": merge_metadata,
    "PUT /organizations/{}/metadata": replace_metadata,
}

TRIPS = {
    "POST /organizations": Trip(
        {
            "name": "Acme Ü",
            "slug": "acme-1",
            "max_allowed_memberships": 0,
            "public_metadata": {"a": {"b": [1, None]}},
            "private_metadata": {"ü": 1.5},
            "created_by": "USER",
            "created_at": "2020-01-02T03:04:05.678+01:00",
            "role_set_key": "role_set:default",
        },
        differs={"created_at": 1577930645678},
    ),
    "PATCH /organizations/{}": Trip(
        {
            "name": "Acme Ltd",
            "slug": "acme-ltd",
            "max_allowed_memberships": 20,
            "admin_delete_enabled": False,
            "created_at": "2021-01-01T00:00:00Z",
            "role_set_key": "role_set:default",
        },
        differs={"created_at": 1609459200000},
        never_sent=dict.fromkeys(
            ("public_metadata", "private_metadata"), "an organization's PATCH refuses them now"
        ),
        make="POST /organizations",
    ),
    "PATCH /organizations/{}/metadata": Trip(
        {"public_metadata": {"z": 1}, "private_metadata": {"ü": None}},
        differs={"public_metadata": {"a": {"b": [1, None]}, "z": 1}, "private_metadata": {}},
        make="POST /organizations",
    ),
    "PUT /organizations/{}/metadata": Trip(
        {"public_metadata": {"z": {"y": None}}, "private_metadata": {}},
        make="POST /organizations",
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /organizations", 403): without_organizations(lambda c: c.clerk.organizations.list()),
    ("GET /organizations", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.organizations.list(order_by="colour")
    ),
    ("POST /organizations", 400): Refused(
        "organization_creator_not_found",
        lambda c: c.clerk.organizations.create(
            request={"name": "Acme", "created_by": "user_" + UNKNOWN}
        ),
    ),
    ("POST /organizations", 402): unentitled(create_organization, "organizations"),
    ("POST /organizations", 403): Refused(
        "organization_slugs_disabled",
        lambda c: c.clerk.organizations.create(request={"name": "Acme", "slug": "acme"}),
        {"slugs": False},
    ),
    ("POST /organizations", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organizations.create(request={"name": "see https://a.example"}),
    ),
    ("GET /organizations/{}", 403): without_organizations(
        lambda c: c.clerk.organizations.get(organization_id="acme")
    ),
    ("GET /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.get(organization_id="acme")
    ),
    ("PATCH /organizations/{}", 402): unentitled(
        lambda c: c.clerk.organizations.update(organization_id="org_" + UNKNOWN, name="Acme"),
        "organizations",
    ),
    ("PATCH /organizations/{}", 403): without_organizations(
        lambda c: c.clerk.organizations.update(organization_id=ORGANIZATION, name="Acme")
    ),
    ("PATCH /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.update(organization_id=ORGANIZATION, name="Acme")
    ),
    ("PATCH /organizations/{}", 422): Refused(
        "form_param_max_length_exceeded",
        lambda c: c.clerk.organizations.update(organization_id=c.organization(), name="a" * 257),
    ),
    ("DELETE /organizations/{}", 404): not_there(
        lambda c: c.clerk.organizations.delete(organization_id="acme")
    ),
    ("PATCH /organizations/{}/metadata", 404): not_there(
        lambda c: c.clerk.organizations.merge_metadata(organization_id=ORGANIZATION)
    ),
    ("PATCH /organizations/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.organizations.merge_metadata(
            organization_id=c.organization(), public_metadata={"a": "x" * 8192}
        ),
    ),
    ("PUT /organizations/{}/metadata", 404): not_there(
        lambda c: c.clerk.organizations.replace_metadata(organization_id=ORGANIZATION)
    ),
    ("PUT /organizations/{}/metadata", 422): Refused(
        "form_param_exceeds_allowed_size",
        lambda c: c.clerk.organizations.replace_metadata(
            organization_id=c.organization(), private_metadata={"a": "x" * 8192}
        ),
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "plain_name form_param_value_invalid": [
        Seen("organizations: [{slug: acme, name: ' '}]\n", "wrong-value"),
        Seen("organizations: [{slug: acme, name: 'Acme <b>'}]\n", "wrong-value"),
    ],
    "get resource_not_found": [GONE],
    "create organization_creator_not_found": [
        Unseen("no plan reads users, of whom there may be millions")
    ],
    "find resource_not_found": [GONE],
    "checked_slug organization_slugs_disabled": [
        Unseen("the instance's settings say it, which are no kind yet and no plan reads")
    ],
    "checked_slug (varies)": [
        Met("organizations: [{slug: a, name: A}]\n", "organizations: [{slug: a, name: A}]\n")
    ],
}

LIFE = Life(
    listed=lambda clerk: clerk.organizations.list(limit=500).data,
    key=lambda one: one.slug,
    made="{slug: acme, name: Acme, admin_delete_enabled: false, public_metadata: {tier: pro},"
    " created_at: '2012-10-20T07:15:20.902Z'}",
    shows={
        "name": "Acme",
        "admin_delete_enabled": False,
        "public_metadata": {"tier": "pro"},
        "created_at": 1350717320902,
    },
    changed="{slug: acme, name: Acme Inc, max_allowed_memberships: 0,"
    " public_metadata: {tier: null, seats: {paid: 3}}, private_metadata: {crm: 7}}",
    changed_shows={
        "name": "Acme Inc",
        "max_allowed_memberships": 0,
        "public_metadata": {"seats": {"paid": 3}},
        "private_metadata": {"crm": 7},
    },
    renamed="{slug: acme-inc, lifecycle: {renamed_from: acme}}",
    renamed_to="acme-inc",
    by_hand=lambda clerk: clerk.organizations.create(
        request={"name": "Acme Limited", "slug": "acme", "public_metadata": {"kept": True}}
    ),
    keeps={"public_metadata": {"tier": "pro", "kept": True}},
    other=lambda clerk: clerk.organizations.create(request={"name": "Other"}),
    absent="{slug: acme, absent: true}",
)

REQUESTS = Requests(
    created="""\
organizations:
  - slug: acme
    name: Acme
    max_allowed_memberships: 0
    admin_delete_enabled: false
    role_set_key: role_set:default
    public_metadata: {tier: enterprise, gone: null}
    private_metadata: {crm: {id: 7}}
    created_by: USER
    created_at: "2012-10-20T07:15:20.902Z"
""",
    changed="""\
organizations:
  - slug: acme-inc
    lifecycle: {renamed_from: acme}
    name: Acme Inc
    max_allowed_memberships: 25
    admin_delete_enabled: true
    role_set_key: role_set:default
    public_metadata: {tier: null, size: {people: 40}}
    private_metadata: {crm: {id: null}}
    created_at: "2012-10-20T07:15:20.903Z"
""",
    removed="""\
organizations: [{slug: acme-inc, absent: true}]
""",
    lost="{slug: acme, name: Acme}",
)

FAULTS = Faults(
    manifest="""\
organizations:
  - slug: made
    name: Made
    max_allowed_memberships: 25
    admin_delete_enabled: false
    public_metadata: {tier: enterprise}
    private_metadata: {margin: margin-nobody-sees-0815}
  - slug: edited
    name: Edited
    max_allowed_memberships: 50
    public_metadata: {tier: enterprise, trial: null}
    private_metadata: {churn: churn-nobody-sees-4711}
  - {slug: same, name: Same}
  - {slug: gone, absent: true}
""",
    seed=[
        organization(
            "edited",
            name="Before",
            public_metadata={"tier": "free", "trial": True, "theirs": 1},
            private_metadata={"churn": "low", "theirs": [1, None]},
        ),
        organization("same", private_metadata={"theirs": "kept"}),
        organization("gone"),
        organization("bystander", public_metadata={"theirs": "kept"}),
        # Their members have roles and sets that the manifests change, without a word of them.
        organization("kept_set", role_set_key="role_set:edited"),
        organization("other_set", role_set_key="role_set:gone"),
    ],
    touched=frozenset(ident("org", word) for word in ("edited", "gone", "other_set")),
    allowed=("--allow-delete organizations/gone",),
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    undriven={
        **dict.fromkeys(
            ("PUT /organizations/{}/logo", "DELETE /organizations/{}/logo"),
            "no manifest has pictures",
        ),
        **dict.fromkeys(
            (
                "GET /organizations/{}/billing/subscription",
                "GET /organizations/{}/billing/credits",
                "POST /organizations/{}/billing/credits",
            ),
            "no manifest pays",
        ),
    },
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"name": "Acme", "created_by": "USER"},
    many=Many({"slug": "org-{}", "name": "Org {}"}, "{slug: org-{}}", declared=5),
    drawn={"created_at": instants},
    served={
        "created_by": users,
        "name": names,
        "max_allowed_memberships": st.just(0) | st.integers(10, 100),
        "role_set_key": st.just("role_set:default"),
    },
    wrong_forms={"slug": "Acme"},
    undocumented={"self_serve_sso_enabled": "a later edition of the document has it"},
)
