"""A project of the kinds that only tests have, for the matrix: every sort of kind and of change."""

from __future__ import annotations

from typing import Any

from tests.faults.objects import ident, organization
from tests.faults.projects import GITIGNORE, Project
from tests.proof.served import GROUPS, HIDDEN

PROJECT = """\
version: 1
limits: {max_deletes: 20, max_delete_percent: 100}
environments:
  production: {secret_key: {from_env: CLERK_SECRET_KEY}, production: true, max_quota: 1.0}
"""
MANIFEST = """\
organizations: [{slug: same, external: true}]
teams:
  - {name: made, note: for those who come, hosts: [B.example, a.example]}
  - {name: edited, parent: same, order: [2, 1], settings: {colour: blue}}
  - {name: same}
  - {name: gone, absent: true}
rooms:
  - {team: made, number: "1"}
  - {team: edited, number: "2", colour: blue}
  - {team: edited, number: "3", absent: true}
badges:
  - {code: made, colour: red}
  - {code: remade, colour: blue}
gates:
  - name: made
    login: {client_id: id-1, client_secret: {from_env: TEMPLATE_SIGNING_KEY}, scopes: [a, b]}
    look: {seal: {motto: open, key: {from_env: TEMPLATE_SIGNING_KEY}}, colour: red}
    hints: [{word: in, weight: 2}]
  - name: edited
    login: {client_secret: {from_env: TEMPLATE_SIGNING_KEY}, retries: 3}
    look: {seal: {year: 2026, key: {from_env: TEMPLATE_SIGNING_KEY}}}
    notes: {mine: after, theirs: null}
rights: [{key: read, name: Read}, {key: write}, {key: gone, absent: true}]
duties:
  - {key: made, rights: [read, write]}
  - {key: edited, rights: [write, "sys:all"]}
workers:
  - {name: ann, calls: [ben, cid], deputy: ben}
  - {name: ben, calls: [cid], deputy: ann}
  - {name: cid, calls: [ann, ben]}
  - {name: gone, absent: true}
house: {open: true, codes: {add: [new], remove: [old]}}
locks: {bolted: true, code: "1234"}
connections:
  - name: made
    provider: oidc_custom
    domains: [Made.example]
    organization: same
    active: true
    oidc: {client_id: id-1, client_secret: {from_env: TEMPLATE_SIGNING_KEY}}
  - name: edited
    active: false
    oidc: {requires_pkce: true, client_secret: {from_env: TEMPLATE_SIGNING_KEY}}
  - {name: gone, absent: true}
robots:
  - {name: made, speed: 3, token_to: {file: .secrets/token}, pin_to: {file: .secrets/pin}}
  - {name: half, token_to: none, pin_to: {file: .secrets/half}}
  - {name: edited, speed: 5, token_to: none, pin_to: none}
  - {name: gone, absent: true}
"""
SAME = ident("org", "same")


def one(prefix: str, key: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": ident(prefix, name), key: name, **more}


TEAM, WORKER, RIGHT = (
    lambda name: ident("team", name),
    lambda name: ident("worker", name),
    lambda name: ident("right", name),
)
SEED = {
    "organizations": [organization("same")],
    "teams": [
        one("team", "name", "edited", order=[1, 2], settings={"colour": "red", "size": 3}),
        one("team", "name", "same", hosts=["theirs.example"]),
        one("team", "name", "gone"),
        one("team", "name", "bystander", parent=TEAM("same")),
    ],
    "rooms": [
        one("room", "number", "2", team=TEAM("edited"), colour="red"),
        one("room", "number", "3", team=TEAM("edited")),
        one("room", "number", "4", team=TEAM("edited")),
    ],
    "badges": [one("badge", "code", "remade", colour="red"), one("badge", "code", "bystander")],
    "gates": [
        one(
            "gate",
            "name",
            "edited",
            login={"client_id": "theirs", "retries": 1},
            look={"seal": {"motto": "kept", "year": 2020}, "colour": "kept"},
            notes={"mine": "before", "theirs": 1, "kept": True},
            **{HIDDEN: {"look.seal.key": "before"}},
        ),
        one("gate", "name", "bystander", **{HIDDEN: {"login.client_secret": "theirs"}}),
    ],
    "rights": [
        *(one("right", "key", name) for name in ("read", "gone", "bystander")),
        one("right", "key", "system") | {"key": "sys:all"},
    ],
    "duties": [one("duty", "key", "edited", rights=[RIGHT("read"), RIGHT("gone")])],
    "workers": [
        one("worker", "name", "cid", calls=[WORKER("gone"), WORKER("bystander")]),
        one("worker", "name", "gone"),
        one("worker", "name", "bystander"),
    ],
    "house": {"codes": ["kept", "old"]},
    "locks": {"code": "0000", "phrase": "theirs"},
    "connections": [
        one("conn", "name", "edited", provider="oidc_gitlab", active=True, oidc={"client_id": "x"}),
        one("conn", "name", "gone", provider="oidc_gitlab"),
        one("conn", "name", "bystander", provider="oidc_gitlab"),
    ],
    "robots": [one("robot", "name", name) for name in ("edited", "gone", "bystander")],
}
TOUCHED = {
    *(ident("team", name) for name in ("edited", "gone")),
    *(ident("room", name) for name in ("2", "3")),
    ident("badge", "remade"),
    ident("gate", "edited"),
    *(ident("right", name) for name in ("read", "gone")),
    ident("duty", "edited"),
    *(ident("worker", name) for name in ("cid", "gone")),
    "house",
    "locks",
    *(ident("conn", name) for name in ("edited", "gone")),
    *(ident("robot", name) for name in ("edited", "gone")),
}
APPLY = ("apply", "--auto-approve", "-e", "production")
SORTS = Project(
    "sorts",
    {".gitignore": GITIGNORE, "clerkform.yaml": PROJECT, "clerk.yaml": MANIFEST},
    SEED,
    frozenset(TOUCHED),
    APPLY,
    {"again": APPLY},
    APPLY,
    made={
        ("robots", "made", "token"): ".secrets/token",
        ("robots", "made", "pin"): ".secrets/pin",
        ("robots", "half", "pin"): ".secrets/half",
    },
    groups=GROUPS,
)
