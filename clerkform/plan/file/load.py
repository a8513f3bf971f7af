"""The text of a saved plan to values, or to why it is none. The file may be anybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import MISSING, ValidationError

from clerkform.diagnostics import Diagnostic
from clerkform.errors import PlanError
from clerkform.manifest.strict_json import TooDeep, strict_json
from clerkform.model import Address, Kind, Registry
from clerkform.model.paths import dotted
from clerkform.plan.file.document import FORMAT_VERSION, Document, SavedAction
from clerkform.plan.file.dump import checksum
from clerkform.plan.limits import Instance
from clerkform.plan.review import (
    Review,
    ReviewedAction,
    ReviewedChange,
    Waits,
    counted,
    goes,
    lost_by_delete,
)
from clerkform.plan.wire import WireAction, WireChange, WireStep

DEEPEST = 120
"""Levels of nesting: those of a manifest's value, and what a plan puts around it."""
AGAIN = "save one again with `clerkform plan -o FILE`"
OLDEST = 1
"""The oldest format of which files are read as well."""
WITH_SINKS = 3
"""The first format whose steps deliver several secrets."""
WITH_MEANING = 4
"""The first format that says what an action means."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved plan as it was read."""

    shown: str
    """The file's path, as the user would write it."""
    document: Document
    plan: Mapping[str, Any]
    """The part that is compared, as plain data."""
    says_meaning: bool
    """Older ones do not say what their actions mean."""

    @property
    def salt(self) -> bytes:
        return bytes.fromhex(self.document.salt)


def refuse(code: str, message: str, hint: str = AGAIN) -> NoReturn:
    raise PlanError([Diagnostic(code, message, hint=hint)])


def load(text: str, shown: str) -> Saved:
    """Read a saved plan.

    Raises:
        PlanError: it is none, is of another version, or was altered.
    """
    try:
        data = strict_json(text, DEEPEST)
        if not isinstance(data, dict):
            refuse("not-a-plan", f"{shown} is JSON, but no saved plan")
        _check_version(data, shown)
        # First, so that a slip of an editor is called one whatever it broke.
        if data.get("checksum") != checksum(data):
            refuse("plan-altered", f"{shown} was altered after `clerkform plan` wrote it")
        says_meaning = data["format_version"] >= WITH_MEANING
        data = _as_today(data)
        return Saved(shown, Document.model_validate(data), data["plan"], says_meaning)
    except ValidationError as error:
        where = dotted(tuple(error.errors()[0]["loc"]))
        refuse("not-a-plan", f"{shown} is no saved plan: `{where}` is not what it has to be")
    except TooDeep:
        refuse("not-a-plan", f"{shown} is no saved plan: it is nested too deeply")
    except ValueError:
        refuse("not-json", f"{shown} is not JSON, so it is no saved plan")


def _check_version(data: Mapping[str, Any], shown: str) -> None:
    version = data.get("format_version")
    if type(version) is not int or "plan" not in data:
        refuse("not-a-plan", f"{shown} is JSON, but no saved plan")
    if not OLDEST <= version <= FORMAT_VERSION:
        age = "an older" if version < OLDEST else "a newer"
        refuse(
            "plan-format",
            f"{shown} is a plan of format {version}, from {age} clerkform; this one reads"
            f" formats {OLDEST} to {FORMAT_VERSION}",
            "apply it with the version that saved it, or save it again with this one",
        )


def _as_today(data: Mapping[str, Any]) -> dict[str, Any]:
    """A document of an older format as this one would be; what was asked has no order.

    Format 1 held besides what no apply compares. Nobody is shown that. Up to format 2 a step had
    one ``sink``, which was always that of ``secret_to``; up to 3 nothing was said of meanings.
    """
    version = data["format_version"]
    aside = {"review", "notes", "made_by"} if version == OLDEST else set()
    aside |= {"means", "impact"} if version < WITH_MEANING else set()

    def without(block: Any) -> Any:
        if not isinstance(block, dict):
            return block
        return {name: value for name, value in block.items() if name not in aside}

    def each(block: Any, name: str) -> Any:
        blocks = block.get(name) if isinstance(block, dict) else None
        if not isinstance(blocks, list):
            return block
        return {**block, name: [without(inner) for inner in blocks]}

    plan = data["plan"]
    if version < WITH_SINKS and isinstance(plan, dict) and isinstance(plan.get("steps"), list):
        plan = {**plan, "steps": [_with_sinks(step) for step in plan["steps"]]}
    plan = each(plan, "actions")
    if isinstance(plan, dict) and isinstance(plan.get("actions"), list):
        plan["actions"] = [each(action, "changes") for action in plan["actions"]]
    if isinstance(plan, dict) and isinstance(plan.get("asked"), dict):
        plan["asked"] = {name: _sorted(texts) for name, texts in plan["asked"].items()}
    return {**without(data), "format_version": FORMAT_VERSION, "plan": plan}


def _with_sinks(step: Any) -> Any:
    if not isinstance(step, dict) or "sink" not in step:
        return step
    rest = {name: value for name, value in step.items() if name != "sink"}
    return {**rest, "sinks": {"secret_to": step["sink"]}}


def _sorted(texts: Any) -> Any:
    is_list = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    return sorted(set(texts)) if is_list else texts


def review_of(saved: Saved, registry: Registry, wants: Callable[[Address], bool]) -> Review:
    """What a review of a saved plan shows: all that an apply of it compares, and nothing else.

    Raises:
        PlanError: it is about something that this clerkform does not know.
    """
    told = saved.document.plan
    waits = Waits((Address.parse(s.address), _needs(s)) for s in told.steps)
    pending = [action for action in told.actions if action.verb != "none"]
    try:
        kinds = {action.address: _kind(action, registry) for action in told.actions}
        return Review(
            environment=told.environment,
            instance=Instance(told.instance.id, told.instance.environment_type),
            counts=counted(told.actions),
            pending=tuple(_reviewed(one, kinds[one.address], waits, wants) for one in pending),
            writes=len(told.steps),
            notes=tuple(lost_by_delete(kinds[one.address] for one in pending if goes(one))),
        )
    except KeyError as error:
        refuse("not-a-plan", f"{saved.shown} is no plan of this clerkform: no {error} is known")


def _needs(step: WireStep) -> Iterator[Address]:
    return (Address.parse(need.address) for need in step.needs)


def _kind(action: SavedAction, registry: Registry) -> Kind:
    """A KeyError says which kind or field is not known."""
    kind = registry[Address.parse(action.address).kind]
    for change in action.changes:
        kind.field_at(tuple(change.path))
    return kind


def _reviewed(
    told: SavedAction, kind: Kind, waits: Waits, wants: Callable[[Address], bool]
) -> ReviewedAction:
    address = Address.parse(told.address)
    replaces = None if told.replaces is MISSING else Address.parse(told.replaces)
    return ReviewedAction(
        **{name: getattr(told, name) for name in WireAction.model_fields if name != "changes"},
        changes=tuple(_change(change, kind) for change in told.changes),
        id=None if told.live is MISSING else told.live.id,
        waits_for=waits.of(address, replaces),
        asked_for=wants(address),
    )


def _change(told: WireChange, kind: Kind) -> ReviewedChange:
    is_key = kind.field_at(tuple(told.path)).traits.identity
    return ReviewedChange(
        **{name: getattr(told, name) for name in WireChange.model_fields}, is_key=is_key
    )
