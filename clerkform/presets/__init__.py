"""JWT templates for what reads Clerk's tokens, each with its sources and a test.

A preset is a manifest as ``clerkform init jwt NAME`` writes it. What it claims is what the
integration's own documents ask for; they are named at its top.
"""

from __future__ import annotations

from importlib import resources

_ENDING = ".yaml"


def names() -> list[str]:
    """Every preset, sorted."""
    files = (file.name for file in resources.files(__name__).iterdir())
    return sorted(name.removesuffix(_ENDING) for name in files if name.endswith(_ENDING))


def text(name: str) -> str:
    """The manifest of a preset."""
    return resources.files(__name__).joinpath(name + _ENDING).read_text(encoding="utf-8")
