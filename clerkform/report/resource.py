"""One resource, declared, live and as it was last applied, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clerkform.diff.action import Action
from clerkform.diff.deletions import keys_by_id, live_address
from clerkform.errors import UsageError
from clerkform.ledger.entries import Entry
from clerkform.live.state import LiveObject
from clerkform.model import Address, Field, Kind, Reference, Registry
from clerkform.model.paths import GONE, value_at
from clerkform.model.pattern import nearest
from clerkform.model.traits import Source
from clerkform.plan.review import SENSITIVE
from clerkform.report.formatting import cell
from clerkform.report.inventory import UNDECLARED, state
from clerkform.report.view import Table
from clerkform.workflows.planned import Planned
from clerkform.workflows.request import SEE_ALL

COLUMNS: Final = ("field", "declared", "live", "recorded", "note")
SECRET: Final = "(secret)"
SOURCES: Final[Mapping[Source, str]] = {
    "frontend": "the Frontend API's environment",
    "primary_domain": "the primary domain",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """What there is to say about an address."""

    address: str
    state: str
    kind: Kind
    action: Action | None
    live: LiveObject | None
    recorded: Entry | None
    """What the ledger has of it."""

    @property
    def data(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "state": self.state,
            "id": self.live.id if self.live else None,
            "place": self.action.span if self.action else None,
            "delivery": self.recorded.delivery if self.recorded else None,
            "computed": self.computed,
        }

    @property
    def computed(self) -> dict[str, Any]:
        """What the server alone sets."""
        live = self.live.values if self.live else {}
        return {name: live[name] for name in self.kind.computed if live.get(name) is not None}

    def __str__(self) -> str:
        said = {**self.data, "delivery": None, "computed": None}
        if self.recorded and self.recorded.delivery:
            said["delivery"] = f"secret: {self.recorded.delivery}"
        return " · ".join(cell(value) for value in said.values() if value)

    def table(self) -> Table:
        rows = [row for field in self.kind.leaves for row in self._rows(field)]
        rows += [
            {"field": n, "live": value, "note": "computed"} for n, value in self.computed.items()
        ]
        notes = "\n".join(f"note: {note}" for note in self.action.notes) if self.action else ""
        columns = (*COLUMNS, "read_from") if self.kind.is_always_there else COLUMNS
        return Table("fields", columns, rows, notes)

    def _rows(self, field: Field) -> Iterator[dict[str, Any]]:
        item = self.action.item if self.action else None
        declared = value_at(item.values, field.path) if item else GONE
        is_declared = declared is not GONE
        live = value_at(self.live.values, field.path) if self.live else None
        live = None if live is GONE else live
        recorded = self._recorded(field)
        if field.traits.local or (not is_declared and live is None and recorded is None):
            return
        paths = [c.path[: len(field.path)] for c in (self.action.changes if self.action else ())]
        differs = self.live is not None and field.path in paths
        yield {
            "field": str(field),
            "declared": _shown(field, declared) if is_declared else None,
            "live": _shown(field, live),
            "recorded": recorded,
            "note": "differs" if differs else None if is_declared else "not declared",
            "read_from": _source(field),
        }

    def _recorded(self, field: Field) -> Any:
        """As it was last applied; of secrets and sensitive values there are but fingerprints."""
        if self.recorded is None:
            return None
        if self.recorded.prints_at(field.path):
            return SECRET if field.form == "secret" else SENSITIVE
        value = value_at(self.recorded.values, field.path)
        value = None if value is GONE else value
        if field.traits.ref and isinstance(value, dict):
            return Address.parse(str(value.get("to"))).key
        return value


def _source(field: Field) -> str:
    """Where its live value comes from."""
    read_from = field.traits.read_from
    if read_from is not None:
        return SOURCES[read_from.source]
    return "nothing shows it" if field.is_unread else "the Backend API"


def _shown(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.form == "secret":
        return SECRET
    if field.traits.sensitive:
        return SENSITIVE
    return value.to.key if isinstance(value, Reference) else value


def describe(address: str, planned: Planned, registry: Registry) -> Resource:
    """What is known of an address.

    Raises:
        UsageError: it is neither declared nor live, as far as the manifests' kinds were read.
    """
    ledger = planned.ledger
    known = [action.address for action in planned.plan.actions]
    for action in planned.plan.actions:
        if str(action.address) == address:
            recorded = ledger.get(action.address)
            return Resource(address, state(action), action.kind, action, action.live, recorded)
    keys = keys_by_id(planned.matched, planned.live, registry)
    for pair in planned.matched.pairs:
        if pair.item is None and pair.live:
            kind = registry[pair.live.kind]
            known.append(live_address(kind, pair.live, keys))
            if str(known[-1]) == address:
                at = ledger.addresses.get(pair.live.id)
                recorded = ledger.get(at) if at else None
                return Resource(address, UNDECLARED, kind, None, pair.live, recorded)
    raise UsageError(
        f"{address} is neither declared nor live", hint=nearest(address, known) or SEE_ALL
    )
