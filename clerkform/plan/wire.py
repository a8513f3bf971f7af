"""Actions, changes, steps and findings as plain models: one form for files, documents and views.

What stands here holds no secret: those are references. Who writes a plan down says what becomes of
a sensitive value, by ``seal``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field

from clerkform.diagnostics import Diagnostic, Severity, Span
from clerkform.diff.action import Action, Verb
from clerkform.diff.values import Change, Known
from clerkform.live.counts import MOST
from clerkform.model import Field as ModelField
from clerkform.model import Kind, Reference, SecretRef
from clerkform.model.canonical import folded
from clerkform.model.meaning import Sort
from clerkform.model.paths import GONE, dotted
from clerkform.model.step import Step, StepId, StepVerb

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Seal = Callable[[Any], "WireCell"]
"""What stands for a sensitive value."""


class Block(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, defer_build=True
    )


class WireCell(Block):
    value: Any | MISSING = MISSING
    """The value itself, any JSON."""
    reference: str | MISSING = MISSING
    """The address of another object; its id is filled in when the step runs."""
    references: list[str] | MISSING = MISSING
    """The same of several; an id stands for what no manifest declares."""
    secret: dict[str, Any] | MISSING = MISSING
    """Where the secret is read when the step runs, such as ``{"from_env": "NAME"}``."""
    fingerprint: Hex | MISSING = MISSING
    """HMAC-SHA-256 of a sensitive value as canonical JSON, under ``salt``."""
    shown: str | MISSING = MISSING
    """What can be said of a value that is not known yet or never shown."""


class WirePlace(Block):
    path: str
    """The manifest, relative to the project's folder."""
    line: Annotated[int, Field(ge=1)]
    """Counted from 1."""
    column: Annotated[int, Field(ge=1)]
    """Counted from 1."""


class WireChange(Block):
    path: Annotated[list[str | int], Field(min_length=1)]
    """The field, and the way inside it."""
    before: WireCell | MISSING = MISSING
    """Live's value; left out where there is none."""
    after: WireCell | MISSING = MISSING
    """The value to be; left out where there will be none."""
    hidden: bool = False
    """The field is sensitive: its values are fingerprints."""

    @property
    def dotted(self) -> str:
        return dotted(tuple(self.path))


class WireMeaning(Block):
    sort: Sort
    """Loosens a rule; lets more in by the rules that are there; keeps out who got in before."""
    path: Annotated[list[str | int], Field(min_length=1)]
    """The field that means it."""
    says: str
    """What follows, as the end of a sentence."""

    @property
    def dotted(self) -> str:
        return dotted(tuple(self.path))


class WireImpact(Block):
    what: str
    """What goes along, such as ``members``."""
    number: Annotated[int, Field(ge=0, le=MOST)] | None = None
    """How many; null where nobody knows."""
    moves: bool = False
    """They do not go, and get another place."""


class WireAction(Block):
    address: str
    """The resource, as ``kind/key``."""
    verb: Verb
    """What is to happen to it."""
    place: WirePlace | MISSING = MISSING
    """Where it is declared; left out where no manifest does."""
    changes: Sequence[WireChange] = ()
    """The fields that change."""
    reason: str = ""
    """Why, where the changes don't say it."""
    replaces: str | MISSING = MISSING
    """The address of the object that goes, where it isn't this one."""
    delete_first: bool = False
    """The old object goes before the new one is made."""
    means: Sequence[WireMeaning] = ()
    """What it means for who can get in."""
    impact: Sequence[WireImpact] = ()
    """What goes along with the object, where it goes. An apply refuses if more does by then."""


class WireStepId(Block):
    address: str
    """The resource that is written."""
    verb: StepVerb
    """What the request does."""
    part: str = ""
    """Which of several updates it is, such as ``metadata``."""


class WireStep(WireStepId):
    needs: list[WireStepId] = []
    """The steps that have to be done before."""
    object_id: str | MISSING = MISSING
    """Clerk's id of the object, where it exists already."""
    removal: str | MISSING = MISSING
    """Which of the kind's ways to remove, if it has several."""
    edge: Literal["add", "remove"] | MISSING = MISSING
    """The one reference in ``values`` is added to a set, or removed from it."""
    values: dict[str, WireCell] = {}
    """The fields to send, by their dotted path."""
    within: dict[str, WireCell] = {}
    """The fields that stand in the request's path, such as the organization that a domain is of."""
    sinks: dict[str, Any] = {}
    """Where secrets that Clerk makes will be delivered, as the manifest says it, by field."""
    origins: dict[str, str] = {}
    """A field's dotted path to the manifest, for paths that are relative to it."""


class WireRelated(Block):
    what: str
    place: WirePlace | None


class WireFinding(Block):
    """A diagnostic."""

    severity: Severity
    code: str
    message: str
    place: WirePlace | None
    hint: str | None
    related: list[WireRelated]
    """Other places that it is about."""


def place_of(span: Span | None) -> WirePlace | None:
    return WirePlace(path=span.path, line=span.line, column=span.column) if span else None


def cell_of(value: Any, seal: Seal | None = None) -> WireCell:
    """``seal`` is given where the value is sensitive."""
    if isinstance(value, Known):
        return WireCell(shown=value.text)
    if isinstance(value, Reference):
        return WireCell(reference=str(value.to))
    if isinstance(value, list) and any(isinstance(one, Reference) for one in value):
        return WireCell(references=[str(one) for one in value])
    if isinstance(value, SecretRef):
        return WireCell(secret=folded(value.model_dump(exclude_unset=True)))
    if seal and value is not None:  # a review shows a null as well
        return seal(value)
    return WireCell(value=folded(value))


def change_of(change: Change, seal: Seal) -> dict[str, Any]:
    """The fields of a ``WireChange``."""
    sides = {"before": change.before, "after": change.after}
    hides = seal if change.hidden else None
    cells = {side: cell_of(value, hides) for side, value in sides.items() if value is not GONE}
    return {"path": list(change.path), **cells, "hidden": change.hidden}


def action_of(action: Action) -> dict[str, Any]:
    """The fields of a ``WireAction`` but for its changes."""
    place = place_of(action.span)
    return {
        "address": str(action.address),
        "verb": action.verb,
        "place": place or MISSING,
        "reason": action.reason,
        "replaces": str(action.replaces) if action.replaces else MISSING,
        "delete_first": action.delete_first,
        "means": tuple(
            WireMeaning(sort=one.sort, path=list(one.path), says=one.says) for one in action.means
        ),
        "impact": tuple(
            WireImpact(what=one.what, number=one.count, moves=one.moves) for one in action.impact
        ),
    }


def step_of(step: Step, kind: Kind, seal: Seal) -> WireStep:
    def cell(field: ModelField, value: Any) -> WireCell:
        return cell_of(value, seal if field.traits.sensitive else None)

    return WireStep(
        **_step_name(step.id),
        needs=[WireStepId(**_step_name(need)) for need in sorted(step.needs)],
        object_id=step.object_id or MISSING,
        removal=step.removal or MISSING,
        edge=step.edge or MISSING,
        values={str(leaf): cell(leaf, value) for leaf, value in kind.declared(step.values)},
        within={name: cell(kind.fields[name], value) for name, value in step.within.items()},
        sinks={name: folded(sink.model_dump()) for name, sink in step.sinks.items()},
        origins=dict(step.origins),
    )


def _step_name(step: StepId) -> dict[str, Any]:
    return {"address": str(step.address), "verb": step.verb, "part": step.part}


def finding_of(found: Diagnostic) -> WireFinding:
    return WireFinding(
        severity=found.severity,
        code=found.code,
        message=found.message,
        place=place_of(found.span),
        hint=found.hint,
        related=[WireRelated(what=what, place=place_of(span)) for what, span in found.related],
    )
