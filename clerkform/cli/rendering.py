"""Templates by name, and the files that say for whom they are rendered."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from clerkform.cli import standard
from clerkform.cli.standard import DASH
from clerkform.desired import Item
from clerkform.diagnostics import Source, Span, collecting, did_you_mean
from clerkform.diff.creation import key_in
from clerkform.errors import UsageError
from clerkform.jwt.cases import SAMPLE
from clerkform.jwt.context import Context, context
from clerkform.jwt.render import Rendered, render
from clerkform.jwt.standard import ALGORITHM
from clerkform.manifest.files import MAX_MANIFEST, read_text, read_text_inside
from clerkform.manifest.room import Room
from clerkform.model import Address
from clerkform.workflows import template_tests
from clerkform.workflows.load import Loaded
from clerkform.workflows.template_tests import SAMPLES, Ran, parse_object

TEMPLATES: Final = "jwt_templates"
ROLES: Final = "organization_roles"


def template_named(loaded: Loaded, name: str) -> Item:
    """The declared template; ``jwt_templates/NAME`` is taken as well.

    Raises:
        UsageError: there is none, or none with claims.
    """
    name = name.removeprefix(f"{TEMPLATES}/")
    item = loaded.desired.items.get(Address(TEMPLATES, name))
    if item is None:
        known = [address.key for address in loaded.desired.items if address.kind == TEMPLATES]
        listed = f"there are {', '.join(sorted(known))}" if known else "no manifest declares one"
        hint = did_you_mean(name, known) or listed
        raise UsageError(f"no JWT template is called `{name}`", hint=hint)
    if "claims" not in item.values:
        raise UsageError(
            f"{item.address} declares no claims ({item.span})",
            hint="declare its `claims`; `clerkform pull` writes those that are live",
        )
    return item


def algorithm_of(item: Item) -> str:
    return str(item.values.get("signing_algorithm", ALGORITHM))


def rendered(item: Item, who: Context) -> Rendered:
    return render(item.values["claims"], who, algorithm=algorithm_of(item))


def run_tests(loaded: Loaded, names: Sequence[str]) -> list[Ran]:
    """Run the tests of these templates, or of all.

    Raises:
        ManifestError: some cannot be run.
    """
    items = [template_named(loaded, name) for name in names] or [
        item
        for item in loaded.desired.items.values()
        if item.kind.name == TEMPLATES and not (item.absent or item.external)
    ]
    root, room = loaded.environment.root, Room()
    with collecting() as problems:

        def read(path: str, span: Span) -> str | None:
            folder = posixpath.dirname(span.path)
            return read_text_inside(root, folder, path, span, problems, room)

        return list(template_tests.run_tests(items, read, problems, permissions_of_roles(loaded)))


def permissions_of_roles(loaded: Loaded) -> template_tests.Roles:
    """The permissions of each role that the manifests give some, by its key."""
    return {
        address.key: [key_in(one) for one in item.values["permissions"]]
        for address, item in loaded.desired.items.items()
        if address.kind == ROLES and not item.absent and "permissions" in item.values
    }


def read_context(
    user: str, org: str | None, session: str | None, roles: template_tests.Roles
) -> Context:
    """Each a file, ``-`` for standard input, or ``sample``."""
    if [user, org, session].count(DASH) > 1:
        raise UsageError("standard input can be read once: name files for the others")
    return context(
        _object("user", user),
        _object("org", org) if org else None,
        _object("session", session) if session else None,
        roles,
    )


def _object(name: str, path: str) -> Mapping[str, Any]:
    if path == SAMPLE:
        return SAMPLES[name]
    shown = "standard-input.json" if path == DASH else path
    span = Span(Source(shown), 1, 1)
    with collecting() as problems:
        if path == DASH:
            text = standard.read_text(shown, problems, MAX_MANIFEST)
        else:
            text = read_text(Path(path), path, problems, span)
        found = None if text is None else parse_object(Source(shown, text), span, problems)
    return found or {}
