"""What API keys give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from clerk_backend_api import Clerk, models
from hypothesis import strategies as st

from clerkform.sandbox.settings import Contradictions
from tests.conformance.sandbox.cases import (
    CLAIMS,
    ORGANIZATION,
    Exercise,
    Refused,
    Trip,
    bad_request,
    not_there,
    plain,
    twice,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import users
from tests.faults.objects import (
    ANN,
    BEN,
    EDITED_ORG,
    GONE_ORG,
    SAME_ORG,
    api_key,
    ident,
    secret_of,
)
from tests.foresight.entries import ASKS, GONE, NOT_SENT, USER, Entry, Seen, Unseen
from tests.kinds import SUBJECT, Faults, KindSample, Life, Many, Requests

UNKNOWN_KEY = "ak_" + "0" * 32


def list_keys(client: Client) -> None:
    subject = client.organization()
    made = [client.make("/api_keys", name=f"key {n}", subject=subject)["id"] for n in range(3)]
    other = client.make("/api_keys", name="other", subject=subject, type="special")["id"]
    keys = client.clerk.api_keys
    client.make(f"/api_keys/{made[0]}/revoke")

    def ids(**query: Any) -> list[str]:
        return [key.id for key in keys.get_api_keys(subject=subject, **query).data]

    assert ids() == [made[2], made[1]]
    assert ids(include_invalid=models.IncludeInvalid.TRUE) == made[::-1]
    assert ids(type_="special") == [other]
    assert ids(query="key 1") == [made[1]]
    assert ids(limit=1, offset=1) == [made[1]]


def create_key(client: Client) -> None:
    subject, creator = client.organization(), client.user()
    made = client.clerk.api_keys.create_api_key(
        name="billing",
        subject=subject,
        type_="special",
        description="d",
        claims={"x": [1, None]},
        scopes=["a:b"],
        created_by=creator,
        seconds_until_expiration=60,
    )
    assert (made.name, made.subject, made.type, made.description) == (
        "billing",
        subject,
        "special",
        "d",
    )
    assert (made.claims, made.scopes, made.created_by) == ({"x": [1, None]}, ["a:b"], creator)
    assert made.expiration == made.created_at + 60_000
    assert made.secret


def get_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    secret = made.pop("secret")
    got = client.clerk.api_keys.get_api_key(api_key_id=made["id"])
    assert plain(got) == made
    assert secret not in str(got)


def update_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user(), description="d")
    changed = client.clerk.api_keys.update_api_key(
        api_key_id=made["id"],
        subject=client.organization(),
        scopes=["x"],
        claims=7,
        description=None,
        seconds_until_expiration=0.5,
    )
    assert (changed.scopes, changed.claims, changed.description) == (["x"], 7, None)
    assert (changed.subject[:4], changed.expiration) == ("org_", client.api.clock.ms + 500)


def delete_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    gone = client.clerk.api_keys.delete_api_key(api_key_id=made["id"])
    assert (gone.object, gone.id, gone.DELETED) == ("api_key", made["id"], True)


def get_key_secret(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    assert client.clerk.api_keys.get_api_key_secret(api_key_id=made["id"]).secret == made["secret"]


def revoke_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    revoked = client.clerk.api_keys.revoke_api_key(api_key_id=made["id"], revocation_reason="r")
    assert (revoked.revoked, revoked.revocation_reason) == (True, "r")


def verify_key(client: Client) -> None:
    made = client.make("/api_keys", name="key", subject=client.user())
    verified = client.clerk.api_keys.verify_api_key(secret=made["secret"])
    assert (verified.id, verified.subject) == (made["id"], made["subject"])
    assert verified.last_used_at == client.api.clock.ms


def keys_of(clerk: Clerk) -> list[Any]:
    return clerk.api_keys.get_api_keys(subject=SUBJECT, limit=100).data


EXERCISES: dict[str, Exercise] = {
    "GET /api_keys": list_keys,
    "POST /api_keys": create_key,
    "GET /api_keys/{}": get_key,
    "PATCH /api_keys/{}": update_key,
    "DELETE /api_keys/{}": delete_key,
    "GET /api_keys/{}/secret": get_key_secret,
    "POST /api_keys/{}/revoke": revoke_key,
    "POST /api_keys/verify": verify_key,
}

TRIPS = {
    "POST /api_keys": Trip(
        {
            "name": "key ü",
            "subject": "USER",
            "type": "special",
            "description": "d" * 255,
            "claims": CLAIMS,
            "scopes": ["b:c", "a"],
            "created_by": "USER",
            "seconds_until_expiration": 0.25,
        },
        hidden={"seconds_until_expiration": "`expiration` is the moment that it leads to"},
    ),
    "PATCH /api_keys/{}": Trip(
        {
            "subject": "USER",
            "description": None,
            "claims": [None, "x"],
            "scopes": [],
            "seconds_until_expiration": None,
        },
        hidden={"seconds_until_expiration": "`expiration` is the moment that it leads to"},
        make="POST /api_keys",
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /api_keys", 400): bad_request(lambda c: c.clerk.api_keys.get_api_keys(subject="acme")),
    ("GET /api_keys", 404): not_there(
        lambda c: c.clerk.api_keys.get_api_keys(subject=ORGANIZATION)
    ),
    ("POST /api_keys", 400): bad_request(
        lambda c: c.clerk.api_keys.create_api_key(name="ab", subject=ORGANIZATION)
    ),
    ("POST /api_keys/verify", 400): bad_request(lambda c: c.send("POST", "/api_keys/verify", {})),
    ("POST /api_keys/verify", 404): not_there(
        lambda c: c.clerk.api_keys.verify_api_key(secret="ak_nothing")
    ),
    ("GET /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.get_api_key(api_key_id="ak_x")
    ),
    ("GET /api_keys/{}", 404): not_there(
        lambda c: c.clerk.api_keys.get_api_key(api_key_id=UNKNOWN_KEY)
    ),
    ("PATCH /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.update_api_key(api_key_id="ak_x", scopes=[])
    ),
    ("PATCH /api_keys/{}", 404): not_there(
        lambda c: c.clerk.api_keys.update_api_key(api_key_id=UNKNOWN_KEY, scopes=[])
    ),
    ("DELETE /api_keys/{}", 400): bad_request(
        lambda c: c.clerk.api_keys.delete_api_key(api_key_id="ak_x")
    ),
    ("DELETE /api_keys/{}", 404): not_there(
        lambda c: c.clerk.api_keys.delete_api_key(api_key_id=UNKNOWN_KEY)
    ),
    ("GET /api_keys/{}/secret", 400): bad_request(
        lambda c: c.clerk.api_keys.get_api_key_secret(api_key_id="ak_x")
    ),
    ("GET /api_keys/{}/secret", 404): not_there(
        lambda c: c.clerk.api_keys.get_api_key_secret(api_key_id=UNKNOWN_KEY)
    ),
    ("POST /api_keys/{}/revoke", 400): bad_request(
        lambda c: c.clerk.api_keys.revoke_api_key(api_key_id="ak_x")
    ),
    ("POST /api_keys/{}/revoke", 404): not_there(
        lambda c: c.clerk.api_keys.revoke_api_key(api_key_id=UNKNOWN_KEY)
    ),
    ("POST /api_keys", 409): Refused(
        "conflict",
        twice(
            lambda c, body: c.clerk.api_keys.create_api_key(**body, subject=c.acme()),
            {"name": "key"},
        ),
        {"contradictions": Contradictions(api_key_names="unique")},
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "require_api_keys api_keys_not_enabled": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none}}]\n",
            "api_keys_not_enabled",
            "plan",
            knobs={"api_keys": False},
            exit_code=3,
        )
    ],
    "positive form_param_value_invalid": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none,"
            " seconds_until_expiration: 0}]\n",
            "out-of-bounds",
        )
    ],
    "list_all bad_request": [ASKS, ASKS, ASKS],
    "get_secret resource_not_found": [
        Unseen(
            "whether Clerk shows a secret again is known by asking for it, which a plan does not"
        )
    ],
    "verify resource_not_found": [NOT_SENT],
    "find bad_request": [ASKS],
    "find resource_not_found": [GONE],
    "check_subject resource_not_found": [
        Seen(
            f"api_keys: [{{name: billing, subject: {USER}, secret_to: none}}]\n",
            "subject-not-found",
            "plan",
        )
    ],
    "check_name conflict": [
        Unseen(
            "names may repeat, as far as the document says; a 409 is documented, but not for what"
        )
    ],
}

LIFE = Life(
    listed=keys_of,
    owner=f"subject: {SUBJECT}",
    key=lambda one: one.name,
    made=f"{{subject: {SUBJECT}, name: billing, description: For invoices, scopes: [a, b],"
    " claims: {rows: [1]}, secret_to: {file: .secrets/billing}}",
    shows={"description": "For invoices", "scopes": ["a", "b"], "claims": {"rows": [1]}},
    changed=f"{{subject: {SUBJECT}, name: billing, description: null, scopes: [c]}}",
    changed_shows={"description": None, "scopes": ["c"], "claims": {"rows": [1]}},
    renamed=f"{{subject: {SUBJECT}, name: invoices, secret_to: none,"
    " lifecycle: {renamed_from: billing}}",
    renamed_to="invoices",
    stays=False,
    by_hand=lambda clerk: clerk.api_keys.create_api_key(
        name="billing", subject=SUBJECT, scopes=["b", "a"], claims={"rows": [1]}
    ),
    other=lambda clerk: clerk.api_keys.create_api_key(name="other", subject=SUBJECT),
    absent=f"{{subject: {SUBJECT}, name: billing, absent: true}}",
)

REQUESTS = Requests(
    created="""\
api_keys:
  - subject: {organization: acme}
    name: billing
    type: machine
    description: For invoices
    claims: {rows: [1, null]}
    scopes: ["invoices:read"]
    created_by: USER
    seconds_until_expiration: 3600
    secret_to: {file: .secrets/billing}
  - {subject: USER, name: personal, claims: null, description: null, secret_to: none}
""",
    changed="""\
api_keys:
  - subject: {organization: acme-inc}
    name: billing
    type: machine
    description: null
    claims: {}
    scopes: []
  - {subject: USER, name: personal, secret_to: none}
""",
    removed="""\
api_keys:
  - {subject: {organization: acme-inc}, name: billing, type: machine, absent: true}
  - {subject: USER, name: personal, absent: true, lifecycle: {deletion: delete}}
""",
    lost="{subject: USER, name: unshown, secret_to: {file: .secrets/key}}",
)

FAULTS = Faults(
    manifest="""\
api_keys:
  - name: first
    subject: {organization: made}
    scopes: [invoices:read]
    secret_to: {file: .secrets/first}
  - name: second
    subject: {organization: made}
    secret_to: none
  - name: another
    subject: {organization: edited}
    claims: {limit: claim-nobody-sees-2323}
    seconds_until_expiration: 86400000
    secret_to: {env_file: .secrets/app.env, name: ANOTHER_KEY}
  - name: personal
    subject: USER
    description: of a person
    secret_to: {env_file: .secrets/app.env, name: PERSONAL_KEY}
  - name: edited
    subject: {organization: edited}
    description: after
    scopes: [a, b]
    secret_to: {file: .secrets/edited}
  - name: replaced
    subject: {organization: edited}
    created_by: USER
    secret_to: {file: .secrets/replaced}
  - {name: revoked, subject: {organization: edited}, absent: true}
  - name: deleted
    subject: {organization: edited}
    absent: true
    lifecycle: {deletion: delete}
""",
    seed=[
        api_key(
            "edited", "edited", EDITED_ORG, description="before", scopes=["b"], claims={"of": 1}
        ),
        api_key("replaced", "replaced", EDITED_ORG, created_by=BEN),
        api_key("revoked", "revoked", EDITED_ORG),
        api_key("deleted", "deleted", EDITED_ORG),
        api_key("orphan", "orphan", GONE_ORG),
        api_key("gone_before", "gone-before", GONE_ORG, revoked=True),
        api_key("bystander", "bystander", EDITED_ORG),
        api_key("was_revoked", "another", EDITED_ORG, revoked=True),
        api_key("has_expired", "another", EDITED_ORG, expiration=1_600_000_000_000),
        api_key("was_edited", "edited", EDITED_ORG, revoked=True),
        api_key("laptop", "laptop", ANN),
        api_key("elsewhere", "another", SAME_ORG),
    ],
    touched=frozenset(
        ident("ak", word) for word in ("edited", "replaced", "revoked", "deleted", "orphan")
    ),
    files={
        ".secrets/edited": secret_of("edited"),
        ".secrets/replaced": secret_of("replaced"),
        ".secrets/app.env": "# ours\nOTHER=kept\n",
    },
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"subject": "USER", "name": "key"},
    many=Many({"name": "key-{}"}, "{subject: USER, name: key-{}}"),
    kept_nowhere={
        "POST /api_keys/verify": "verifies, and keeps nothing",
        "POST /api_keys/{}/revoke": "test_operations has the reason coming back",
    },
    not_sent={
        (
            "PATCH /api_keys/{apiKeyID}",
            "subject",
        ): "part of the identity: another one is another key",
        ("PATCH /api_keys/{apiKeyID}", "seconds_until_expiration"): "would start the time anew",
    },
    drawn={"subject": users, "created_by": users},
    served={"type": st.sampled_from(["api_key", "service", "a/b@c"])},
    wrong_forms={
        "subject": "user_é00000000000000000000000000",
        "name": " billing",
        "created_by": "user_1",
    },
)
