"""Clerk's own OpenAPI documents, which judge what is sent and answered where they are at hand.

They lie beside the checkout, in ``../shared/spec``. ``CLERKFORM_NEEDS_DOCUMENTS=1`` makes a failure
of a missing one, for machines that are to run these tests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "shared" / "spec"
VERSIONS = ("2025-11-10", "2026-05-12")


Api = Literal["bapi", "fapi"]
"""The Backend API and the Frontend API, of which there is the newest version."""


def find(version: str = VERSIONS[-1], api: Api = "bapi") -> dict[str, Any] | None:
    """The document of a version; None where it may be missing and is."""
    path = FOLDER / f"{api}-{version}.yml"
    if path.is_file():
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document: dict[str, Any] = yaml.load(path.read_text(), loader)
        return document
    if os.environ.get("CLERKFORM_NEEDS_DOCUMENTS"):
        pytest.fail(f"{path.name} is not in {FOLDER.parent.name}/{FOLDER.name} beside the checkout")
    return None


def need(version: str = VERSIONS[-1], api: Api = "bapi") -> dict[str, Any]:
    """The same; skips the test where it may be missing and is."""
    document = find(version, api)
    if document is None:
        pytest.skip("Clerk's OpenAPI document is not beside this checkout")
    return document
