"""A folder of files to the findings in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from clerkform.diagnostics import Diagnostic
from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.model import Registry
from clerkform.workflows.load import load

Files = Mapping[str, str | bytes]

ENVIRON = {"CLERKFORM_VAR_host": "https://app.example.com"}
"""One variable that every manifest here may use, ``${var.host}``."""

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"

TEN_MISTAKES = {
    "clerkform.yaml": "version: 1\nvars: {app: https://app.example.com}\n",
    "a_syntax.yaml": "redirect_urls: [app://a\n",
    "b_tab.yaml": "jwt_templates:\n\t- name: a\n",
    "c_duplicate.yaml": "redirect_urls: [app://b]\nredirect_urls: [app://c]\n",
    "d_section.yaml": "organisations: []\n",
    "e_field.yaml": "jwt_templates:\n  - {name: e, lifetme: 60}\n",
    "f_type.yaml": "jwt_templates:\n  - {name: f, lifetime: soon}\n",
    "g_bounds.yaml": "jwt_templates:\n  - {name: g, allowed_clock_skew: 301}\n",
    "h_null.yaml": "domains:\n  - {name: a.example.net, is_satellite: null}\n",
    "i_reference.yaml": "api_keys:\n  - {name: billing, subject: {organization: nobody}}\n",
    "j_secret.yaml": f"jwt_templates:\n  - {{name: j, signing_key: {SECRET}}}\n",
}
TEN_FINDINGS = [
    "a_syntax.yaml:1:16 yaml-syntax",
    "b_tab.yaml:2:1 tab",
    "c_duplicate.yaml:2:1 duplicate-key",
    "d_section.yaml:1:1 unknown-section",
    "e_field.yaml:2:15 unknown-field",
    "f_type.yaml:2:25 wrong-type",
    "g_bounds.yaml:2:35 out-of-bounds",
    "h_null.yaml:2:41 null-here",
    "i_reference.yaml:2:45 reference-to-nothing",
    "j_secret.yaml:2:28 literal-secret",
]
"""A place and a code for each of ``TEN_MISTAKES``."""


def write(root: Path, files: Files) -> None:
    for name, content in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def errors_in(
    root: Path, files: Files | str | bytes, registry: Registry = KINDS
) -> list[Diagnostic]:
    """The errors in ``files``, or in one manifest, ``clerk.yaml``; there must be one at least."""
    write(root, {"clerk.yaml": files} if isinstance(files, str | bytes) else files)
    with pytest.raises(ManifestError) as caught:
        load(root, None, registry, ENVIRON)
    return [found for found in caught.value.diagnostics if found.severity == "error"]


def places(found: list[Diagnostic]) -> list[str]:
    """``path:line:column code`` of each finding."""
    return [f"{one.span or '-'} {one.code}" for one in found]
