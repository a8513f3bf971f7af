"""What an apply does, an event a line."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from clerkform.apply.run import Done, Event, Failed, NotRun
from clerkform.model.step import Step
from clerkform.report.formatting import escaped

PAST: Final = {"create": "created", "update": "updated", "delete": "deleted"}
COLORS: Final = {"create": "green", "update": "yellow", "delete": "red"}


def event_line(event: Event) -> Text | None:
    """A line for everything but the start of a step."""
    match event:
        case Done(step, written):
            note = f"  ({escaped(written.note)})" if written.note else ""
            return Text().append(past(step), COLORS[step.id.verb]).append(f" {name(step)}{note}")
        case Failed(step):
            return Text().append("failed", "bold red").append(f" to {step.id.verb} {name(step)}")
        case NotRun(step, because):
            why = f"{because} failed" if because else "stopped before it"
            line = Text().append("not run", "bold").append(f": {step.id.verb} {name(step)}")
            return line.append(f"  ({escaped(why)})", "dim")
    return None


def past(step: Step) -> str:
    """``created``; for a delete that is a revocation, ``revoked``."""
    return f"{step.removal}d" if step.removal else PAST[step.id.verb]


def name(step: Step) -> str:
    part = f" ({step.id.part})" if step.id.part else ""
    return escaped(f"{step.address}{part}")
