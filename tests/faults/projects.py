"""What the matrix applies: manifests that use every kind and every action, and what is live before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clerkform.kinds import KINDS
from clerkform.sandbox.groups import Group
from tests.faults.objects import (
    ANN,
    BEN,
    CID,
    SAME_ORG,
    SIGNED,
    SIGNING_KEY,
    api_key,
    ident,
    organization,
    secret_of,
    template,
    url,
)
from tests.kinds import Faults, SettingsFaults
from tests.samples import SAMPLES

KEY = "sk_live_faultsMatrixInstanceKey0001"
ENVIRON = {"CLERK_SECRET_KEY": KEY, "TEMPLATE_SIGNING_KEY": SIGNING_KEY}
PRIVATE = ("margin-nobody-sees-0815", "churn-nobody-sees-4711", "claim-nobody-sees-2323")
"""Values of private metadata and of a key's claims."""


@dataclass(frozen=True)
class Project:
    """A folder, an instance, and the command that brings the one to the other."""

    name: str
    files: Mapping[str, str]
    seed: Mapping[str, Any]
    """``sandbox.seed``: what is live before."""
    touched: frozenset[str]
    """Ids of what is live before that the manifests change or delete; nothing else may be."""
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
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of settings, by the names that a seed has: what is otherwise in the end; nothing else is."""
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Path to what its answers are read for besides what is sent there."""


GITIGNORE = ".secrets/\n.clerkform/\n"
PROJECT = """\
version: 1
limits: {max_deletes: 100, max_delete_percent: 100}
environments:
  production: {secret_key: {from_env: CLERK_SECRET_KEY}, production: true, max_quota: 1.0}
"""
PLAIN = ("apply", "--auto-approve", "-e", "production")
USERS = [{"id": one} for one in (ANN, BEN, CID)]
FAULTS = {n: one.faults for n, one in SAMPLES.items() if isinstance(one.faults, Faults)}
API_KEY_SINKS = {
    ("made", "first"): (".secrets/first", ""),
    ("edited", "another"): (".secrets/app.env", "ANOTHER_KEY"),
    (ANN, "personal"): (".secrets/app.env", "PERSONAL_KEY"),
    ("edited", "edited"): (".secrets/edited", ""),
    ("edited", "replaced"): (".secrets/replaced", ""),
}


def families() -> Iterator[list[str]]:
    """The kinds that objects come and go of, those together that refer to each other."""
    left = {*FAULTS}
    refs = {name: KINDS[name].references() & left for name in left}
    for name in FAULTS:
        family, more = set[str](), {name} & left
        while more:
            family |= more
            about = {*family.union(*(refs[one] for one in family))}
            more = (about | {one for one in left if refs[one] & family}) - family
        left -= family
        if family:
            yield sorted(family)


def project_of(family: Sequence[str]) -> Project:
    """Called by the kind that most of the others refer to."""
    faults = {name: FAULTS[name] for name in family}
    referring = {name: [o for o in family if name in KINDS[o].references()] for name in family}
    options = (option for one in faults.values() for option in one.allowed)
    command = (*PLAIN, *(word for option in options for word in option.split()))
    pruned = ", ".join(f"{name}: all" for name, one in faults.items() if one.is_pruned)
    files = {name: text for one in faults.values() for name, text in one.files.items()}
    manifest = "".join(one.manifest for one in faults.values()).replace("USER", ANN)
    return Project(
        max(family, key=lambda name: len(referring[name])),
        {
            ".gitignore": GITIGNORE,
            "clerkform.yaml": f"{PROJECT}prune: {{{pruned}}}\n",
            "clerk.yaml": manifest,
        }
        | files,
        {"users": USERS, **{name: one.seed for name, one in faults.items()}},
        frozenset[str]().union(*(one.touched for one in faults.values())),
        command,
        {"again": command},
        command,
        API_KEY_SINKS if "api_keys" in family else {},
        {
            (name, key, "secret"): file
            for name, one in faults.items()
            for key, file in one.delivered.items()
        },
    )


COMING_AND_GOING = tuple(project_of(family) for family in families())

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
# Where an answer does not say that there is a key, the declared one counts as another.
MENDS = (*PLAIN, "--allow-lockout", "jwt_templates/remade")
ROTATE = (*MENDS, "--replace", "api_keys/same/rotated", "--replace", "jwt_templates/remade")
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
            api_key("rotated", "rotated", SAME_ORG),
            api_key("was_rotated", "rotated", SAME_ORG, revoked=True),
            api_key("bystander", "bystander", SAME_ORG),
        ],
    },
    frozenset({ident("jtmp", "remade"), ident("ak", "rotated")}),
    ROTATE,
    {"the same again": ROTATE, "plain again": MENDS},
    MENDS,
    {("same", "rotated"): (".secrets/app.env", "ROTATED_KEY")},
)

CLAIMING = """\
version: 1
environments:
  production:
    secret_key: {from_env: CLERK_SECRET_KEY}
    production: true
    max_quota: 1.0
    frontend_api_url: https://clerk.sandbox.example.com
"""
FILLED = """\
allowlist_identifiers: ["*@made.example"]
organizations: [{slug: made, name: Made}]
"""
"""Without an entry the allowlist keeps everybody out, and organizations have to be on before."""
ENVIRONMENT = (
    "auth_config.test_mode",
    "display_config.preferred_sign_in_strategy",
    "display_config.support_email",
    "user_settings.restrictions",
    "user_settings.restrictions.allowlist.enabled",
)
OF_SETTINGS = [one.faults for one in SAMPLES.values() if isinstance(one.faults, SettingsFaults)]
KEYS_READ = ("keys.kid", "keys.n")
MEANT = (
    *("--allow-weakening", "allowlist_identifiers/*@made.example"),
    *(
        word
        for name, kind in KINDS.items()
        if kind.is_always_there
        for option in ("--allow-weakening", "--allow-lockout")
        for word in (option, name)
    ),
)
SETTINGS = Project(
    "settings",
    {
        ".gitignore": GITIGNORE,
        "clerkform.yaml": CLAIMING,
        "clerk.yaml": FILLED + "".join(faults.manifest for faults in OF_SETTINGS),
    },
    {name: values for faults in OF_SETTINGS for name, values in faults.seed.items()},
    frozenset(),
    (*PLAIN, *MEANT),
    {"again": (*PLAIN, *MEANT)},
    (*PLAIN, *MEANT),
    written={name: values for faults in OF_SETTINGS for name, values in faults.written.items()},
    reads={
        "/environment": ENVIRONMENT,
        "/domains": ("data.development_origin", "data.frontend_api_url", "data.is_satellite"),
        "/jwks": KEYS_READ,
        "/.well-known/jwks.json": KEYS_READ,
        "/organization_roles": ("data.key",),
    },
)
