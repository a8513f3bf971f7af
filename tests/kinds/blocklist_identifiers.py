"""What blocklist identifiers give to the tests that run over all kinds."""

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
from tests.kinds import Faults, KindSample, Life, Requests


def list_blocked(client: Client) -> None:
    made = [client.make("/blocklist_identifiers", identifier=f"{n}@a.b")["id"] for n in range(12)]
    listed = client.clerk.blocklist_identifiers.list()
    assert ([entry.id for entry in listed.data], listed.total_count) == (made[::-1], 12)


def create_blocked(client: Client) -> None:
    made = client.clerk.blocklist_identifiers.create(request={"identifier": "*@*.Example.com"})
    assert (made.identifier, made.identifier_type) == ("*@*.example.com", "email_address")


def delete_blocked(client: Client) -> None:
    made = client.make("/blocklist_identifiers", identifier="0x" + "A" * 40)
    assert made["identifier"] == "0x" + "a" * 40
    gone = client.clerk.blocklist_identifiers.delete(identifier_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("blocklist_identifier", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /blocklist_identifiers": list_blocked,
    "POST /blocklist_identifiers": create_blocked,
    "DELETE /blocklist_identifiers/{}": delete_blocked,
}

TRIPS = {
    "POST /blocklist_identifiers": Trip(
        {"identifier": "0x" + "aB" * 20}, differs={"identifier": "0x" + "ab" * 20}
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /blocklist_identifiers", 402): unentitled(
        lambda c: c.clerk.blocklist_identifiers.list(), "blocklist"
    ),
    ("POST /blocklist_identifiers", 400): Refused(
        "duplicate_record",
        twice(
            lambda c, body: c.clerk.blocklist_identifiers.create(request=body),
            {"identifier": "ann@a.b"},
        ),
    ),
    ("POST /blocklist_identifiers", 402): unentitled(create_blocked, "blocklist"),
    ("POST /blocklist_identifiers", 422): Refused(
        "form_param_format_invalid",
        lambda c: c.clerk.blocklist_identifiers.create(request={"identifier": "+1 555"}),
    ),
    ("DELETE /blocklist_identifiers/{}", 402): unentitled(
        lambda c: c.clerk.blocklist_identifiers.delete(identifier_id="blid_" + UNKNOWN), "blocklist"
    ),
    ("DELETE /blocklist_identifiers/{}", 404): not_there(
        lambda c: c.clerk.blocklist_identifiers.delete(identifier_id="blid_" + UNKNOWN)
    ),
}

FORESEEN: dict[str, list[Entry]] = {}

LIFE = Life(
    listed=lambda clerk: clerk.blocklist_identifiers.list().data,
    key=lambda one: one.identifier,
    made="'*@Example.com'",
    shows={"identifier_type": "email_address"},
    renamed="{identifier: '*@*.example.com', lifecycle: {renamed_from: '*@example.com'}}",
    renamed_to="*@*.example.com",
    stays=False,
    by_hand=lambda clerk: clerk.blocklist_identifiers.create(
        request={"identifier": "*@example.COM"}
    ),
    drifted=False,
    other=lambda clerk: clerk.blocklist_identifiers.create(
        request={"identifier": "*@other.example"}
    ),
    absent="{identifier: '*@EXAMPLE.com', absent: true}",
)

REQUESTS = Requests(
    created="""\
blocklist_identifiers: ["*@*.spam.example"]
""",
    changed="""\
blocklist_identifiers: ["+15555550199"]
""",
    removed="""\
blocklist_identifiers:
  - {identifier: "*@*.spam.example", absent: true}
  - {identifier: "+15555550199", absent: true}
""",
    lost="bob@example.com",
)

FAULTS = Faults(
    manifest="""\
blocklist_identifiers:
  - "*@made.example"
  - "*@same.example"
  - {identifier: "*@gone.example", absent: true}
""",
    seed=[entry("blid", name) for name in ("same", "gone", "bystander")],
    touched=frozenset(ident("blid", word) for word in ("gone",)),
    allowed=("--allow-weakening blocklist_identifiers/*@gone.example",),
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
    served={"identifier": emails},
)
