"""What ``init`` writes."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from clerkform.cli import templates

IGNORED: Final = (".clerkform/", ".secrets/")
FILES: Final = {"clerkform.yaml": "clerkform.yaml", "clerk/main.yaml": "main.yaml"}
WORKFLOWS: Final = {"github": {".github/workflows/clerkform.yaml": "github.yaml"}}
NEXT_STEPS: Final = """
Next:
  clerkform apply                   make it so, on the embedded sandbox: no account is needed
  export CLERK_SECRET_KEY_STAGING=  the secret key of a development instance
  clerkform pull -e staging -o live write down what that instance has
  clerkform plan -e staging         see what clerkform would change there"""


def start(root: Path, ci: str | None) -> tuple[list[str], list[str]]:
    """Write what is not there yet; answers what was written and what was kept."""
    written, kept = [], []
    for name, template in {**FILES, **(WORKFLOWS[ci] if ci else {})}.items():
        path = root / name
        if path.exists():
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_template(template), encoding="utf-8")
        written.append(name)
    (written if _ignore(root / ".gitignore") else kept).append(".gitignore")
    return written, kept


def _template(name: str) -> str:
    return resources.files(templates).joinpath(name).read_text(encoding="utf-8")


def _ignore(path: Path) -> bool:
    """Add the lines that are missing; answers whether any was."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [line for line in IGNORED if line not in text.splitlines()]
    if missing:
        ending = "" if not text or text.endswith("\n") else "\n"
        path.write_text(text + ending + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    return bool(missing)
