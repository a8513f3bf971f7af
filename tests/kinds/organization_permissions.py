"""What organization permissions give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    plain,
    twice,
    unentitled,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import names
from tests.faults.objects import ident
from tests.foresight.entries import GONE, Entry, Seen
from tests.kinds import Faults, KindSample, Life, Many, Requests

PATH = "/organization_permissions"
READ = {"name": "Read invoices", "key": "org:invoices:read"}
NOWHERE = "perm_" + UNKNOWN


def system(client: Client) -> str:
    """The id of one of Clerk's own."""
    return client.clerk.organization_permissions.list(query="org:sys_profile:delete").data[0].id


def list_permissions(client: Client) -> None:
    made = [client.make(PATH, name=f"{n} it", key=f"org:it:{n}")["id"] for n in ("b", "a")]
    permissions = client.clerk.organization_permissions

    def ids(**query: Any) -> list[str]:
        return [one.id for one in permissions.list(**query).data]

    everything = permissions.list(limit=500)
    assert {one.type for one in everything.data} == {"system", "user"}
    assert everything.total_count == len(everything.data)
    assert ids(query="IT:") == made[::-1]
    assert ids(query="B it", limit=1) == ids(query=made[0]) == made[:1]
    assert ids(query="org:it", order_by="+key") == made[::-1]
    assert ids(query="org:it", order_by="-name") == made
    assert ids(query="org:it", order_by="+created_at", limit=1, offset=1) == made[1:]


def create_permission(client: Client) -> None:
    made = client.clerk.organization_permissions.create(**READ)
    assert (made.name, made.key) == ("Read invoices", "org:invoices:read")
    assert (made.description, made.type, made.id[:5]) == ("", "user", "perm_")


def get_permission(client: Client) -> None:
    made = client.make(PATH, **READ)
    assert plain(client.clerk.organization_permissions.get(permission_id=made["id"])) == made


def update_permission(client: Client) -> None:
    made = client.make(PATH, **READ, description="All of them.")
    changed = client.clerk.organization_permissions.update(
        permission_id=made["id"], key="org:bills:read", description=""
    )
    assert (changed.id, changed.name) == (made["id"], made["name"])
    assert (changed.key, changed.description) == ("org:bills:read", "")


def delete_permission(client: Client) -> None:
    made = client.make(PATH, **READ)
    gone = client.clerk.organization_permissions.delete(permission_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("permission", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /organization_permissions": list_permissions,
    "POST /organization_permissions": create_permission,
    "GET /organization_permissions/{}": get_permission,
    "PATCH /organization_permissions/{}": update_permission,
    "DELETE /organization_permissions/{}": delete_permission,
}

TRIPS = {
    "POST /organization_permissions": Trip({**READ, "description": "Ünï: all of them."}),
    "PATCH /organization_permissions/{}": Trip(
        {"name": "Rechnungen", "key": "org:bills_2:read", "description": ""},
        make="POST /organization_permissions",
    ),
}

_NOT_MODIFIABLE = "organization_system_permission_not_modifiable"
REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /organization_permissions", 422): Refused(
        "form_param_value_invalid",
        lambda c: c.clerk.organization_permissions.list(order_by="description"),
    ),
    ("POST /organization_permissions", 400): Refused(
        "request_body_invalid", lambda c: c.send("POST", PATH, [])
    ),
    ("POST /organization_permissions", 402): unentitled(create_permission, "custom_permissions"),
    ("POST /organization_permissions", 422): Refused(
        "form_already_exists",
        twice(lambda c, body: c.clerk.organization_permissions.create(**body), READ),
    ),
    ("GET /organization_permissions/{}", 404): not_there(
        lambda c: c.clerk.organization_permissions.get(permission_id=NOWHERE)
    ),
    ("PATCH /organization_permissions/{}", 400): Refused(
        "request_body_invalid", lambda c: c.send("PATCH", f"{PATH}/{NOWHERE}", [])
    ),
    ("PATCH /organization_permissions/{}", 403): Refused(
        _NOT_MODIFIABLE,
        lambda c: c.clerk.organization_permissions.update(permission_id=system(c), name="Mine"),
    ),
    ("PATCH /organization_permissions/{}", 404): not_there(
        lambda c: c.clerk.organization_permissions.update(permission_id=NOWHERE, name="Mine")
    ),
    ("PATCH /organization_permissions/{}", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.organization_permissions.update(
            permission_id=c.make(PATH, **READ)["id"], key="org:sys_mine:read"
        ),
    ),
    ("DELETE /organization_permissions/{}", 403): Refused(
        _NOT_MODIFIABLE,
        lambda c: c.clerk.organization_permissions.delete(permission_id=system(c)),
    ),
    ("DELETE /organization_permissions/{}", 404): not_there(
        lambda c: c.clerk.organization_permissions.delete(permission_id=NOWHERE)
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "get resource_not_found": [GONE],
    f"modifiable {_NOT_MODIFIABLE}": [
        Seen(
            "organization_permissions: [{key: 'org:sys_profile:delete', absent: true}]\n",
            "wrong-value",
        )
    ],
}

LIFE = Life(
    listed=lambda clerk: [
        one for one in clerk.organization_permissions.list(limit=500).data if one.type != "system"
    ],
    key=lambda one: one.key,
    made="{key: 'org:invoices:read', name: Read invoices, description: All of them.}",
    shows={"name": "Read invoices", "description": "All of them.", "type": "user"},
    changed="{key: 'org:invoices:read', name: See invoices, description: ''}",
    changed_shows={"name": "See invoices", "description": ""},
    renamed="{key: 'org:bills:read', lifecycle: {renamed_from: 'org:invoices:read'}}",
    renamed_to="org:bills:read",
    by_hand=lambda clerk: clerk.organization_permissions.create(**READ),
    other=lambda clerk: clerk.organization_permissions.create(name="Other", key="org:other:read"),
    absent="{key: 'org:invoices:read', absent: true}",
)

REQUESTS = Requests(
    created="""\
organization_permissions:
  - {key: "org:invoices:read", name: Read invoices, description: All of them.}
""",
    changed="""\
organization_permissions:
  - key: org:bills:read
    name: Read bills
    description: ""
    lifecycle: {renamed_from: "org:invoices:read"}
""",
    removed="""\
organization_permissions: [{key: "org:bills:read", absent: true}]
""",
    lost="{key: 'org:a:b', name: A}",
)


def permission(word: str, **more: Any) -> dict[str, Any]:
    return {"id": ident("perm", word), "key": f"org:{word}:read", "name": word.title(), **more}


FAULTS = Faults(
    manifest="""\
organization_permissions:
  - {key: "org:made:read", name: Made, description: Made by an apply.}
  - {key: "org:edited:read", name: Edited, description: Edited by an apply.}
  - {key: "org:renamed:read", lifecycle: {renamed_from: "org:former:read"}}
  - {key: "org:same:read", name: Same}
  - {key: "org:gone:read", absent: true}
""",
    seed=[
        permission("edited", description="As it was.") | {"name": "Before"},
        *(permission(word) for word in ("former", "same", "gone")),
        permission("bystander", description="Nobody declares it."),
    ],
    touched=frozenset(ident("perm", word) for word in ("edited", "former", "gone")),
    allowed=("--allow-lockout organization_permissions/org:renamed:read",),
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body=READ,
    many=Many({"key": "org:it:{}", "name": "It {}"}, "{key: 'org:it:{}'}"),
    never={
        (
            "POST /organization_permissions",
            404,
        ): "that the feature in a key has to be there is inferred, and others make it up",
    },
    drawn={"key": st.from_regex(r"org:(?!sys_)[a-z0-9_]{1,9}:[a-z0-9_]{1,9}", fullmatch=True)},
    served={"name": names},
    wrong_forms={"key": "org:sys_profile:delete"},
)
