"""The API's groups, a module each, found by themselves: a module exports its ``GROUP``."""

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from clerkform.sandbox.groups import Group, Groups
from clerkform.sandbox.operation import Operation


@cache
def own() -> Groups:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return Groups(tuple(import_module(f"{__name__}.{name}").GROUP for name in names))


def with_own(groups: Iterable[Group]) -> Groups:
    """These besides the API's own."""
    more = tuple(groups)
    return Groups((*own().every, *more)) if more else own()


def operations() -> tuple[Operation, ...]:
    """The Backend API's. What is public is the Frontend API's."""
    return tuple(operation for operation in own().routes if not operation.public)


def kinds() -> tuple[str, ...]:
    return own().kinds
