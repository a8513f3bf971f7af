"""The project file ``clerkform.yaml``: its models, and reading it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from clerkform.diagnostics import Problems, Source, Span, did_you_mean
from clerkform.manifest.files import PROJECT_FILE, is_hidden, read_text
from clerkform.manifest.node import Node
from clerkform.manifest.parse import parse
from clerkform.manifest.redacted_lines import Sections, hidden_lines
from clerkform.manifest.validation import names_in, report
from clerkform.model.resource import Many, SomeText
from clerkform.model.secrets import PathText
from clerkform.private_files import OWN_FOLDER
from clerkform.project.frontend import address_of_frontend, host_of_key
from clerkform.project.secret_keys import KEY_VARIABLE, without_bad_keys
from clerkform.secrets.looks import VARIABLE

DEFAULT_SECRET_KEY: Final = "CLERK_SECRET_KEY"
DEFAULT_ENVIRONMENT: Final = "default"
VARIABLE_PREFIX: Final = "CLERKFORM_VAR_"
T = TypeVar("T")
D = TypeVar("D")
VariableName = Annotated[str, StringConstraints(pattern=rf"^{VARIABLE}$")]
EnvironmentName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)
]
LedgerPath = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\.clerkform/)?([A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.json$"
    ),
]
LintCode = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
Pruning = Literal["none", "owned", "all"]


def _is_key(text: str) -> str:
    host_of_key(text)
    return text


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class DeclaredLimits(_Part):
    """How much one apply may delete before it wants to be told that it is meant."""

    max_deletes: Annotated[int, Field(ge=0)] | MISSING = MISSING
    """Deletions in one plan, over all kinds; 10 if left out. Replacing an object counts as one."""
    max_delete_percent: Annotated[float, Field(ge=0, le=100)] | MISSING = MISSING
    """Percent of a kind's live objects; 30 if left out. Fewer than ten objects count as ten."""


class DeclaredLint(_Part):
    """Opinions about manifests that this project does not share."""

    ignore: Many[LintCode] | MISSING = MISSING
    """Codes of findings that are not reported anywhere in the project, such as `long-lifetime`. On
    one line, the comment `# clerkform: ignore[long-lifetime]` does the same."""


class SecretKey(_Part):
    """Where the instance's secret key comes from. The key itself is never written in a file."""

    from_env: Annotated[str, StringConstraints(pattern=rf"^{KEY_VARIABLE}$")]
    """The environment variable that holds the key. Its name begins with `CLERK_`, so that a change
    to this file cannot send another of your variables to Clerk."""


class SandboxApi(_Part):
    """The embedded sandbox with settings of its own."""

    sandbox: dict[str, Any]
    """How the sandbox behaves: `instance`, `rate_limit` (such as `100/10s`), `latency`, `read_lag`,
    `frontend_lag` and `migration_time` (such as `50ms`), `max_roles` and `max_role_sets` (numbers),
    `organizations`, `slugs`, `api_keys` and `fresh_defaults` (true or false), `sign_up_mode`
    (`public`, `restricted` or `waitlist`), `unentitled` (features that the plan lacks),
    `contradictions`, `faults` and `fault_seed`; docs/sandbox.md has each. The `path` of a fault is
    a regular expression without `*`, `+`, `?`, braces and groups, such as `/organizations$`; one
    that may have those is for `sandbox serve --faults`."""


class DeclaredEnvironment(_Part):
    """One Clerk instance, and how carefully to treat it."""

    api: Literal["sandbox"] | SandboxApi | MISSING = MISSING
    """`sandbox` works on an embedded copy of Clerk's API: no account, no network. Left out, the
    environment is a real instance."""
    secret_key: SecretKey | MISSING = MISSING
    """Which variable holds the secret key of this instance; CLERK_SECRET_KEY if left out."""
    instance: Annotated[str, StringConstraints(pattern=r"^ins_[A-Za-z0-9]+$")] | MISSING = MISSING
    """Clerk's id of the instance. A key that belongs to another instance is then refused."""
    production: bool | MISSING = MISSING
    """True is needed to write to an instance that says of itself that it is production."""
    protected: bool | MISSING = MISSING
    """True: an apply wants this environment's name, typed on a terminal or as `--approve NAME`."""
    prune: dict[str, Pruning] | MISSING = MISSING
    """Per kind, over the project's: what of the live objects that no manifest declares is deleted."""
    limits: DeclaredLimits | MISSING = MISSING
    """What differs from the project's limits on deletions."""
    vars: dict[VariableName, Any] | MISSING = MISSING
    """Variables for `${var.name}` in manifests, over the project's defaults."""
    protect: Many[SomeText] | MISSING = MISSING
    """Addresses or patterns that no plan may delete here, in addition to the project's."""
    max_quota: Annotated[float, Field(gt=0, le=1)] | MISSING = MISSING
    """The share of Clerk's rate limit to use, 0.2 for a fifth. The application's users share it."""
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+[^\s@]*$")] | MISSING = (
        MISSING
    )
    """Another address of the Backend API. Hosts other than Clerk's or this machine also need
    `CLERK_API_URL` or `--allow-api-host`, which no file can give."""
    publishable_key: Annotated[str, AfterValidator(_is_key)] | MISSING = MISSING
    """The instance's publishable key, such as `pk_test_…`. Another instance's is refused."""
    frontend_api_url: Annotated[str, AfterValidator(address_of_frontend)] | MISSING = MISSING
    """The address of the instance's Frontend API. Another instance's is refused."""
    ledger: LedgerPath | MISSING = MISSING
    """Where to keep the record of what was last applied, a `.json` file inside the project folder;
    `.clerkform/ledger.NAME.json` if left out. Plans are right without it, and sharper with it."""
    manifests: Annotated[Many[PathText], Field(min_length=1)] | MISSING = MISSING
    """Overlay: files or folders whose items are merged over the project's, for this environment."""


class ProjectFile(_Part):
    """What one project manages: its manifests, and the Clerk instances they are applied to."""

    version: Literal[1]
    """The version of this file's format; there is only 1."""
    manifests: Annotated[Many[PathText], Field(min_length=1)] | MISSING = MISSING
    """Files or folders to read; if left out, every manifest beside this file and below, but for
    overlays."""
    vars: dict[VariableName, Any] | MISSING = MISSING
    """Defaults of the variables that manifests use as `${var.name}`."""
    protect: Many[SomeText] | MISSING = MISSING
    """Addresses or patterns such as `organizations/*` that no plan may delete. Unlike an item's own
    `prevent_destroy`, this outlives the item's removal from the manifests."""
    prune: dict[str, Pruning] | MISSING = MISSING
    """Per kind, what of the live objects that no manifest declares is deleted: `none` (the default),
    `owned` (what clerkform made or adopted, as its ledger says) or `all`."""
    limits: DeclaredLimits | MISSING = MISSING
    """How much one apply may delete without being told that it is meant."""
    lint: DeclaredLint | MISSING = MISSING
    """Which findings of the linter are not reported."""
    environments: (
        Annotated[dict[EnvironmentName, DeclaredEnvironment], Field(max_length=100)] | MISSING
    ) = MISSING
    """The Clerk instances, by the names that `-e` takes."""
    default_environment: str | MISSING = MISSING
    """The environment that a command works in when none is named with `-e`."""


SECRETS: Final[Sections] = {
    "": {**names_in(ProjectFile), "vars": "sensitive", "secret_key": "secret"}
}
"""What lines of the project file are never quoted, in whichever of its maps they stand."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project file that was read, and where."""

    root: Path
    declared: ProjectFile
    node: Node

    @property
    def environments(self) -> Mapping[str, DeclaredEnvironment]:
        return given(self.declared.environments, {})

    @property
    def secret_key_variables(self) -> frozenset[str]:
        """Variables that hold some environment's secret key; nothing else may read them."""
        return frozenset({DEFAULT_SECRET_KEY}) | {
            secret_key_env(declared) for declared in self.environments.values()
        }

    @property
    def ledgers(self) -> tuple[str, ...]:
        """Every environment's."""
        known = self.environments or {DEFAULT_ENVIRONMENT: DeclaredEnvironment()}
        return tuple(given(one.ledger, own_ledger(name)) for name, one in known.items())

    @property
    def overlays(self) -> tuple[str, ...]:
        """Every environment's; none of them is part of the base."""
        each = (given(declared.manifests, ()) for declared in self.environments.values())
        return tuple(dict.fromkeys(place for places in each for place in places))


def load_project(root: Path, problems: Problems) -> Project | None:
    """Read the project file of ``root``.

    Returns:
        None where there is no project file, or it is wrong: then ``problems`` has errors, and
        nothing may be done as if there were none.
    """
    path = root / PROJECT_FILE
    if not os.path.lexists(path):
        return None
    span = Span(Source(PROJECT_FILE), 1, 1)
    if not Path(os.path.realpath(path)).is_relative_to(root.resolve()):
        problems.error("outside-folder", "the project file leads outside its folder", span)
        return None
    if is_hidden(root.resolve(), Path(os.path.realpath(path))):
        problems.error("hidden-file", "the project file is a link to a hidden file", span)
        return None
    text = read_text(path, PROJECT_FILE, problems, span)
    if text is None:
        return None
    node = parse(Source(PROJECT_FILE, text, hidden_lines(text, SECRETS)), problems)
    return _project(root, node, problems) if node else None


def _project(root: Path, node: Node, problems: Problems) -> Project | None:
    node = without_bad_keys(node, problems)
    try:
        declared = ProjectFile.model_validate(node.plain())
    except ValidationError as error:
        report(error, node, problems, model=ProjectFile)
        return None
    before = len(problems)
    for name in given(declared.environments, {}):
        _check_environment(node.at(["environments", name]), problems)
        _check_faults(node.at(["environments", name, "api", "sandbox"]).get("faults"), problems)
    _check_default(declared, node, problems)
    _check_ledgers(declared, node, problems)
    return Project(root, declared, node) if len(problems) == before else None


def _check_environment(node: Node, problems: Problems) -> None:
    if {"api", "api_url"} <= node.keys.keys():
        problems.error(
            "api-and-api-url",
            "`api_url` has no effect beside `api: sandbox`, which runs in this process",
            node.key_span("api_url"),
            hint="remove one of the two",
            related=[("`api` is here", node.key_span("api"))],
        )


MAX_FAULTS: Final = 100
LONGEST_FAULT: Final = 200
_REPEATS: Final = frozenset("*+?{(")
"""Without these a regular expression takes no longer than its length and the text's."""


def _check_faults(faults: Node | None, problems: Problems) -> None:
    """A checkout's expressions are asked of every request, and some of them never answer."""
    rules = faults.value if faults is not None and isinstance(faults.value, tuple) else ()
    if faults is not None and len(rules) > MAX_FAULTS:
        message = f"`faults` must have at most {MAX_FAULTS} rules"
        problems.error("out-of-bounds", message, faults.span)
    for path in filter(None, (rule.get("path") for rule in rules)):
        if not isinstance(path.value, str):  # for the sandbox to refuse
            continue
        if len(path.value) > LONGEST_FAULT or not _REPEATS.isdisjoint(path.value):
            problems.error(
                "bad-pattern",
                f"`path` must be an expression of at most {LONGEST_FAULT} characters without `*`,"
                " `+`, `?`, braces and groups",
                path.span,
                hint="it may match any part of a request's path: write `/organizations$`; any"
                " expression is for `clerkform sandbox serve --faults`",
            )


def _check_default(declared: ProjectFile, node: Node, problems: Problems) -> None:
    name, known = given(declared.default_environment, None), given(declared.environments, {})
    if name is not None and name not in known:
        problems.error(
            "unknown-environment",
            f"no environment is named `{name}`",
            node.at(["default_environment"]).span,
            hint=which_of(name, known),
        )


def _check_ledgers(declared: ProjectFile, node: Node, problems: Problems) -> None:
    """Two environments with one ledger would push each other's aside."""
    known = given(declared.environments, {})
    whose = {own_ledger(name): name for name, one in known.items() if one.ledger is MISSING}
    for name, environment in known.items():
        if environment.ledger is MISSING:
            continue
        other = whose.setdefault(environment.ledger, name)
        if other != name:
            problems.error(
                "shared-ledger",
                f"`{environment.ledger}` is the ledger of environment `{other}` already",
                node.at(["environments", name, "ledger"]).span,
                hint="give each environment a file of its own, or leave `ledger:` out",
            )


def own_ledger(environment: str) -> str:
    """Where the ledger of an environment is if the project file does not say."""
    return f"{OWN_FOLDER}/ledger.{environment}.json"


def secret_key_env(declared: DeclaredEnvironment) -> str:
    key = declared.secret_key
    return DEFAULT_SECRET_KEY if key is MISSING else key.from_env


def given(value: T | MISSING, default: D) -> T | D:
    """``value``, or where the file leaves it out ``default``."""
    return default if value is MISSING else value


def which_of(name: str, known: Collection[str]) -> str:
    """A hint at the name that was meant."""
    return did_you_mean(name, known) or f"there are: {listed(known)}"


def listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"
