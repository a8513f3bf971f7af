"""What ``init`` writes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from clerkform import presets
from clerkform.cli import templates, workflow
from clerkform.cli.placing import write_new, write_text
from clerkform.diagnostics import Problems, collecting
from clerkform.errors import UsageError
from clerkform.manifest.files import is_manifest_name, is_own, read_manifests
from clerkform.project import Environment, load_project, resolve
from clerkform.project.file import given, listed, which_of

IGNORED: Final = (".clerkform/", ".secrets/", "plan.json")
PROJECT: Final = "clerkform.yaml"
MANIFEST: Final = "clerk/main.yaml"
NEXT_STEPS: Final = """
Next:
  clerkform apply                   make it so, on the embedded sandbox: no account is needed
  export CLERK_SECRET_KEY_STAGING=  the secret key of a development instance
  clerkform pull -e staging -o live write down what that instance has
  clerkform plan -e staging         see what clerkform would change there"""
EXISTING_STEPS: Final = """
Next:
  clerkform validate                check the manifests that are here
  clerkform init --ci github        write a workflow that plans and applies them"""

TEMPLATE_STEPS: Final = """
Next: read its comments, change what they call yours, then
  clerkform jwt test                see that its tokens say what the integration reads
  clerkform plan                    see what it would change"""


@dataclass(frozen=True, slots=True)
class Started:
    """What ``init`` did, and what comes next."""

    written: list[str]
    kept: list[str]
    next_steps: str


def start(root: Path) -> Started:
    """Write what is not there yet. Objects to begin with are declared only where no project is.

    Raises:
        UsageError: one of the files is, or is reached by, a link. Then none is written.
    """
    is_new, manifests = not (root / PROJECT).exists(), _manifests(root)
    files = {PROJECT: _project_file(manifests)}
    if is_new and not manifests:
        files[MANIFEST] = _template("main.yaml")
    return _written(root, files, NEXT_STEPS if is_new else EXISTING_STEPS, ignores=True)


def add_workflow(root: Path, host: str, environment: str | None) -> Started:
    """Write the workflow of a host, and where no project is yet, one.

    Raises:
        UsageError: a link is in the way, or it is not clear which environment is meant.
    """
    path, _ = workflow.FILES[host]
    is_new = not (root / PROJECT).exists()
    if is_new and environment:
        raise UsageError(
            f"there is no project yet, so no environment `{environment}` either",
            hint="`clerkform init` starts one; then give its project file that environment",
        )
    _refuse_links(root, [path, PROJECT, MANIFEST, ".gitignore"] if is_new else [path])
    begun = start(root) if is_new else Started([], [], "")
    meant = workflow.environment_for(_environments(root, environment))
    source = workflow.installed_from()
    text = workflow.rendered(host, meant, source or workflow.NOWHERE)
    steps = [
        f"  set the secret {meant.secret_key_env} in the repository's settings on GitHub, to the key",
        f"    of the instance of `{meant.name}`; pull requests from forks do not get it",
        f"  push to main, which applies what the manifests declare to `{meant.name}`",
    ]
    if source is None:
        steps.insert(0, f"  say in {path} which commit of which repository clerkform comes from")
    if MANIFEST in begun.written:
        steps.insert(0, f"  make {MANIFEST} yours: what it declares is an example")
    done = _written(root, {path: text}, "\n".join(["", "Next:", *steps]))
    next_steps = done.next_steps if done.written else f"\nTo have {path} written anew, remove it."
    return Started([*begun.written, *done.written], [*begun.kept, *done.kept], next_steps)


def _environments(root: Path, name: str | None) -> list[Environment]:
    """The one that is named, or all."""
    with collecting() as problems:
        project = load_project(root, problems)
    names: list[str | None] = [name] if name or not project else [*project.environments]
    return [resolve(project, one, root) for one in names or [None]]


def _written(
    root: Path, files: Mapping[str, str], next_steps: str, *, ignores: bool = False
) -> Started:
    _refuse_links(root, [*files, ".gitignore"] if ignores else files)
    done = Started([], [], next_steps)
    for name, text in files.items():
        (done.written if _write(root / name, text) else done.kept).append(name)
    if ignores:
        (done.written if _ignore(root / ".gitignore") else done.kept).append(".gitignore")
    return done


def _manifests(root: Path) -> list[str]:
    """The manifests that are here already, such as those that were pulled."""
    found = read_manifests(root, None, Problems(), may_be_empty=True)
    return [source.path for source in found if source.path != PROJECT]


def _project_file(manifests: Sequence[str]) -> str:
    """Without ``manifests:`` where some are elsewhere than in its folder: then all are read."""
    text, folder = _template(PROJECT), "manifests: [clerk/]\n"
    is_elsewhere = any(not path.startswith("clerk/") for path in manifests)
    return text.replace(folder, "") if is_elsewhere else text


def add_template(root: Path, asked: Sequence[str]) -> Started:
    """Write the preset that ``jwt NAME`` asks for to where the project's manifests are.

    Raises:
        UsageError: something else was asked for, or a link is where the preset would go.
    """
    what, name = (*asked, "")[:2]
    if what != "jwt" or len(asked) > 2:
        raise UsageError(
            f"`init` takes nothing, or `jwt` and a name; not `{' '.join(asked)}`",
            hint="`clerkform init jwt convex` writes the JWT template that Convex asks for",
        )
    known = presets.names()
    if name not in known:
        message = (
            f"there is no preset `{name}`" if name else "`init jwt` takes the name of a preset"
        )
        hint = which_of(name, known) if name else f"there are: {listed(known)}"
        raise UsageError(message, hint=hint)
    path = f"{_folder(root)}/jwt-{name}.yaml"
    return _written(root, {path: presets.text(name)}, TEMPLATE_STEPS)


def _folder(root: Path) -> str:
    """The first folder that the project reads manifests from."""
    with collecting() as problems:
        project = load_project(root, problems)
    named = given(project.declared.manifests, ()) if project else ()
    inside = (p for p in named if (root / p).resolve().is_relative_to(root.resolve()))
    folders = (place for place in inside if not is_manifest_name(place))
    return posixpath.normpath(next(folders, "clerk"))


def _refuse_links(root: Path, names: Iterable[str]) -> None:
    """A checkout may hold links that lead to any file of the machine."""
    for name in names:
        if not is_own(root, name):
            raise UsageError(
                f"`{name}` is a link or is reached by one; nothing was written",
                hint="put a plain file or folder in the link's place",
            )


def _write(path: Path, text: str) -> bool:
    """Write a file that is not there yet; answers whether it was not."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_new({path: text})
    return True


def _template(name: str) -> str:
    return resources.files(templates).joinpath(name).read_text(encoding="utf-8")


def _ignore(path: Path) -> bool:
    """Add the lines that are missing; answers whether any was."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [line for line in IGNORED if line not in text.splitlines()]
    if missing:
        ending = "" if not text or text.endswith("\n") else "\n"
        write_text(path, text + ending + "".join(f"{line}\n" for line in missing))
    return bool(missing)
