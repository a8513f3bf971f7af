"""What OAuth applications give to the tests that run over all kinds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import UNKNOWN, Exercise, Refused, Trip, not_there, plain
from tests.conformance.sandbox.client import Client
from tests.drawn_values import hosts, names
from tests.faults.objects import ident
from tests.foresight.entries import GONE, NOT_SENT, Entry, Seen
from tests.kinds import Faults, KindSample, Life, Many, Requests

PATH = "/oauth_applications"
NOT_HERE = "oa_" + UNKNOWN
ACME: dict[str, Any] = {
    "name": "Acme",
    "redirect_uris": ["https://acme.example/cb"],
    "scopes": "profile email",
}


def list_applications(client: Client) -> None:
    made = [client.make(PATH, name=f"app {word}") for word in ("b", "a", "C")]
    ids = [one["id"] for one in made]
    listing = client.clerk.oauth_applications

    def listed(**query: Any) -> list[str]:
        return [one.id for one in listing.list(**query).data]

    assert listed() == ids
    assert listed(order_by="-created_at") == ids[::-1]
    assert listed(order_by="name") == [ids[2], ids[1], ids[0]]
    assert listed(limit=1, offset=1) == ids[1:2]
    assert listed(name_query="PP c") == ids[2:]
    assert listed(name_query=made[1]["client_id"]) == ids[1:2]
    assert listed(name_query=made[1]["client_id"][:-1]) == []
    assert listing.list(limit=1).total_count == 3


def create_application(client: Client) -> None:
    made = client.clerk.oauth_applications.create(request={"name": "Acme"})
    assert (made.name, made.scopes) == ("Acme", "email offline_access profile")
    assert (made.redirect_uris, made.callback_url) == ([], "")
    assert (made.consent_screen_enabled, made.pkce_required, made.public) == (True, False, False)
    assert (len(made.client_id), len(made.client_secret or "")) == (16, 32)
    assert made.authorize_url == "https://sandbox.clerk.accounts.dev/oauth/authorize"
    assert made.dynamically_registered is False
    # The SDK sends `pkce_required: false` else.
    cli = {"name": "CLI", "public": True, "pkce_required": True}
    assert client.clerk.oauth_applications.create(request=cli).client_secret == ""


def get_application(client: Client) -> None:
    made = client.make(PATH, **ACME)
    secret = made.pop("client_secret")
    got = client.clerk.oauth_applications.get(oauth_application_id=made["id"])
    assert plain(got) == {name: made[name] for name in plain(got)}
    assert secret not in str(got)


def update_application(client: Client) -> None:
    made = client.make(PATH, **ACME)
    changed = client.clerk.oauth_applications.update(
        oauth_application_id=made["id"],
        name="Globex",
        redirect_uris=["globex://cb", "https://globex.example/cb"],
        scopes="openid offline_access",
        consent_screen_enabled=False,
        pkce_required=True,
    )
    assert (changed.id, changed.client_id) == (made["id"], made["client_id"])
    assert (changed.name, changed.scopes) == ("Globex", "offline_access openid")
    assert changed.redirect_uris == ["globex://cb", "https://globex.example/cb"]
    assert (changed.callback_url, changed.consent_screen_enabled) == ("globex://cb", False)


def delete_application(client: Client) -> None:
    made = client.make(PATH, **ACME)
    gone = client.clerk.oauth_applications.delete(oauth_application_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("oauth_application", made["id"], True)


def rotate_secret(client: Client) -> None:
    made = client.make(PATH, **ACME)
    rotated = client.clerk.oauth_applications.rotate_secret(oauth_application_id=made["id"])
    assert (rotated.id, rotated.client_id) == (made["id"], made["client_id"])
    assert len(rotated.client_secret or "") == 32
    assert rotated.client_secret != made["client_secret"]


def revoke_token(client: Client) -> None:
    made = client.make(PATH, **ACME)
    client.clerk.oauth_applications.revoke_token(oauth_application_id=made["id"], token="oat_x")


EXERCISES: dict[str, Exercise] = {
    "GET /oauth_applications": list_applications,
    "POST /oauth_applications": create_application,
    "GET /oauth_applications/{}": get_application,
    "PATCH /oauth_applications/{}": update_application,
    "DELETE /oauth_applications/{}": delete_application,
    "POST /oauth_applications/{}/rotate_secret": rotate_secret,
    "POST /oauth_applications/{}/revoke_token": revoke_token,
}

TRIPS = {
    "POST /oauth_applications": Trip(
        {
            **ACME,
            "redirect_uris": ["acme:/cb?a=b#c", "https://acme.example/ü"],
            "callback_url": "acme:/cb?a=b#c",
            "consent_screen_enabled": False,
            "pkce_required": True,
            "public": True,
        },
        differs={"scopes": "email offline_access profile"},
    ),
    "PATCH /oauth_applications/{}": Trip(
        {
            "name": "n" * 256,
            "redirect_uris": [],
            "callback_url": None,
            "scopes": "user:org:read openid offline_access",
            "consent_screen_enabled": True,
            "pkce_required": False,
            "public": False,
        },
        differs={"scopes": "offline_access openid user:org:read", "callback_url": ""},
        make="POST /oauth_applications",
    ),
}


def refused_create(**body: Any) -> Any:
    return lambda c: c.clerk.oauth_applications.create(request={**ACME, **body})


def refused_update(**body: Any) -> Any:
    def act(client: Client) -> object:
        id = client.make(PATH, **ACME)["id"]
        scopes = {"scopes": "email offline_access", **body}  # the SDK sends some of its own else
        return client.clerk.oauth_applications.update(oauth_application_id=id, **scopes)

    return act


TWICE = ["https://acme.example/cb", "https://acme.example/cb"]
REFUSED: dict[tuple[str, int], Refused] = {
    ("GET /oauth_applications", 422): Refused(
        "form_param_value_invalid", lambda c: c.clerk.oauth_applications.list(order_by="colour")
    ),
    ("POST /oauth_applications", 400): Refused(
        "duplicate_record", refused_create(redirect_uris=TWICE)
    ),
    ("POST /oauth_applications", 422): Refused(
        "form_public_client_requires_pkce", refused_create(public=True, pkce_required=False)
    ),
    ("GET /oauth_applications/{}", 404): not_there(
        lambda c: c.clerk.oauth_applications.get(oauth_application_id=NOT_HERE)
    ),
    ("PATCH /oauth_applications/{}", 400): Refused(
        "duplicate_record", refused_update(redirect_uris=TWICE)
    ),
    ("PATCH /oauth_applications/{}", 404): not_there(
        lambda c: c.clerk.oauth_applications.update(oauth_application_id=NOT_HERE, name="n")
    ),
    ("PATCH /oauth_applications/{}", 422): Refused(
        "form_param_value_invalid", refused_update(scopes="openid")
    ),
    ("DELETE /oauth_applications/{}", 404): not_there(
        lambda c: c.clerk.oauth_applications.delete(oauth_application_id=NOT_HERE)
    ),
    ("POST /oauth_applications/{}/rotate_secret", 404): not_there(
        lambda c: c.clerk.oauth_applications.rotate_secret(oauth_application_id=NOT_HERE)
    ),
    ("POST /oauth_applications/{}/revoke_token", 404): not_there(
        lambda c: c.clerk.oauth_applications.revoke_token(oauth_application_id=NOT_HERE, token="t")
    ),
    ("POST /oauth_applications/{}/revoke_token", 422): Refused(
        "form_param_missing",
        # The SDK refuses to send this.
        lambda c: c.send("POST", f"{PATH}/{c.make(PATH, name='a')['id']}/revoke_token", {}),
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "uri_problem form_param_format_invalid": [
        Seen(
            "oauth_applications: [{name: a, public: true, redirect_uris: ['https:///cb']}]\n",
            "wrong-value",
        )
    ],
    "update form_param_value_invalid": [NOT_SENT],
    "find resource_not_found": [GONE],
    "checked duplicate_record": [
        Seen(
            "oauth_applications: [{name: a, public: true, redirect_uris: ['a://b', 'a://b']}]\n",
            "wrong-value",
        )
    ],
    "checked oauth_application_consent_screen_cannot_be_disabled": [NOT_SENT],
    "checked form_public_client_requires_pkce": [
        Seen("oauth_applications: [{name: a, public: true, pkce_required: false}]\n", "wrong-value")
    ],
}

LIFE = Life(
    listed=lambda clerk: clerk.oauth_applications.list(limit=500).data,
    key=lambda one: one.name,
    made="{name: Acme, redirect_uris: ['https://acme.example/cb'], scopes: [profile, email],"
    " pkce_required: true, secret_to: {file: .secrets/acme}}",
    shows={"redirect_uris": ["https://acme.example/cb"], "pkce_required": True, "public": False},
    changed="{name: Acme, redirect_uris: ['acme://cb'], public: true,"
    " consent_screen_enabled: false, secret_to: none}",
    changed_shows={
        "redirect_uris": ["acme://cb"],
        "pkce_required": True,
        "public": True,
        "consent_screen_enabled": False,
    },
    renamed="{name: Acme Inc, lifecycle: {renamed_from: Acme}}",
    renamed_to="Acme Inc",
    by_hand=lambda clerk: clerk.oauth_applications.create(request=ACME),
    other=lambda clerk: clerk.oauth_applications.create(request={"name": "Other"}),
    absent="{name: Acme, absent: true}",
)

REQUESTS = Requests(
    created="""\
oauth_applications:
  - name: Acme
    redirect_uris: ["https://acme.example/cb", "acme://cb"]
    scopes: [profile, email]
    public: false
    pkce_required: true
    consent_screen_enabled: true
    secret_to: {file: .secrets/acme}
  - {name: Acme CLI, redirect_uris: ["http://127.0.0.1:8976/callback"], public: true}
""",
    changed="""\
oauth_applications:
  - name: Acme Inc
    lifecycle: {renamed_from: Acme}
    redirect_uris: []
    scopes: [openid]
    pkce_required: false
    consent_screen_enabled: false
  - {name: Acme Web, lifecycle: {renamed_from: Acme CLI}, public: false}
""",
    removed="""\
oauth_applications: [{name: Acme Inc, absent: true}, {name: Acme Web, absent: true}]
""",
    lost="{name: Acme, secret_to: {file: .secrets/acme}}",
)


def application(word: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident("oa", word),
        "name": f"{word}-app",
        "redirect_uris": [f"https://{word}.example/cb"],
        "client_id": f"{word:0<16}",
        "client_secret": f"{word}ClientSecret".ljust(32, "x"),
        **more,
    }


FAULTS = Faults(
    manifest="""\
oauth_applications:
  - name: made-app
    redirect_uris: ["https://made.example/cb"]
    scopes: [profile, email]
    secret_to: {file: .secrets/made-app}
  - {name: made-public-app, public: true, redirect_uris: ["made://cb"]}
  - name: edited-app
    redirect_uris: ["https://edited.example/cb", "edited://cb"]
    scopes: [openid, profile, email]
  - {name: renamed-app, lifecycle: {renamed_from: former-app}}
  - {name: same-app, pkce_required: false, scopes: [profile, email]}
  - {name: gone-app, absent: true}
""",
    seed=[
        *(application(word) for word in ("edited", "former", "same", "gone", "bystander")),
        application("client", dynamically_registered=True),
    ],
    touched=frozenset(ident("oa", word) for word in ("edited", "former", "gone")),
    allowed=(
        "--allow-delete oauth_applications/gone-app",
        "--allow-lockout oauth_applications/gone-app",
    ),
    delivered={"made-app": ".secrets/made-app"},
)

scopes = st.sampled_from(["profile", "email", "openid", "public_metadata", "offline_access"])
SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    undriven={
        "PUT /oauth_applications/{}/logo": "no manifest has pictures",
        "POST /oauth_applications/access_tokens/verify": "nobody signs in through one, and has a token",
    },
    trips=TRIPS,
    kept_nowhere={
        "POST /oauth_applications/{}/rotate_secret": "has no body",
        "POST /oauth_applications/{}/revoke_token": "revokes, and keeps nothing",
    },
    refused=REFUSED,
    never=dict.fromkeys(
        ((name, 403) for name in EXERCISES), "every key of the sandbox may do everything"
    ),
    foreseen=FORESEEN,
    body={"name": "Acme"},
    many=Many({"name": "app-{}"}, "{name: app-{}, secret_to: none}"),
    drawn={
        "redirect_uris": st.lists(hosts.map(lambda host: f"https://{host}/cb"), unique=True),
        "public": st.just(False),  # true brings PKCE along, which no plan says
    },
    served={"name": names, "scopes": st.lists(scopes, unique=True)},
    not_declared={"callback_url": "deprecated: it is the first of `redirect_uris`"},
    not_sent=dict.fromkeys(
        (
            ("POST /oauth_applications", "callback_url"),
            ("PATCH /oauth_applications/{oauth_application_id}", "callback_url"),
        ),
        "no field of a manifest",
    ),
    unbounded={"scopes": "a list in manifests; test_oauth_applications has the length of all"},
    undocumented={"device_authorization_grant_enabled": "a later edition of the document has it"},
)
