"""One write of a plan, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from clerkform.model.address import Address
from clerkform.model.sink import Sink

StepVerb = Literal["create", "update", "delete"]


class StepId(NamedTuple):
    """What a step does where; a replace is two steps, metadata a part of its own."""

    address: Address
    verb: StepVerb
    part: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.address}" + (f" ({self.part})" if self.part else "")


@dataclass(frozen=True, slots=True)
class Step:
    """One request that changes something."""

    id: StepId
    needs: frozenset[StepId] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)
    """The fields to send, those of a part in a map of their own: plain values, references, secret
    references. Where a secret is handed over: what to make anew if Clerk does not show it; empty where others may hold it already."""
    object_id: str | None = None
    """The live object's id, where it exists before the plan runs."""
    removal: str | None = None
    """With ``delete``: which of the kind's ways to remove, if it has several."""
    sinks: Mapping[str, Sink] = field(default_factory=dict)
    """Where the secrets that the server makes are delivered, by the field that says so."""
    edge: Literal["add", "remove"] | None = None
    """The one member in ``values`` is added to the object's set, or removed from it."""
    within: Mapping[str, Any] = field(default_factory=dict)
    """The fields that stand in the paths of the kind's calls, such as the parent's: an id, or a
    reference to what the same plan makes."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """A field's dotted path to the manifest that declares it, for paths that are relative to it."""

    @property
    def address(self) -> Address:
        return self.id.address
