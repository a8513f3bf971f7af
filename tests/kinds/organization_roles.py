"""What organization roles give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
    UNKNOWN,
    Act,
    Exercise,
    Refused,
    Trip,
    not_there,
    twice,
    unentitled,
    without_organizations,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import names
from tests.faults.objects import ident
from tests.foresight.entries import GONE, Entry, Seen, Unseen
from tests.kinds import Faults, KindSample, Life, Many, Requests

PATH = "/organization_roles"
_ONE = f"{PATH}/{{}}"
_ASSOCIATION = f"{_ONE}/permissions/{{}}"
SALES = {"name": "Sales", "key": "org:sales"}
_ROLE, _PERMISSION = "role_" + UNKNOWN, "perm_" + UNKNOWN
_DOMAINS = "org:sys_domains:read"
BUILT_IN = ("org:admin", "org:member")
CREATORS = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")
"""What a role has to allow that is whoever's who makes an organization."""


def permission(client: Client, key: str = _DOMAINS) -> str:
    (admin,) = client.http.get(PATH, params={"query": "org:admin"}).json()["data"]
    return str(next(one["id"] for one in admin["permissions"] if one["key"] == key))


def role(client: Client, key: str) -> str:
    (found,) = client.http.get(PATH, params={"query": key}).json()["data"]
    return str(found["id"])


def list_roles(client: Client) -> None:
    listed = client.clerk.organization_roles.list(order_by="+key", limit=1)
    assert ([role.key for role in listed.data], listed.total_count) == (["org:admin"], 2)
    assert "org:sys_memberships:manage" in {p.key for p in listed.data[0].permissions}


def create_role(client: Client) -> None:
    made = client.clerk.organization_roles.create(
        name="Sales",
        key="org:sales",
        description="Sells",
        permissions=[permission(client)],
        include_in_initial_role_set=True,
    )
    assert (made.name, made.key, made.description) == ("Sales", "org:sales", "Sells")
    assert ([one.key for one in made.permissions], made.is_creator_eligible) == ([_DOMAINS], False)
    found = client.http.get("/role_sets/role_set:default").json()
    assert made.id in {one["id"] for one in found["roles"]}


def get_role(client: Client) -> None:
    made = client.make(PATH, **SALES)
    got = client.clerk.organization_roles.get(organization_role_id=made["id"])
    assert (got.id, got.key, got.description) == (made["id"], "org:sales", None)


def update_role(client: Client) -> None:
    made = client.make(PATH, **SALES)
    changed = client.clerk.organization_roles.update(
        organization_role_id=made["id"],
        name="Sellers",
        key="org:sellers",
        description="Sell",
        permissions=[permission(client)],
    )
    assert (changed.name, changed.key, changed.description) == ("Sellers", "org:sellers", "Sell")
    assert [one.key for one in changed.permissions] == [_DOMAINS]


def delete_role(client: Client) -> None:
    id = client.make(PATH, **SALES)["id"]
    gone = client.clerk.organization_roles.delete(organization_role_id=id)
    assert (gone.object, gone.id, gone.deleted) == ("role", id, True)
    assert client.clerk.organization_roles.list().total_count == 2


def assign_permission(client: Client) -> None:
    id = client.make(PATH, **SALES)["id"]
    changed = client.clerk.organization_roles.assign_permission(
        organization_role_id=id, permission_id=permission(client)
    )
    assert [one.key for one in changed.permissions] == [_DOMAINS]


def remove_permission(client: Client) -> None:
    made = client.make(PATH, **SALES, permissions=[permission(client)])
    changed = client.clerk.organization_roles.remove_permission(
        organization_role_id=made["id"], permission_id=permission(client)
    )
    assert changed.permissions == []


EXERCISES: dict[str, Exercise] = {
    f"GET {PATH}": list_roles,
    f"POST {PATH}": create_role,
    f"GET {_ONE}": get_role,
    f"PATCH {_ONE}": update_role,
    f"DELETE {_ONE}": delete_role,
    f"POST {_ASSOCIATION}": assign_permission,
    f"DELETE {_ASSOCIATION}": remove_permission,
}

TRIPS = {
    f"POST {PATH}": Trip(
        {**SALES, "description": "Sells", "permissions": [], "include_in_initial_role_set": True},
        hidden={"include_in_initial_role_set": "is in the set; test_operations has it"},
    ),
    f"PATCH {_ONE}": Trip(
        {"name": "Ünï", "key": "org:sellers", "description": "", "permissions": []},
        make=f"POST {PATH}",
    ),
}


def _take(client: Client) -> None:
    client.clerk.organization_roles.remove_permission(
        organization_role_id=role(client, "org:admin"),
        permission_id=permission(client, "org:sys_memberships:manage"),
    )


def _given(client: Client) -> None:
    client.clerk.organization_roles.assign_permission(
        organization_role_id=role(client, "org:admin"), permission_id=permission(client)
    )


def _of_nobody(verb: str, status: int) -> Refused:
    """An association of a role that is not there, or of none while organizations are off."""

    def act(client: Client) -> None:
        getattr(client.clerk.organization_roles, verb)(
            organization_role_id=_ROLE, permission_id=_PERMISSION
        )

    return not_there(act) if status == 404 else without_organizations(act)


_UPDATE_NOBODY: Act = lambda c: c.clerk.organization_roles.update(organization_role_id=_ROLE)  # noqa: E731
_DELETE_NOBODY: Act = lambda c: c.clerk.organization_roles.delete(organization_role_id=_ROLE)  # noqa: E731

REFUSED: dict[tuple[str, int], Refused] = {
    (f"GET {PATH}", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_roles.list(order_by="colour"),
    ),
    (f"POST {PATH}", 402): unentitled(create_role, "custom_roles"),
    (f"POST {PATH}", 403): Refused(
        "organization_instance_roles_quota_exceeded",
        lambda c: c.clerk.organization_roles.create(**SALES),
        {"max_roles": 0},
    ),
    (f"POST {PATH}", 404): not_there(
        lambda c: c.clerk.organization_roles.create(**SALES, permissions=[_PERMISSION])
    ),
    (f"POST {PATH}", 422): Refused(
        "form_already_exists",
        twice(lambda c, body: c.clerk.organization_roles.create(**body), SALES),
    ),
    (f"GET {_ONE}", 404): not_there(
        lambda c: c.clerk.organization_roles.get(organization_role_id=_ROLE)
    ),
    (f"PATCH {_ONE}", 403): without_organizations(_UPDATE_NOBODY),
    (f"PATCH {_ONE}", 404): not_there(_UPDATE_NOBODY),
    (f"PATCH {_ONE}", 422): Refused(
        "organization_missing_creator_role_permissions",
        lambda c: c.clerk.organization_roles.update(
            organization_role_id=role(c, "org:admin"), permissions=[]
        ),
    ),
    (f"DELETE {_ONE}", 403): without_organizations(_DELETE_NOBODY),
    (f"DELETE {_ONE}", 404): not_there(_DELETE_NOBODY),
    (f"DELETE {_ONE}", 422): Refused(
        "organization_role_default_creator_role",
        lambda c: c.clerk.organization_roles.delete(organization_role_id=role(c, "org:admin")),
    ),
    (f"POST {_ASSOCIATION}", 403): _of_nobody("assign_permission", 403),
    (f"POST {_ASSOCIATION}", 404): _of_nobody("assign_permission", 404),
    (f"POST {_ASSOCIATION}", 409): Refused(
        "organization_role_permission_association_exists", _given
    ),
    (f"DELETE {_ASSOCIATION}", 403): _of_nobody("remove_permission", 403),
    (f"DELETE {_ASSOCIATION}", 404): _of_nobody("remove_permission", 404),
    (f"DELETE {_ASSOCIATION}", 422): Refused(
        "organization_missing_creator_role_permissions", _take
    ),
}

NEVER = dict.fromkeys(
    ((f"GET {PATH}", 403), (f"GET {_ONE}", 403)),
    "roles can be read also where organizations are off",
)

_SALES_IN_A_SET = """\
organization_roles: [{key: 'org:sales', name: Sales}]
role_sets: [{key: 'role_set:default', roles: ['org:admin', 'org:member', 'org:sales']}]
"""
_ONE_BY_ONE = Unseen("clerkform sends all permissions of a role by one PATCH")
FORESEEN: dict[str, list[Entry]] = {
    "assign organization_role_permission_association_exists": [_ONE_BY_ONE],
    "take organization_role_permission_association_not_found": [_ONE_BY_ONE],
    "delete (varies)": [
        Seen(
            "organization_roles: [{key: 'org:sales', absent: true}]\n",
            "still-held",
            "plan",
            live=_SALES_IN_A_SET,
        )
    ],
    "find resource_not_found": [GONE],
    "keys_of resource_not_found": [
        Seen(
            "organization_roles: [{key: 'org:a', name: A, permissions: ['org:sys_no:no']}]\n",
            "reference-not-live",
            "plan",
        )
    ],
    "check_number organization_instance_roles_quota_exceeded": [
        Unseen("how many an account may have is its own, and who has paid for more has more")
    ],
}

LIFE = Life(
    listed=lambda clerk: [
        one for one in clerk.organization_roles.list(limit=500).data if one.key not in BUILT_IN
    ],
    key=lambda one: one.key,
    made="{key: 'org:sales', name: Sales, description: Sells., permissions: ['org:sys_domains:read']}",
    shows={"name": "Sales", "description": "Sells.", "is_creator_eligible": False},
    changed="{key: 'org:sales', name: Heads, description: '', permissions: ["
    "'org:sys_memberships:manage', 'org:sys_memberships:read', 'org:sys_profile:delete']}",
    changed_shows={"name": "Heads", "description": "", "is_creator_eligible": True},
    renamed="{key: 'org:sellers', lifecycle: {renamed_from: 'org:sales'}}",
    renamed_to="org:sellers",
    by_hand=lambda clerk: clerk.organization_roles.create(**SALES),
    other=lambda clerk: clerk.organization_roles.create(name="Other", key="org:other"),
    absent="{key: 'org:sales', absent: true}",
)

REQUESTS = Requests(
    created="""\
organization_roles:
  - key: org:sales
    name: Sales
    description: Sells.
    permissions: [org:invoices:read, org:sys_domains:read]
    include_in_initial_role_set: true
  - key: org:chief
    name: Chief
    permissions: [org:sys_memberships:manage, org:sys_memberships:read, org:sys_profile:delete]
""",
    changed="""\
organization_roles:
  - key: org:sellers
    name: Sellers
    description: ""
    permissions: [org:bills:read]
    lifecycle: {renamed_from: org:sales}
  - key: org:head
    name: Head
    description: Leads.
    permissions: [org:sys_memberships:manage, org:sys_memberships:read, org:sys_profile:delete, org:bills:read]
    lifecycle: {renamed_from: org:chief}
""",
    removed="""\
organization_roles: [{key: org:sellers, absent: true}, {key: org:head, absent: true}]
""",
    lost="{key: org:lost, name: Lost}",
)


def seeded(word: str, *permissions: str, **more: Any) -> dict[str, Any]:
    named = {"key": f"org:{word}", "name": word.title(), "permissions": [*permissions]}
    return {"id": ident("role", word), **named, **more}


FAULTS = Faults(
    manifest="""\
organization_roles:
  - {key: org:admin, name: Admin}
  - {key: org:made, name: Made, description: Made by an apply., permissions: [org:made:read]}
  - {key: org:edited, name: Edited, permissions: [org:renamed:read, org:same:read, org:sys_domains:read]}
  - {key: org:renamed, lifecycle: {renamed_from: org:former}}
  - {key: org:same, name: Same, permissions: [org:same:read]}
  - {key: org:gone, absent: true}
""",
    seed=[
        seeded("edited", "org:former:read", "org:gone:read", description="As it was."),
        seeded("former", "org:same:read"),
        seeded("same", "org:same:read"),
        seeded("gone", "org:gone:read"),
        seeded("bystander", "org:bystander:read", description="Nobody declares it."),
    ],
    touched=frozenset(ident("role", word) for word in ("edited", "former", "gone")),
    allowed=("--allow-lockout organization_roles/org:renamed",),
)


def as_creators_need(item: dict[str, Any]) -> dict[str, Any]:
    """The role of creators keeps what they need."""
    return {n: v for n, v in item.items() if n != "permissions" or item["key"] != "org:admin"}


SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    kept_nowhere={f"POST {_ASSOCIATION}": "has no body"},
    refused=REFUSED,
    never=NEVER,
    foreseen=FORESEEN,
    body=SALES,
    many=Many({"key": "org:it_{}", "name": "It {}"}, "{key: 'org:it_{}'}"),
    drawn={"key": st.from_regex(r"org:[a-z0-9_]{1,9}", fullmatch=True)},
    # Whether a set that is declared has the role, it says itself.
    served={"name": names, "include_in_initial_role_set": st.just(False)},
    mended=as_creators_need,
    wrong_forms={"key": "org:Sales"},
)
