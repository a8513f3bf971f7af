"""What the matrix applies: manifests that use every kind and every action, and what is live before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clerkform.sandbox.groups import Group

KEY = "sk_live_faultsMatrixInstanceKey0001"
SIGNING_KEY = "a-signing-key-that-only-the-matrix-has-0123456789"
ENVIRON = {"CLERK_SECRET_KEY": KEY, "TEMPLATE_SIGNING_KEY": SIGNING_KEY}
PRIVATE = ("margin-nobody-sees-0815", "churn-nobody-sees-4711", "claim-nobody-sees-2323")
"""Values of private metadata and of a key's claims."""


def ident(prefix: str, word: str) -> str:
    """An id in Clerk's format that says whose it is."""
    return f"ak_{word.encode().hex():0<32}" if prefix == "ak" else f"{prefix}_{word:0<27}"


@dataclass(frozen=True)
class Project:
    """A folder, an instance, and the command that brings the one to the other."""

    name: str
    files: Mapping[str, str]
    seed: Mapping[str, Any]
    """``sandbox.seed``: what is live before."""
    touched: frozenset[str]
    """Ids of what is live before that the manifests change; nothing else may be."""
    command: tuple[str, ...]
    again: Mapping[str, tuple[str, ...]]
    """How somebody runs it again, by a word for the way."""
    settled: tuple[str, ...]
    """What has nothing to do once all is as it should be."""
    sinks: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Subject (as in ``Server.names``) and name of a key to its file and variable, if any."""
    made: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Kind and key of an object, and which of its secrets, to the file that holds that."""
    groups: tuple[Group, ...] = ()
    """Routes of kinds that only tests have, which clerkform knows for this project."""


GITIGNORE = ".secrets/\n.clerkform/\n"
PROJECT = """\
version: 1
prune: {redirect_urls: all}
limits: {max_deletes: 20, max_delete_percent: 100}
environments:
  production: {secret_key: {from_env: CLERK_SECRET_KEY}, production: true, max_quota: 1.0}
"""
MANIFEST = """\
jwt_templates:
  - {name: made, lifetime: 90, claims: {aud: made}}
  - name: made-signed
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_SIGNING_KEY}
    claims: {aud: made-signed}
  - name: edited
    lifetime: 300
    claims: {aud: edited, role: "{{org.role}}"}
  - name: edited-signed
    lifetime: 120
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_SIGNING_KEY}
  - {name: renamed, lifetime: 60, lifecycle: {renamed_from: former}}
  - {name: same, lifetime: 60}
  - {name: gone, absent: true}
redirect_urls:
  - https://made.example/cb
  - https://same.example/cb
  - {url: "https://new.example/cb", lifecycle: {renamed_from: "https://former.example/cb"}}
  - {url: "https://gone.example/cb", absent: true}
allowlist_identifiers:
  - "*@made.example"
  - Same@Example.com
  - {identifier: "*@new.example", lifecycle: {renamed_from: "*@former.example"}}
  - {identifier: "*@gone.example", absent: true}
blocklist_identifiers:
  - "*@made.example"
  - "*@same.example"
  - {identifier: "*@gone.example", absent: true}
domains:
  - {name: made.example.net, proxy_url: "https://made.example.net/__clerk"}
  - {name: edited.example.net, proxy_url: "https://edited.example.net/__clerk"}
  - {name: gone.example.net, absent: true}
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
""".replace("USER", ident("user", "ann"))


def template(name: str, **more: Any) -> dict[str, Any]:
    return {"id": ident("jtmp", name), "name": name, "claims": {"aud": name}, **more}


def url(name: str) -> dict[str, Any]:
    return {"id": ident("ru", name), "url": f"https://{name}.example/cb"}


def entry(prefix: str, name: str, text: str = "*@{}.example") -> dict[str, Any]:
    kind = "email_address"
    return {
        "id": ident(prefix, name),
        "identifier": text.format(name),
        "identifier_type": kind,
    }


def domain(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident("dmn", name),
        "name": f"{name}.example.net",
        "is_satellite": True,
        **more,
    }


def organization(slug: str, **more: Any) -> dict[str, Any]:
    return {"id": ident("org", slug), "slug": slug, "name": slug.title(), **more}


def api_key(word: str, name: str, subject: str, **more: Any) -> dict[str, Any]:
    secret = f"ak_{word}Secret".ljust(46, "x")
    return {"id": ident("ak", word), "name": name, "subject": subject, "secret": secret, **more}


def secret_of(word: str) -> str:
    return str(api_key(word, "", "")["secret"])


EDITED, SAME, GONE = (ident("org", slug) for slug in ("edited", "same", "gone"))
ANN, BEN = ident("user", "ann"), ident("user", "ben")
SIGNED = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": SIGNING_KEY}
SEED = {
    "users": [{"id": ANN}, {"id": BEN}],
    "jwt_templates": [
        template("edited", lifetime=60, allowed_clock_skew=10),
        template("edited-signed".replace("-", "_")) | SIGNED | {"name": "edited-signed"},
        template("former"),
        template("same"),
        template("gone"),
        template("bystander", lifetime=77),
        template("bystander_signed", **SIGNED),
    ],
    "redirect_urls": [url(n) for n in ("same", "former", "gone", "pruned", "pruned2")],
    "allowlist_identifiers": [
        entry("alid", "same", "same@example.com"),
        *(entry("alid", name) for name in ("former", "gone", "bystander")),
    ],
    "blocklist_identifiers": [entry("blid", name) for name in ("same", "gone", "bystander")],
    "domains": [domain(name) for name in ("edited", "gone", "bystander")],
    "organizations": [
        organization(
            "edited",
            name="Before",
            public_metadata={"tier": "free", "trial": True, "theirs": 1},
            private_metadata={"churn": "low", "theirs": [1, None]},
        ),
        organization("same", private_metadata={"theirs": "kept"}),
        organization("gone"),
        organization("bystander", public_metadata={"theirs": "kept"}),
    ],
    "api_keys": [
        api_key("edited", "edited", EDITED, description="before", scopes=["b"], claims={"of": 1}),
        api_key("replaced", "replaced", EDITED, created_by=BEN),
        api_key("revoked", "revoked", EDITED),
        api_key("deleted", "deleted", EDITED),
        api_key("orphan", "orphan", GONE),
        api_key("gone_before", "gone-before", GONE, revoked=True),
        api_key("bystander", "bystander", EDITED),
        api_key("was_revoked", "another", EDITED, revoked=True),
        api_key("has_expired", "another", EDITED, expiration=1_600_000_000_000),
        api_key("was_edited", "edited", EDITED, revoked=True),
        api_key("laptop", "laptop", ANN),
        api_key("elsewhere", "another", SAME),
    ],
}
TOUCHED = {
    *(ident("jtmp", word) for word in ("edited", "edited_signed", "former", "gone")),
    *(ident("ru", word) for word in ("former", "gone", "pruned", "pruned2")),
    *(ident("alid", word) for word in ("former", "gone")),
    *(ident("blid", word) for word in ("gone",)),
    *(ident("dmn", word) for word in ("edited", "gone")),
    *(ident("org", word) for word in ("edited", "gone")),
    *(ident("ak", word) for word in ("edited", "replaced", "revoked", "deleted", "orphan")),
}
APPLY = ("apply", "--auto-approve", "-e", "production", "--allow-delete", "organizations/gone")
EVERYTHING = Project(
    "everything",
    {
        ".gitignore": GITIGNORE,
        "clerkform.yaml": PROJECT,
        "clerk.yaml": MANIFEST,
        ".secrets/edited": secret_of("edited"),
        ".secrets/replaced": secret_of("replaced"),
        ".secrets/app.env": "# ours\nOTHER=kept\n",
    },
    SEED,
    frozenset(TOUCHED),
    APPLY,
    {"again": APPLY},
    APPLY,
    {
        ("made", "first"): (".secrets/first", ""),
        ("edited", "another"): (".secrets/app.env", "ANOTHER_KEY"),
        (ANN, "personal"): (".secrets/app.env", "PERSONAL_KEY"),
        ("edited", "edited"): (".secrets/edited", ""),
        ("edited", "replaced"): (".secrets/replaced", ""),
    },
)

ROTATING = """\
jwt_templates:
  - name: remade
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_SIGNING_KEY}
    claims: {aud: remade}
organizations: [{slug: same, external: true}]
api_keys:
  - name: rotated
    subject: {organization: same}
    secret_to: {env_file: .secrets/app.env, name: ROTATED_KEY}
"""
PLAIN = ("apply", "--auto-approve", "-e", "production")
ROTATE = (*PLAIN, "--replace", "api_keys/same/rotated", "--replace", "jwt_templates/remade")
ROTATION = Project(
    "rotation",
    {
        ".gitignore": GITIGNORE,
        "clerkform.yaml": PROJECT,
        "clerk.yaml": ROTATING,
        ".secrets/app.env": f"OTHER=kept\nROTATED_KEY={secret_of('rotated')}\n",
    },
    {
        "users": [{"id": ANN}],
        "jwt_templates": [template("remade", **SIGNED), template("bystander")],
        "organizations": [organization("same"), organization("bystander")],
        "redirect_urls": [url("bystander")],
        "api_keys": [
            api_key("rotated", "rotated", SAME),
            api_key("was_rotated", "rotated", SAME, revoked=True),
            api_key("bystander", "bystander", SAME),
        ],
    },
    frozenset({ident("jtmp", "remade"), ident("ak", "rotated")}),
    ROTATE,
    {"the same again": ROTATE, "plain again": PLAIN},
    PLAIN,
    {("same", "rotated"): (".secrets/app.env", "ROTATED_KEY")},
)
