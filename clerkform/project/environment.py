"""The environment that a command works in, with what the project file says about it.

Nothing here reads the process environment: what comes from there is handed in.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import MISSING

from clerkform.diagnostics import Problems, Source, Span
from clerkform.errors import UsageError
from clerkform.manifest import scalars
from clerkform.manifest.node import Json, Node
from clerkform.manifest.parse import parse
from clerkform.plan.limits import Limits
from clerkform.project.file import (
    DEFAULT_SECRET_KEY,
    DeclaredEnvironment,
    DeclaredLimits,
    Project,
    SandboxApi,
    given,
    listed,
    own_ledger,
    secret_key_env,
    which_of,
)
from clerkform.project.frontend import Claim
from clerkform.secrets.looks import VARIABLE

DEFAULT_ENVIRONMENT: Final = "default"
VARIABLE_PREFIX: Final = "CLERKFORM_VAR_"


@dataclass(frozen=True, slots=True)
class Environment:
    """What a command needs to know about the instance it works on, defaults filled in."""

    name: str
    root: Path
    by_default: bool = True
    """Nobody named it on the command line."""
    sandbox: bool = False
    sandbox_settings: Mapping[str, Json] = field(default_factory=dict)
    secret_key_env: str = DEFAULT_SECRET_KEY
    api_url: str | None = None
    instance: str | None = None
    production: bool = False
    protected: bool = False
    prune: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    protect: tuple[str, ...] = ()
    max_quota: float | None = None
    ledger: str = own_ledger(DEFAULT_ENVIRONMENT)
    """Where the record of what was last applied is kept, relative to ``root``."""
    ledgers: tuple[str, ...] = (own_ledger(DEFAULT_ENVIRONMENT),)
    """That of every environment of the project."""
    vars: Mapping[str, Json] = field(default_factory=dict, repr=False)
    manifests: tuple[str, ...] | None = None
    """Files and folders, relative to ``root``; None for everything there and below."""
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Every environment's overlays, which are no part of the base."""
    named_at: Mapping[str, Span] = field(default_factory=dict, repr=False)
    """Where the project file names each of ``manifests`` and ``overlays``."""
    api_url_span: Span | None = field(default=None, repr=False)
    frontend: Claim = field(default_factory=Claim)
    """What the project file says of the instance's Frontend API."""
    prune_spans: Mapping[str, Span] = field(default_factory=dict, repr=False)
    """Where the project file names each kind of ``prune``."""
    protect_spans: Mapping[str, Span] = field(default_factory=dict, repr=False)
    """Where the project file has each pattern of ``protect``."""
    lint_ignore: Mapping[str, Span] = field(default_factory=dict, repr=False)
    """Codes of the linter that the project ignores, and where it names each."""
    secret_key_variables: frozenset[str] = frozenset({DEFAULT_SECRET_KEY})
    """Variables that no ``from_env`` of a manifest may read."""
    has_siblings: bool = False
    """The project has other environments."""

    @property
    def option(self) -> str:
        """What names it in a command that somebody is to type: `` -e NAME`` where there are
        several, and nothing where there is one."""
        return f" -e {shlex.quote(self.name)}" if self.has_siblings else ""


def resolve(project: Project | None, name: str | None, root: Path) -> Environment:
    """The environment called ``name``, or the one that is meant where none is named.

    Raises:
        UsageError: there is no such environment, or several and no default.
    """
    if project is None:
        if name not in (None, DEFAULT_ENVIRONMENT):
            raise UsageError(
                f"there is no environment `{name}`, for there is no project file",
                hint="`clerkform init` writes one",
            )
        return Environment(DEFAULT_ENVIRONMENT, root, by_default=name is None)
    chosen = name or _default_name(project)
    known = project.environments or {DEFAULT_ENVIRONMENT: DeclaredEnvironment()}
    if chosen not in known:
        raise UsageError(f"no environment is named `{chosen}`", hint=which_of(chosen, known))
    return _environment(project, chosen, known[chosen], by_default=name is None)


def _default_name(project: Project) -> str:
    known = project.environments
    chosen = given(project.declared.default_environment, None)
    if chosen is None and len(known) > 1:
        raise UsageError(
            "there are several environments, and none of them is the default",
            hint=f"name one with `-e`: {listed(known)}",
        )
    return chosen or next(iter(known), DEFAULT_ENVIRONMENT)


def _environment(
    project: Project, name: str, own: DeclaredEnvironment, *, by_default: bool
) -> Environment:
    base = project.declared
    api = given(own.api, None)
    return Environment(
        name,
        project.root,
        by_default,
        sandbox=api is not None,
        sandbox_settings=api.sandbox if isinstance(api, SandboxApi) else {},
        secret_key_env=secret_key_env(own),
        api_url=given(own.api_url, None),
        instance=given(own.instance, None),
        production=given(own.production, False),
        protected=given(own.protected, False),
        prune={**given(base.prune, {}), **given(own.prune, {})},
        limits=Limits(**{**_declared(base.limits), **_declared(own.limits)}),
        protect=tuple(dict.fromkeys(given(base.protect, ()) + given(own.protect, ()))),
        max_quota=given(own.max_quota, None),
        ledger=given(own.ledger, own_ledger(name)),
        ledgers=project.ledgers,
        vars={**given(base.vars, {}), **given(own.vars, {})},
        manifests=given(base.manifests, None),
        overlays=given(own.manifests, ()),
        exclude=project.overlays,
        named_at=dict(_places(project.node, name)),
        api_url_span=_span(project.node, "environments", name, "api_url"),
        frontend=Claim(
            given(own.publishable_key, None),
            _span(project.node, "environments", name, "publishable_key"),
            given(own.frontend_api_url, None),
            _span(project.node, "environments", name, "frontend_api_url"),
        ),
        prune_spans={
            **_keys(project.node, "prune"),
            **_keys(project.node, "environments", name, "prune"),
        },
        protect_spans={
            **dict(_each(project.node, "protect")),
            **dict(_each(project.node, "environments", name, "protect")),
        },
        lint_ignore=dict(_each(project.node, "lint", "ignore")),
        secret_key_variables=project.secret_key_variables,
        has_siblings=len(project.environments) > 1,
    )


def _declared(limits: DeclaredLimits | MISSING) -> dict[str, Any]:
    return {} if limits is MISSING else limits.model_dump(exclude_unset=True)


def _keys(root: Node, *path: str) -> Mapping[str, Span]:
    """Where the keys of the map at ``path`` stand; none if it was not written."""
    node = root.at(path[:-1]).get(path[-1])
    return node.keys if node else {}


def _span(root: Node, *path: str) -> Span | None:
    """Where the value at ``path`` stands, if it was written."""
    node = root.at(path[:-1]).get(path[-1])
    return node.span if node else None


def _places(root: Node, environment: str) -> Iterator[tuple[str, Span]]:
    yield from _each(root, "manifests")
    yield from _each(root, "environments", environment, "manifests")


def _each(root: Node, *path: str) -> Iterator[tuple[str, Span]]:
    """The entries of the list at ``path``, each with its place; none if it was not written."""
    node = root.at(path)
    for entry in node.value if isinstance(node.value, tuple) else ():
        yield str(entry.value), entry.span


def variables(
    environment: Environment,
    from_env: Mapping[str, str],
    from_flags: Sequence[str],
    problems: Problems,
) -> dict[str, Json]:
    """What ``${var.name}`` stands for; flags beat the process environment, which beats the file.

    Args:
        from_env: the process environment; ``CLERKFORM_VAR_name`` sets ``name``.
        from_flags: ``--var`` options, each ``NAME=VALUE``.
    """
    values = dict(environment.vars)
    named = [
        (f"{VARIABLE_PREFIX}{name}", name, text)
        for variable, text in sorted(from_env.items())
        if (name := variable.removeprefix(VARIABLE_PREFIX)) != variable
    ]
    for flag in from_flags:
        name, equals, text = flag.partition("=")
        if equals:
            named.append((f"--var {name}", name, text))
        else:
            problems.error("bad-variable", "`--var` takes NAME=VALUE, and one has no `=`")
    for origin, name, text in named:
        if not re.fullmatch(VARIABLE, name):
            problems.error(
                "bad-variable",
                f"`{origin}`: a variable's name is made of letters, digits and `_`",
            )
            continue
        try:
            values[name] = _scalar(scalars.checked(text))
        except scalars.UnfitScalar as error:
            problems.error("bad-variable", f"`{origin}`: {error}", hint="quote it if it is text")
    return values


def _scalar(text: str) -> Json:
    """A YAML scalar from the command line. What is no number, boolean or null is text as it is."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        ignored = Problems()
        node = parse(Source("", text), ignored)
        if node is not None and not ignored and node.is_scalar:
            return node.plain()
    return scalars.resolve(text) if text and not text.startswith("+") else text
