"""Collects what each module of a package exports under one name."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def exports(package: ModuleType, name: str) -> dict[str, Any]:
    """Module name to its ``name``, for every public module of ``package``.

    Raises:
        AttributeError: a module lacks the name, so it would be silently left out.
    """
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            found[info.name] = getattr(module, name)
    return found
