"""What the matrix applies: manifests that use every kind and every action, and what is live before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clerkform.kinds import KINDS
from clerkform.sandbox.groups import Group
from tests.faults.objects import (
    ANN,
    BEN,
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
prune: {redirect_urls: all}
limits: {max_deletes: 20, max_delete_percent: 100}
environments:
  production: {secret_key: {from_env: CLERK_SECRET_KEY}, production: true, max_quota: 1.0}
"""
FAULTS = {n: one.faults for n, one in SAMPLES.items() if isinstance(one.faults, Faults)}
MANIFEST = "".join(faults.manifest for faults in FAULTS.values()).replace("USER", ANN)
SEED = {
    "users": [{"id": ANN}, {"id": BEN}],
    **{name: [*faults.seed] for name, faults in FAULTS.items()},
}
TOUCHED = frozenset(id for faults in FAULTS.values() for id in faults.touched)
PLAIN = ("apply", "--auto-approve", "-e", "production")
APPLY = (
    *PLAIN,
    *(word for one in FAULTS.values() for option in one.allowed for word in option.split()),
)
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
    TOUCHED,
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
