"""What role sets give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from clerk_backend_api import models
from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
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
from tests.foresight.entries import GONE, NOT_SENT, Entry, Seen, Unseen
from tests.kinds import Faults, KindSample, Life, Many, Requests

PATH = "/role_sets"
_ONE = f"{PATH}/{{}}"
_BY_EITHER = f"{PATH}/{{role_set_key_or_id}}"
_DEFAULT, _NOBODY = "role_set:default", "role_set:nobody"
TEAM: dict[str, Any] = {
    "name": "Team",
    "key": "role_set:team",
    "roles": ["org:admin", "org:member"],
    "default_role_key": "org:member",
    "creator_role_key": "org:admin",
}


def sales(client: Client) -> str:
    """Of a role that no set has."""
    return str(client.make("/organization_roles", name="Sales", key="org:sales")["key"])


def list_sets(client: Client) -> None:
    team = client.make(PATH, **TEAM)
    listed = client.clerk.role_sets.list(order_by="+key", limit=1)
    assert ([one.key for one in listed.data], listed.total_count) == ([_DEFAULT], 2)
    assert [one.id for one in client.clerk.role_sets.list(offset=1, order_by="key").data] == [
        team["id"]
    ]
    assert client.clerk.role_sets.list(query="TEAM").total_count == 1


def create_set(client: Client) -> None:
    made = client.clerk.role_sets.create(
        **TEAM, description="d", type_=models.CreateRoleSetType.INITIAL
    )
    assert (made.name, made.key, made.description) == ("Team", "role_set:team", "d")
    assert [one.key for one in made.roles] == TEAM["roles"]
    assert made.type.value == "initial"
    assert made.default_role
    assert made.creator_role
    assert (made.default_role.key, made.creator_role.key) == ("org:member", "org:admin")
    assert client.http.get(f"{PATH}/{_DEFAULT}").json()["type"] == "custom"


def get_set(client: Client) -> None:
    made = client.make(PATH, **TEAM)
    acme = client.organization(role_set_key=made["key"], created_by=client.user())
    for name in (made["id"], made["key"]):
        got = client.clerk.role_sets.get(role_set_key_or_id=name)
        assert (got.id, got.name) == (made["id"], "Team")
        assert [one.members_count for one in got.roles] == [1, 0]
        assert [one.has_members for one in got.roles] == [True, False]
    assert client.http.get(f"/organizations/{acme}").json()["role_set_key"] == made["key"]


def update_set(client: Client) -> None:
    made = client.make(PATH, **TEAM)
    changed = client.clerk.role_sets.update(
        role_set_key_or_id=made["key"],
        name="Crew",
        key="role_set:crew",
        description="d",
        type_=models.UpdateRoleSetType.INITIAL,
        default_role_key="org:admin",
    )
    assert (changed.name, changed.key, changed.type.value) == ("Crew", "role_set:crew", "initial")
    assert changed.default_role
    assert changed.default_role.key == "org:admin"


def add_roles(client: Client) -> None:
    key = sales(client)
    changed = client.clerk.role_sets.add_roles(
        role_set_key_or_id=_DEFAULT, role_keys=[key], default_role_key=key
    )
    assert [one.key for one in changed.roles] == ["org:admin", "org:member", key]
    assert changed.default_role
    assert changed.default_role.key == key


def replace_role(client: Client) -> None:
    id, user = client.organization(), client.user()
    client.member(id, user)
    changed = client.clerk.role_sets.replace_role(
        role_set_key_or_id=_DEFAULT, role_key="org:member", to_role_key="org:admin"
    )
    assert [(one.key, one.members_count) for one in changed.roles] == [("org:admin", 1)]
    assert changed.default_role
    assert changed.default_role.key == "org:admin"
    (found,) = client.http.get(f"/organizations/{id}/memberships").json()["data"]
    assert found["role"] == "org:admin"


def replace_set(client: Client) -> None:
    made = client.make(PATH, **{**TEAM, "roles": [*TEAM["roles"], sales(client)]})
    id, user = client.organization(role_set_key=made["key"]), client.user()
    client.member(id, user, role="org:sales")
    gone = client.clerk.role_sets.replace(
        role_set_key_or_id=made["key"],
        dest_role_set_key=_DEFAULT,
        reassignment_mappings={"org:sales": "org:member"},
    )
    assert (gone.object, gone.id, gone.deleted) == ("role_set", made["id"], True)
    (found,) = client.http.get(f"/organizations/{id}/memberships").json()["data"]
    assert (found["role"], found["organization"]["role_set_key"]) == ("org:member", _DEFAULT)


EXERCISES: dict[str, Exercise] = {
    f"GET {PATH}": list_sets,
    f"POST {PATH}": create_set,
    f"GET {_ONE}": get_set,
    f"PATCH {_ONE}": update_set,
    f"POST {_ONE}/roles": add_roles,
    f"POST {_ONE}/roles/replace": replace_role,
    f"POST {_ONE}/replace": replace_set,
}

_OBJECTS = {
    "default_role_key": "comes back as `default_role`; test_operations has it",
    "creator_role_key": "comes back as `creator_role`; test_operations has it",
}
TRIPS = {
    f"POST {PATH}": Trip(
        {**TEAM, "description": "d", "type": "initial"},
        hidden={**_OBJECTS, "roles": "are objects; test_operations has them"},
    ),
    f"PATCH {_ONE}": Trip(
        {
            "name": "Ünï",
            "key": "role_set:crew",
            "description": "",
            "type": "initial",
            "default_role_key": "org:admin",
            "creator_role_key": "org:admin",
        },
        hidden=_OBJECTS,
        make=f"POST {PATH}",
    ),
}
NO_TRIP = dict.fromkeys(
    (f"POST {_ONE}/roles", f"POST {_ONE}/roles/replace", f"POST {_ONE}/replace"),
    "takes keys of what the answer has whole; test_operations has it",
)

_KEYS = {"role_key": "org:member", "to_role_key": "org:admin"}
_ON_NOBODY: dict[str, Act] = {
    f"PATCH {_ONE}": lambda c: c.clerk.role_sets.update(role_set_key_or_id=_NOBODY),
    f"POST {_ONE}/roles": lambda c: c.clerk.role_sets.add_roles(
        role_set_key_or_id=_NOBODY, role_keys=["org:admin"]
    ),
    f"POST {_ONE}/roles/replace": lambda c: c.clerk.role_sets.replace_role(
        role_set_key_or_id=_NOBODY, **_KEYS
    ),
    f"POST {_ONE}/replace": lambda c: c.clerk.role_sets.replace(
        role_set_key_or_id=_NOBODY, dest_role_set_key=_DEFAULT
    ),
}
"""Calls about a set that is not there."""


def _unmapped(client: Client) -> None:
    made = client.make(PATH, **{**TEAM, "roles": [*TEAM["roles"], sales(client)]})
    client.member(client.organization(role_set_key=made["key"]), client.user(), role="org:sales")
    client.clerk.role_sets.replace(role_set_key_or_id=made["key"], dest_role_set_key=_DEFAULT)


REFUSED: dict[tuple[str, int], Refused] = {
    **{(name, 403): without_organizations(act) for name, act in _ON_NOBODY.items()},
    **{(name, 404): not_there(act) for name, act in _ON_NOBODY.items()},
    (f"GET {PATH}", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.role_sets.list(order_by="colour")
    ),
    (f"POST {PATH}", 402): unentitled(create_set, "role_sets"),
    (f"POST {PATH}", 403): Refused(
        "organization_instance_role_sets_quota_exceeded", create_set, {"max_role_sets": 1}
    ),
    (f"POST {PATH}", 404): not_there(
        lambda c: c.clerk.role_sets.create(**{**TEAM, "roles": ["org:nobody"]})
    ),
    (f"POST {PATH}", 422): Refused(
        "form_already_exists", twice(lambda c, body: c.clerk.role_sets.create(**body), TEAM)
    ),
    (f"GET {_ONE}", 404): not_there(lambda c: c.clerk.role_sets.get(role_set_key_or_id=_NOBODY)),
    (f"PATCH {_ONE}", 422): Refused(
        "organization_missing_creator_role_permissions",
        lambda c: c.clerk.role_sets.update(
            role_set_key_or_id=_DEFAULT, creator_role_key="org:member"
        ),
    ),
    (f"POST {_ONE}/roles", 422): Refused(
        "form_already_exists",
        lambda c: c.clerk.role_sets.add_roles(role_set_key_or_id=_DEFAULT, role_keys=["org:admin"]),
    ),
    (f"POST {_ONE}/roles/replace", 422): Refused(
        "organization_missing_creator_role_permissions",
        lambda c: c.clerk.role_sets.replace_role(
            role_set_key_or_id=_DEFAULT, role_key="org:admin", to_role_key="org:member"
        ),
    ),
    (f"POST {_ONE}/replace", 403): Refused(
        "cannot_delete_initial_role_set",
        lambda c: c.clerk.role_sets.replace(
            role_set_key_or_id=_DEFAULT, dest_role_set_key=_DEFAULT
        ),
    ),
    (f"POST {_ONE}/replace", 422): Refused(
        "organization_role_set_reassignment_mappings_missing", _unmapped
    ),
}

NEVER = dict.fromkeys(
    ((f"GET {PATH}", 403), (f"GET {_ONE}", 403)),
    "role sets can be read also where organizations are off",
)

_A_TEAM = """\
role_sets:
  - {key: 'role_set:team', name: Team, roles: ['org:admin', 'org:member'], default_role: 'org:member', creator_role: 'org:admin'}
"""
_MEANWHILE = Unseen(
    "it was so when the plan read the set, and somebody changed it before the apply"
)
FORESEEN: dict[str, list[Entry]] = {
    "type_problem form_param_value_invalid": [
        Seen("role_sets: [{key: 'role_set:a', type: other}]\n", "wrong-value")
    ],
    "only_initial form_param_value_invalid": [
        Seen("role_sets: [{key: 'role_set:default', type: custom}]\n", "wrong-value")
    ],
    "create form_param_value_invalid": [
        Seen("role_sets: [{key: 'role_set:a', roles: []}]\n", "out-of-bounds")
    ],
    "add_roles form_param_value_invalid": [NOT_SENT],
    "add_roles form_already_exists": [_MEANWHILE],
    "replace_role resource_not_found": [_MEANWHILE],
    "replace_role form_param_value_invalid": [
        Seen(
            "role_sets: [{key: 'role_set:default', roles: ['org:admin'],"
            " reassign: {'org:member': 'org:gone'}}]\n",
            "wrong-value",
        )
    ],
    "replace cannot_delete_initial_role_set": [
        Seen(
            "role_sets: [{key: 'role_set:default', absent: true, replaced_by: 'role_set:team'},"
            " 'role_set:team']\n",
            "none-left",
            "plan",
            live=_A_TEAM,
        )
    ],
    "replace resource_not_found": [
        Seen(
            "role_sets: [{key: 'role_set:team', absent: true, replaced_by: 'role_set:a'}]\n",
            "reference-to-nothing",
        )
    ],
    "replace form_param_value_invalid": [
        Seen(
            "role_sets: [{key: 'role_set:team', absent: true, replaced_by: 'role_set:team'}]\n",
            "reference-to-absent",
        )
    ],
    "find resource_not_found": [GONE],
    "check_number organization_instance_role_sets_quota_exceeded": [
        Unseen("how many an account may have is its own, and who has paid for more has more")
    ],
    "known resource_not_found": [
        Seen(
            "role_sets: [{key: 'role_set:default', roles: ['org:admin', 'org:a']}]\n",
            "reference-to-nothing",
        )
    ],
    "check_pointing form_param_value_invalid": [
        Seen(
            "role_sets: [{key: 'role_set:a', roles: ['org:admin'], default_role: 'org:member'}]\n",
            "wrong-value",
        )
    ],
}

_MADE = "roles: ['org:admin', 'org:member'], default_role: 'org:member', creator_role: 'org:admin'"
LIFE = Life(
    listed=lambda clerk: [
        one for one in clerk.role_sets.list(limit=500).data if one.key != _DEFAULT
    ],
    key=lambda one: one.key,
    made=f"{{key: 'role_set:team', name: Team, description: Ours., {_MADE}}}",
    shows={"name": "Team", "description": "Ours."},
    changed="{key: 'role_set:team', name: Crew, description: '', default_role: 'org:admin'}",
    changed_shows={"name": "Crew", "description": ""},
    renamed="{key: 'role_set:crew', lifecycle: {renamed_from: 'role_set:team'}}",
    renamed_to="role_set:crew",
    by_hand=lambda clerk: clerk.role_sets.create(**TEAM),
    other=lambda clerk: clerk.role_sets.create(**{**TEAM, "key": "role_set:other"}),
    absent="{key: 'role_set:team', absent: true, replaced_by: 'role_set:other'}"
    "\n  - 'role_set:other'",
)

REQUESTS = Requests(
    created="""\
role_sets:
  - {key: role_set:default}
  - key: role_set:team
    name: Team
    description: Ours.
    type: initial
    roles: [org:admin, org:member, org:sales]
    default_role: org:sales
    creator_role: org:admin
""",
    changed="""\
role_sets:
  - key: role_set:default
    type: initial
    roles: [org:admin, org:member, org:sellers, org:head]
    creator_role: org:head
  - key: role_set:crew
    name: Crew
    description: ""
    roles: [org:admin, org:member, org:head]
    default_role: org:member
    creator_role: org:head
    reassign: {org:sellers: org:member}
    lifecycle: {renamed_from: role_set:team}
""",
    removed="""\
role_sets:
  - key: role_set:default
    roles: [org:admin, org:member]
    default_role: org:member
    creator_role: org:admin
    reassign: {org:sellers: org:member, org:head: org:admin}
  - {key: role_set:crew, absent: true, replaced_by: role_set:default, reassign: {org:head: org:admin}}
""",
    lost="{key: role_set:lost, name: Lost, roles: [org:admin], default_role: org:admin, creator_role: org:admin}",
)


def seeded(word: str, *roles: str, **more: Any) -> dict[str, Any]:
    pointing = {"default_role_key": roles[-1], "creator_role_key": "org:admin"}
    named = {"key": f"role_set:{word}", "name": word.title(), "roles": [*roles]}
    return {"id": ident("rset", word), **named, **pointing, **more}


FAULTS = Faults(
    manifest="""\
role_sets:
  - key: role_set:made
    name: Made
    description: Made by an apply.
    roles: [org:admin, org:made]
    default_role: org:made
    creator_role: org:admin
  - key: role_set:edited
    name: Edited
    roles: [org:admin, org:made, org:renamed, org:same]
    default_role: org:made
    reassign: {org:gone: org:same}
  - {key: role_set:renamed, lifecycle: {renamed_from: role_set:former}}
  - {key: role_set:same, name: Same}
  - {key: role_set:gone, absent: true, replaced_by: role_set:edited, reassign: {org:member: org:same}}
""",
    seed=[
        seeded("edited", "org:admin", "org:former", "org:same", "org:gone"),
        seeded("former", "org:admin", "org:member"),
        seeded("same", "org:admin", "org:same"),
        seeded("gone", "org:admin", "org:same", "org:member"),
        seeded("bystander", "org:admin", "org:bystander", description="Nobody declares it."),
    ],
    touched=frozenset(ident("rset", word) for word in ("edited", "former", "gone")),
)


def with_what_it_points_at(item: dict[str, Any]) -> dict[str, Any]:
    if "roles" not in item:
        return {n: v for n, v in item.items() if n not in ("default_role", "creator_role")}
    pointing = [item[name] for name in ("default_role", "creator_role") if name in item]
    return {**item, "roles": [*dict.fromkeys([*item["roles"], *pointing])]}


SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    kept_nowhere=NO_TRIP,
    refused=REFUSED,
    never=NEVER,
    foreseen=FORESEEN,
    body=TEAM,
    many=Many({"key": "role_set:it_{}", "name": "It {}"}, "{key: 'role_set:it_{}'}"),
    drawn={"key": st.from_regex(r"role_set:[a-z0-9_]{1,9}", fullmatch=True)},
    served={"name": names, "creator_role": st.just("org:admin")},
    mended=with_what_it_points_at,
    wrong_forms={"key": "role_set:Team"},
    not_declared={
        "default_role_key": "`default_role` has the key",
        "creator_role_key": "`creator_role` has the key",
    },
    not_sent=dict.fromkeys(
        ((f"POST {_BY_EITHER}/roles", name) for name in ("default_role_key", "creator_role_key")),
        "an update points at a role once that is in the set",
    ),
)
