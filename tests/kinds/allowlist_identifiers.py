"""What allowlist identifiers give to the tests that run over all kinds."""

from __future__ import annotations

from tests.conformance.sandbox.cases import (
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    twice,
    unentitled,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import emails
from tests.faults.objects import entry, ident
from tests.foresight.entries import Entry
from tests.kinds import Faults, KindSample, Life, Many, Requests


def list_allowed(client: Client) -> None:
    made = [client.make("/allowlist_identifiers", identifier=f"{n}@a.b")["id"] for n in "xyz"]
    allowed = client.clerk.allowlist_identifiers
    assert [entry.id for entry in allowed.list()] == made[::-1]
    assert [entry.id for entry in allowed.list(limit=2, offset=1)] == made[1::-1]


def create_allowed(client: Client) -> None:
    made = client.clerk.allowlist_identifiers.create(
        request={"identifier": "Ann@Example.com", "notify": True}
    )
    assert (made.identifier, made.identifier_type) == ("ann@example.com", "email_address")
    assert made.invitation_id
    assert made.instance_id == client.http.get("/instance").json()["id"]


def delete_allowed(client: Client) -> None:
    made = client.make("/allowlist_identifiers", identifier="+15555550100")
    gone = client.clerk.allowlist_identifiers.delete(identifier_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("allowlist_identifier", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /allowlist_identifiers": list_allowed,
    "POST /allowlist_identifiers": create_allowed,
    "DELETE /allowlist_identifiers/{}": delete_allowed,
}

TRIPS = {
    "POST /allowlist_identifiers": Trip(
        {"identifier": "Ann+x@Example.COM", "notify": True},
        differs={"identifier": "ann+x@example.com"},
        hidden={"notify": "asks for something to be done, and is nothing that is kept"},
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /allowlist_identifiers", 402): unentitled(
        lambda c: c.clerk.allowlist_identifiers.list(), "allowlist"
    ),
    ("POST /allowlist_identifiers", 400): Refused(
        "duplicate_record",
        twice(
            lambda c, body: c.clerk.allowlist_identifiers.create(request=body),
            {"identifier": "ann@a.b"},
        ),
    ),
    ("POST /allowlist_identifiers", 402): unentitled(create_allowed, "allowlist"),
    ("POST /allowlist_identifiers", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.allowlist_identifiers.create(request={"identifier": "ann"}),
    ),
    ("DELETE /allowlist_identifiers/{}", 402): unentitled(
        lambda c: c.clerk.allowlist_identifiers.delete(identifier_id="alid_" + UNKNOWN), "allowlist"
    ),
    ("DELETE /allowlist_identifiers/{}", 404): not_there(
        lambda c: c.clerk.allowlist_identifiers.delete(identifier_id="alid_" + UNKNOWN)
    ),
}

FORESEEN: dict[str, list[Entry]] = {}

LIFE = Life(
    listed=lambda clerk: clerk.allowlist_identifiers.list(limit=500),
    key=lambda one: one.identifier,
    made="{identifier: Ann@Example.com, notify: true}",
    shows={"identifier_type": "email_address"},
    renamed="{identifier: '+15555550100', lifecycle: {renamed_from: ann@example.com}}",
    renamed_to="+15555550100",
    stays=False,
    by_hand=lambda clerk: clerk.allowlist_identifiers.create(
        request={"identifier": "ann@example.com"}
    ),
    drifted=False,
    other=lambda clerk: clerk.allowlist_identifiers.create(
        request={"identifier": "*@other.example"}
    ),
    absent="{identifier: ANN@example.com, absent: true}",
)

REQUESTS = Requests(
    created="""\
allowlist_identifiers:
  - {identifier: "*@Example.com", notify: false}
  - "+15555550100"
""",
    changed="""\
allowlist_identifiers:
  - {identifier: ann@example.com, notify: true, lifecycle: {renamed_from: "+15555550100"}}
""",
    removed="""\
allowlist_identifiers: [{identifier: "*@example.com", absent: true}]
""",
    lost="ann@example.com",
)

FAULTS = Faults(
    manifest="""\
allowlist_identifiers:
  - "*@made.example"
  - Same@Example.com
  - {identifier: "*@new.example", lifecycle: {renamed_from: "*@former.example"}}
  - {identifier: "*@gone.example", absent: true}
""",
    seed=[
        entry("alid", "same", "same@example.com"),
        *(entry("alid", name) for name in ("former", "gone", "bystander")),
    ],
    touched=frozenset(ident("alid", word) for word in ("former", "gone")),
    allowed=(
        "--allow-weakening allowlist_identifiers/*@made.example",
        "--allow-weakening allowlist_identifiers/*@new.example",
    ),
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"identifier": "ann@example.com"},
    many=Many({"identifier": "u{}@example.com"}, "u{}@example.com"),
    both_shapes=True,
    served={"identifier": emails},
)
