"""The API groups, a module each, found by themselves: a module exports ``KIND`` and ``ROUTES``."""

import pkgutil
from importlib import import_module
from types import ModuleType

from clerkform.sandbox.operation import Operation


def modules() -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [import_module(f"{__name__}.{name}") for name in names]


def operations() -> tuple[Operation, ...]:
    return tuple(operation for module in modules() for operation in module.ROUTES)


def kinds() -> tuple[str, ...]:
    return tuple(dict.fromkeys(module.KIND for module in modules()))
