"""The API groups, a module each, found by themselves: a module exports ``ROUTES``, ``KIND`` if it
has a collection of objects, and ``SINGLETONS`` if it has settings."""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from clerkform.sandbox.operation import Operation


@cache
def modules() -> tuple[ModuleType, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}") for name in names)


def operations() -> tuple[Operation, ...]:
    return tuple(operation for module in modules() for operation in module.ROUTES)


def kinds() -> tuple[str, ...]:
    found = (module.KIND for module in modules() if hasattr(module, "KIND"))
    return tuple(dict.fromkeys(found))
