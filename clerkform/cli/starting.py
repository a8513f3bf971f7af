"""What ``init`` writes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from clerkform import presets
from clerkform.cli import templates
from clerkform.cli.placing import write_new, write_text
from clerkform.diagnostics import collecting
from clerkform.errors import UsageError
from clerkform.project import load_project
from clerkform.project.file import given, listed, which_of
from clerkform.source.files import is_manifest_name, is_own

IGNORED: Final = (".clerkform/", ".secrets/", "plan.json")
FILES: Final = {"clerkform.yaml": "clerkform.yaml", "clerk/main.yaml": "main.yaml"}
WORKFLOWS: Final = {"github": {".github/workflows/clerkform.yaml": "github.yaml"}}
NEXT_STEPS: Final = """
Next:
  clerkform apply                   make it so, on the embedded sandbox: no account is needed
  export CLERK_SECRET_KEY_STAGING=  the secret key of a development instance
  clerkform pull -e staging -o live write down what that instance has
  clerkform plan -e staging         see what clerkform would change there"""

TEMPLATE_STEPS: Final = """
Next: read its comments, change what they call yours, then
  clerkform jwt test                see that its tokens say what the integration reads
  clerkform plan                    see what it would change"""


def start(root: Path, ci: str | None) -> tuple[list[str], list[str]]:
    """Write what is not there yet; answers what was written and what was kept.

    Raises:
        UsageError: one of the files is, or is reached by, a link. Then none is written.
    """
    written: list[str] = []
    kept: list[str] = []
    files = {**FILES, **(WORKFLOWS[ci] if ci else {})}
    _refuse_links(root, [*files, ".gitignore"])
    for name, template in files.items():
        path = root / name
        (written if _write(path, _template(template)) else kept).append(name)
    (written if _ignore(root / ".gitignore") else kept).append(".gitignore")
    return written, kept


def add_template(root: Path, asked: Sequence[str]) -> tuple[list[str], list[str]]:
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
    _refuse_links(root, [path])
    return ([path], []) if _write(root / path, presets.text(name)) else ([], [path])


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
