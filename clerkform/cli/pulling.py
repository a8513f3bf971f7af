"""What was pulled, to new files or to standard output."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clerkform.cli.invocation import Invocation
from clerkform.cli.placing import place, refuse_secrets, write_new
from clerkform.cli.standard import DASH
from clerkform.errors import ANSWERED_WITH_SECRET, BadAnswer, UsageError
from clerkform.kinds import KINDS
from clerkform.manifest.emit import emit
from clerkform.manifest.files import SCHEMA, is_manifest_name, is_own
from clerkform.model import Registry
from clerkform.project import Environment
from clerkform.report.formatting import escaped
from clerkform.secrets.redaction import holds_secret
from clerkform.workflows.pull import DEFAULTS, Pulled


def words(given: Iterable[str], registry: Registry) -> frozenset[str]:
    """What ``--with`` names, separated by commas or by repeating it."""
    found = {word.strip() for text in given for word in text.split(",") if word.strip()}
    known = {kind.name for kind in registry.values() if kind.runtime}
    fields = (field for kind in registry.values() for field in kind.leaves)
    known |= {field.traits.pulled_with for field in fields if field.traits.pulled_with}
    known.add(DEFAULTS)
    if odd := sorted(found - known):
        hint = f"it takes {', '.join(sorted(known))}"
        raise UsageError(f"--with does not know {', '.join(odd)}", hint=hint)
    return frozenset(found)


def home(environment: Environment) -> str:
    """Where the project's own manifests are, so that the next plan reads what was pulled.

    Raises:
        UsageError: that is no plain folder of the project: a checkout does not choose another.
    """
    places = (place for place in environment.manifests or () if not is_manifest_name(place))
    place = next(places, ".")
    if not is_own(environment.root, place):
        raise UsageError(
            f"the manifests' folder `{place}` leads outside the project, or is or passes a link;"
            " nothing was written",
            hint="pull into another folder with -o DIR, or print with -o -",
        )
    return place


def hand_over(
    pulled: Pulled, output: str, environment: Environment, invocation: Invocation
) -> None:
    """Write or print the manifests, and say what is not in them.

    Raises:
        BadAnswer: the instance has answered with a secret of this run.
    """
    sections = {name: items for name, items in pulled.sections.items() if items}
    for name, items in sections.items():
        if holds_secret(items):
            raise BadAnswer("GET", KINDS[name].reads.path, detail=ANSWERED_WITH_SECRET)
    view, left_out = invocation.view, [escaped(text) for text in pulled.left_out]
    if output == DASH:
        text = emit(sections)
        refuse_secrets(text, "standard output")
        view.verbatim(text.removesuffix("\n"), "yaml", manifest=text, left_out=left_out)
    else:
        written = _write(sections, Path(output), environment.root)
        said = "\n".join(f"wrote {path}" for path in written) or "Nothing to pull."
        view.say(said, written=[str(path) for path in written], left_out=left_out)
    for text in left_out:
        invocation.note(f"left out: {text}")


def _write(sections: Mapping[str, list[Any]], folder: Path, root: Path) -> list[Path]:
    """One new file per kind; none if one of them is there already, or cannot be written."""
    written = [folder / f"{name}.yaml" for name in sections]
    if there := [path for path in written if os.path.lexists(path)]:
        raise UsageError(
            f"{', '.join(map(str, there))}: a pull touches no file that exists; nothing was written",
            hint="pull into another folder with -o DIR, or print with -o -",
        )
    places = [place(path, root, "nothing was written") for path in written]
    header = None
    if (root / SCHEMA).is_file():
        schema = os.path.relpath(root / SCHEMA, folder)
        header = f"yaml-language-server: $schema={schema}"
    texts = (emit({name: items}, header) for name, items in sections.items())
    for path in places:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_new(dict(zip(places, texts, strict=True)))
    return written
