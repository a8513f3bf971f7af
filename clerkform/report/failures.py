"""What went wrong in a step, as a finding at the line of the manifest that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from clerkform.apply.run import Done, DroppedFields, Event, Failed
from clerkform.client.explain import explain
from clerkform.diagnostics import Diagnostic
from clerkform.diff.action import Action
from clerkform.errors import ApiError, ManifestError, UsageError
from clerkform.model.paths import dotted
from clerkform.model.step import Step
from clerkform.report.commands import naming
from clerkform.workflows.planned import Planned

REFUSED_VALUES = (400, 422)


def diagnose(event: Failed, planned: Planned) -> Diagnostic:
    """What went wrong, at the field that Clerk names if the manifest declares it."""
    return naming(_diagnosed(event, planned), planned.loaded.environment.option)


def not_kept(event: Event, planned: Planned) -> Iterator[Diagnostic]:
    """A warning for each set of which the server did not know all that was sent."""
    written = event.written if isinstance(event, Done | Failed) else None
    for path, members in written.not_kept.items() if written else ():
        address = event.step.address
        text = f"Clerk did not keep {', '.join(map(str, members))} in {dotted(path)} of {address}"
        hint = "take it out, or keep the ledger: while that has this, no plan counts it as a change"
        found = Diagnostic("not-kept", text, hint=hint, severity="warning")
        yield _at(action_of(event.step, planned), (str(path[0]),), found)


def _diagnosed(event: Failed, planned: Planned) -> Diagnostic:
    step, error = event.step, event.error
    action = action_of(step, planned)
    what = f"{step.id} failed: "
    match error:
        case ApiError():
            code = "step-unknown" if error.may_have_acted else "step-failed"
            fields = _named(error) if error.status in REFUSED_VALUES else ()
            found = Diagnostic(code, what + explain(error), hint=_way_out(error, step, action))
            return _at(action, fields, found)
        case DroppedFields():
            hint: str | None = "the object was written; `clerkform plan` shows what is left to do"
            secrets = {one.field for one in action.kind.generates} if action else set()
            if secrets & set(error.fields):
                hint = _remedy(step)
            return _at(action, error.fields, Diagnostic("dropped-fields", str(error), hint=hint))
        case ManifestError(diagnostics=[first, *_]):
            hint = first.hint
            if action and action.kind.generates and step.id.verb == "create":
                hint = f"{hint}; {_remedy(step)}" if hint else _remedy(step)
            found = Diagnostic(first.code, what + first.message, first.span, hint)
            return found if found.span else _at(action, (), found)
        case UsageError():
            return _at(action, (), Diagnostic("step-failed", what + error.message, hint=error.hint))
    return _at(action, (), Diagnostic("step-failed", what + str(error)))


def _way_out(error: ApiError, step: Step, action: Action | None) -> str | None:
    is_in_the_way = error.status == HTTPStatus.CONFLICT and step.id.verb == "create"
    if is_in_the_way and action and action.verb == "replace":
        return "if the old one may go first: --revoke-first, and nothing is there in between"
    return None


def _remedy(step: Step) -> str:
    """For a create that has made something whose secret nobody holds."""
    return f"`clerkform apply --replace {step.address.word}` then makes a new secret"


def action_of(step: Step, planned: Planned) -> Action | None:
    """The action that a step is part of; a replacement's delete may have another address."""
    for action in planned.plan.actions:
        if step.address in (action.address, action.replaces):
            return action
    return None


def _named(error: ApiError) -> tuple[str, ...]:
    return tuple(item.param.partition(".")[0] for item in error.items if item.param)


def _at(action: Action | None, fields: tuple[str, ...], found: Diagnostic) -> Diagnostic:
    """``found`` at the first of ``fields`` that is declared, else at the item."""
    if action is None or action.item is None:
        return found
    item = action.item
    declared = (path.partition(".")[0] for path in fields)
    name = next((name for name in declared if name in item.values), None)
    span = item.span if name is None else item.at(name)
    return replace(found, span=span, quotes_line=item.may_be_quoted(span))
