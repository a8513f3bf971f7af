"""The samples of all kinds, found by themselves.

A kind without one is left out of the tests that need it; ``kinds/test_samples.py`` names the file.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

from clerkform.kinds import KINDS
from clerkform.model import Kind
from tests.kinds import KindSample
from tests.paths import kind_of

FOLDER = Path(__file__).parent / "kinds"


def _found() -> dict[str, KindSample]:
    names = [path.stem for path in sorted(FOLDER.glob("[!_]*.py"))]
    return {
        name: importlib.import_module(f"tests.kinds.{name}").SAMPLE
        for name in names
        if not name.startswith("test_")
    }


SAMPLES: Mapping[str, KindSample] = _found()
SAMPLED: tuple[Kind, ...] = tuple(kind for kind in KINDS.values() if kind.name in SAMPLES)


def file_of(path: str, otherwise: str) -> str:
    """Where what tests know of a path is written down: by its kind, or ``otherwise``."""
    kind = kind_of(path)
    return f"tests/kinds/{kind}.py" if kind else otherwise


def is_sampled(path: str) -> bool:
    """Whether a path is about no kind, or about one that has a sample."""
    return (kind_of(path) or next(iter(SAMPLES))) in SAMPLES
