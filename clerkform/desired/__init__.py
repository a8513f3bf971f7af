"""Nodes to validated resources, with every mistake located.

Sections are read item by item (``sections``): variables and files filled in, an environment's
overlay merged on top; then validated by the kind's model (``validate``), then checked against each
other (``check``). ``item`` has the values that come out.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerkform.desired.check import (
    check_ignored,
    check_pins,
    check_references,
    check_renames,
    check_sole,
)
from clerkform.desired.desired import Desired
from clerkform.desired.item import Item, listed_under, secrets
from clerkform.desired.overlay import overlaid
from clerkform.desired.sections import keyed, sections_of
from clerkform.desired.validate import item_of
from clerkform.diagnostics import Problems
from clerkform.manifest.node import Node
from clerkform.manifest.values import Scope
from clerkform.model import Address, Registry

__all__ = ["Desired", "Item", "desired_state", "listed_under", "secrets"]


def desired_state(
    base: Sequence[Node],
    overlays: Sequence[Node],
    registry: Registry,
    scope: Scope,
    problems: Problems,
) -> Desired:
    """What ``base`` declares with ``overlays`` on top, as far as it is right."""
    sections = sections_of(base, registry, problems)
    over = sections_of(overlays, registry, problems)
    items: dict[Address, Item] = {}
    for kind in registry.values():
        nodes = keyed(kind, sections.get(kind.name, []), scope, problems, base=True)
        changes = keyed(kind, over.get(kind.name, []), scope, problems, base=False)
        for key, node in overlaid(kind, nodes, changes, problems).items():
            if item := item_of(kind, key, node, registry, problems):
                items[item.address] = item
    check_pins(items, problems)
    check_sole(items, problems)
    check_ignored(items, problems)
    check_renames(items, problems)
    check_references(items, registry, problems)
    return Desired(items, frozenset(sections) | frozenset(over))
