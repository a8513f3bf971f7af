"""Manifests on disk to the desired state of one environment, or of all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clerkform.desired import Desired, Item, desired_state, secrets
from clerkform.diagnostics import (
    Diagnostic,
    Problems,
    Span,
    collecting,
    did_you_mean,
)
from clerkform.errors import ManifestError
from clerkform.lint.run import RULES, lint
from clerkform.manifest.node import Json
from clerkform.manifest.room import FULL_ENVIRONMENTS, Room
from clerkform.model import Field, Registry, Sink
from clerkform.model.canonical import canonical
from clerkform.model.paths import value_at
from clerkform.model.pattern import no_kind
from clerkform.project import Environment, load_project, resolve, variables
from clerkform.workflows.gather import gather, sinks_read_by
from clerkform.workflows.ports import Secrets


@dataclass(frozen=True, slots=True)
class Loaded:
    """The manifests of one environment, validated."""

    environment: Environment
    desired: Desired
    findings: tuple[Diagnostic, ...] = ()
    """Warnings and notes; errors were raised."""
    variables: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """What ``${var.name}`` stood for."""


def digest(loaded: Loaded) -> str:
    """SHA-256 of what is declared and of the variables, in hexadecimal.

    Any edit changes it, but for comments, layout and the order of things. A secret takes part as
    its reference.
    """
    desired = loaded.desired
    items = {
        str(address): item.resource.model_dump(exclude_unset=True)
        for address, item in desired.items.items()
    }
    text = canonical([items, sorted(desired.sections), loaded.variables])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def load(
    root: Path,
    environment: str | None,
    registry: Registry,
    environ: Mapping[str, str],
    flags: Sequence[str] = (),
) -> Loaded:
    """Read and validate the manifests of one environment; ``None`` is the default one.

    Raises:
        ManifestError: at least one thing is wrong; it names everything that is.
    """
    with collecting() as problems:
        project = load_project(root, problems)
        if problems.errors:
            raise ManifestError(problems.in_order())
        chosen = resolve(project, environment, root=root)
        values = Noted(variables(chosen, environ, flags, problems))
        desired = _desired(chosen, registry, values, problems, Room())
        _check_flags(flags, chosen.vars.keys() | values.used, problems)
        # What is live already may break a rule: a plan that leaves it alone goes through.
        for found in lint(desired.items.values(), chosen.lint_ignore):
            problems.append(replace(found, severity="warning"))
    return Loaded(chosen, desired, problems.in_order(), values)


def validate(
    root: Path,
    environment: str | None,
    registry: Registry,
    environ: Mapping[str, str],
    flags: Sequence[str] = (),
    vault: Callable[[Environment], Secrets] | None = None,
) -> tuple[Loaded, ...]:
    """Load every environment, or the one that is named, and check the secrets that are set.

    Raises:
        ManifestError: as ``load``, over all environments at once.
    """
    loaded, known, whole_run = [], set[str](), Room(environments=FULL_ENVIRONMENTS)
    with collecting() as problems:
        project = load_project(root, problems)
        names = [environment] if environment or not project else list(project.environments)
        for name in [] if problems.errors else (names or [None]):
            chosen = resolve(project, name, root=root)
            found = problems.part()
            try:
                values = Noted(variables(chosen, environ, flags, found))
                desired = _desired(chosen, registry, values, found, Room(whole_run))
                known |= chosen.vars.keys() | values.used
                found += lint(desired.items.values(), chosen.lint_ignore)
                if vault:
                    secrets_, items = vault(chosen), desired.items.values()
                    found += secret_findings(items, secrets_, chosen.root)
                    found += sink_findings(items, secrets_, chosen.root)
            finally:
                problems += found
            loaded.append(Loaded(chosen, desired, found.in_order(), values))
        if loaded:
            unused = Problems()
            _check_flags(flags, known, unused)
            loaded[0] = replace(loaded[0], findings=(*loaded[0].findings, *unused))
    return tuple(loaded)


class Noted(dict[str, Json]):
    """Variables, and which of them the manifests use."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        super().__init__(values)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Json:
        self.used.add(name)
        return super().__getitem__(name)


def _check_flags(flags: Sequence[str], known: Collection[str], problems: Problems) -> None:
    """A variable that nothing uses is a slip: what was to be set keeps its default."""
    for flag in flags:
        name, equals, _ = flag.partition("=")
        if equals and name not in known:
            problems.warn(
                "unused-variable",
                f"`--var {name}` sets what no manifest uses and no `vars` declares",
                None,
                hint=did_you_mean(name, known),
            )


def _desired(
    environment: Environment,
    registry: Registry,
    values: Mapping[str, Json],
    problems: Problems,
    room: Room,
) -> Desired:
    gathered = gather(environment, registry, values, problems, room)
    if gathered is None:
        return Desired()
    desired = desired_state(gathered.base, gathered.overlays, registry, gathered.scope, problems)
    problems += sinks_read_by(desired.items.values(), gathered.sinks, environment.root)
    _check_variables(desired, environment.secret_key_variables, problems)
    _check_prune(environment, desired, registry, problems)
    _check_protect(environment, registry, problems)
    _check_ignored(environment, problems)
    return desired


def _check_variables(desired: Desired, forbidden: frozenset[str], problems: Problems) -> None:
    """A manifest must not read what unlocks an instance: its value would go to Clerk as data."""
    for item in desired.items.values():
        for field_, ref in secrets(item):
            if ref.from_env in forbidden:
                problems.error(
                    "forbidden-variable",
                    f"`{ref.from_env}` is the secret key of an environment, which no manifest may"
                    " read",
                    item.at(*field_.path, "from_env"),
                    hint="keep this secret in a variable of its own",
                )


def _check_prune(
    environment: Environment, desired: Desired, registry: Registry, problems: Problems
) -> None:
    for name, policy in environment.prune.items():
        kind, span = registry.get(name), environment.prune_spans.get(name)
        if kind is None:
            problems.error(
                "unknown-section",
                f"there is no section `{name}` to prune",
                span,
                hint=did_you_mean(name, registry)
                or f"the sections are {', '.join(sorted(registry))}",
            )
        elif why := kind.why_never_pruned:
            problems.error(
                "never-pruned",
                f"`{name}` cannot be pruned: {why}",
                span,
                hint="leave it out; what a manifest does not declare is not managed",
            )
        elif kind.runtime and policy == "all":
            problems.error(
                "prune-runtime-kind",
                f"`{name}` cannot be pruned: {kind.runtime}",
                span,
                hint="`owned` prunes what clerkform has made or adopted; `absent: true` says what must"
                " not exist",
            )
        elif policy != "none" and name not in desired.sections:
            problems.warn(
                "prunes-nothing",
                f"`prune: {{{name}: {policy}}}` prunes nothing, for no manifest has the section",
                span,
                hint=f"if none of them is to be left, say so: `{name}: []`",
            )


def _check_protect(environment: Environment, registry: Registry, problems: Problems) -> None:
    """A pattern that no address can match protects nothing."""
    for pattern in environment.protect:
        if wrong := no_kind(pattern, registry, registry.keyless):
            problems.error(
                "unknown-kind",
                f"`{pattern}` protects nothing: {wrong[0]}",
                environment.protect_spans.get(pattern),
                hint=wrong[1],
            )


def _check_ignored(environment: Environment, problems: Problems) -> None:
    """A slip mutes nothing, so it stops nothing either."""
    for code, span in environment.lint_ignore.items():
        if code not in RULES:
            hint = did_you_mean(code, RULES) or "docs/lint.md lists the rules"
            problems.warn("unknown-rule", f"no rule is called `{code}`", span, hint=hint)


def secret_findings(
    items: Iterable[Item], vault: Secrets, root: Path, *, run_commands: bool = False
) -> Iterator[Diagnostic]:
    """What is wrong with the secrets that items declare.

    One that is not there is a note: only an apply needs it. Commands run here only for an apply.
    """
    for item in items:
        if item.absent or item.external:
            continue
        for field_, ref in secrets(item):
            base = folder_of(item, field_, root)
            span = item.node.at(field_.path).span
            signs_with = field_.sibling(field_.traits.signs_with or "")
            algorithm = value_at(item.values, signs_with)
            if found := vault.check_ref(ref, base, span):
                yield found
                continue
            may_look = run_commands or ref.source != "from_command"
            if may_look and isinstance(algorithm, str):
                bad = vault.check_key(ref, base, algorithm, span)
                yield from [bad] if bad else []


def sink_findings(items: Iterable[Item], vault: Secrets, root: Path) -> Iterator[Diagnostic]:
    """Why new secrets of items could not be delivered, as far as looking tells: an error where no
    machine could."""
    written = (item for item in items if not (item.absent or item.external))
    for sink, base, span in sinks(written, root):
        if found := vault.check_sink(sink, base, span):
            yield found


def folder_of(item: Item, field_: Field, root: Path) -> Path:
    """The folder of the manifest that declares a field: what paths in it are relative to."""
    return (root / item.at(*field_.path).path).parent


def sinks(items: Iterable[Item], root: Path) -> Iterator[tuple[Sink, Path, Span]]:
    """Where the items' new secrets go: the sink, the folder it is relative to, its place."""
    for item in items:
        for name, sink in item.kind.sinks(item.values).items():
            span = item.at(name)
            yield sink, (root / span.path).parent, span
