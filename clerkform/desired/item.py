"""Declared resources, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from clerkform.diagnostics import Span
from clerkform.manifest.node import Node
from clerkform.model import Address, Declared, Field, Kind, Reference, SecretRef, Values


@dataclass(frozen=True, slots=True)
class Item:
    """One resource as it is declared."""

    kind: Kind
    address: Address
    parts: tuple[str, ...]
    """The key as normalised text; a reference stands as the key it refers to."""
    values: Values
    """The declared fields, as they were written: plain values, references, secret references."""
    resource: Declared
    node: Node
    destroyed: bool = False
    """Asked to go, whatever its manifest says."""

    @property
    def span(self) -> Span:
        return self.node.span

    def at(self, *path: str | int) -> Span:
        """Where ``path`` stands: its key if it is a field of the item's, else the nearest node."""
        if len(path) == 1 and path[0] in self.node.keys:
            return self.node.keys[str(path[0])]
        return self.node.at(path).span

    def may_be_quoted(self, span: Span) -> bool:
        """Whether nothing that is never printed stands on that line, which may hold several
        fields."""
        sensitive = (field for field, _ in self.declared() if field.traits.sensitive)
        return all(self.at(*field.path).line != span.line for field in sensitive)

    def _said(self, name: str) -> Any:
        """One of the words that any item takes, or None where it is not there."""
        return getattr(self.resource, name) if name in self.resource.model_fields_set else None

    @property
    def pin(self) -> str | None:
        pin: str | None = self._said("id")
        return pin

    @property
    def absent(self) -> bool:
        return self._said("absent") is True or (self.destroyed and not self.external)

    @property
    def external(self) -> bool:
        return self._said("external") is True

    @property
    def has_key(self) -> bool:
        """False where the item is identified by the field that stands in for its key."""
        return all(field.name in self.values for field in self.kind.identity)

    def lifecycle(self, name: str) -> Any:
        """A lifecycle setting, or None where it is not declared."""
        block = self._said("lifecycle")
        if isinstance(block, BaseModel) and name in block.model_fields_set:
            return getattr(block, name)
        return None

    @property
    def renamed_from(self) -> str | None:
        old = self.lifecycle("renamed_from")
        return None if old is None else str(self.kind.identity[-1].normalized(old))

    def parts_with(self, last: str) -> tuple[str, ...]:
        """The key with ``last`` in the place of its last field."""
        at = len(self.kind.identity) - 1
        return (*self.parts[:at], last, *self.parts[at + 1 :])

    @property
    def former(self) -> Address | None:
        """The address that ``renamed_from`` speaks of."""
        old = self.renamed_from
        return self.kind.address(self.parts_with(old)) if old else None

    @property
    def formerly(self) -> Address | None:
        """What ``renamed_from`` means where the last field of the key names what is no kind."""
        old, ref = (
            self.renamed_from,
            self.kind.identity[-1].traits.ref if self.kind.identity else None,
        )
        return Address(ref.kind, old) if old and ref and ref.outside else None

    def under(self, ids: Mapping[Address, str]) -> tuple[tuple[str, str], ...]:
        """Where this item's kind is listed, as query parameters; empty while that has no id."""
        return listed_under(self.kind, self.values, ids)

    def declared(self) -> Iterator[tuple[Field, Any]]:
        """Each declared leaf with its value."""
        return self.kind.declared(self.values)

    def references(self) -> Iterator[tuple[Field, Reference]]:
        for leaf, value in self.declared():
            for one in value if isinstance(value, list) else (value,):
                if isinstance(one, Reference):
                    yield leaf, one

    def owners(self) -> Iterator[Address]:
        """What this item goes with."""
        for field_, reference in self.references():
            if field_.traits.ref and field_.traits.ref.owner:
                yield reference.to


def listed_under(
    kind: Kind, values: Values, ids: Mapping[Address, str]
) -> tuple[tuple[str, str], ...]:
    """The query parameters under which an object with these fields is listed."""
    found = []
    for parameter, name in kind.reads.under.items():
        value = values.get(name, kind.fields[name].traits.variant)
        if isinstance(value, Reference):
            value = ids.get(value.to)
        if value is None:
            return ()
        found.append((parameter, str(value)))
    return tuple(found)


def secrets(item: Item) -> Iterator[tuple[Field, SecretRef]]:
    """The secret references that an item declares, with their fields."""
    for field_, value in item.declared():
        if field_.form == "secret" and value is not None:
            yield field_, value
