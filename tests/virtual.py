"""The command line in this process, in virtual time: hours of waiting take no time at all."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from clerkform.cli import connect, main
from clerkform.client.api_url import parse_api_url
from clerkform.client.frontend import Way
from clerkform.client.http import ClerkClient
from clerkform.client.pace import Pace


class QuickSelector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select()
        QuickLoop.waited += timeout
        return super().select(0)


class QuickLoop(asyncio.SelectorEventLoop):
    """Time passes when everybody waits for it; what a thread does is waited for."""

    waited = 0.0

    def __init__(self) -> None:
        super().__init__(QuickSelector())

    def time(self) -> float:
        return QuickLoop.waited


def elapsed() -> float:
    """Seconds that were waited since somebody set them to nought."""
    return QuickLoop.waited


def substitute(
    patch: pytest.MonkeyPatch,
    transport: Callable[[], httpx.AsyncBaseTransport],
    now: Callable[[], float] = elapsed,
) -> None:
    """Have the commands of this process send to ``transport``, by clocks that only waiting moves.

    ``now`` is what they take for Unix time. Their jitter is always the same.
    """

    def client(url: str, key: str, **options: Any) -> ClerkClient:
        options |= {"transport": transport(), "clock": now, "jitter": lambda: 0.5}
        return ClerkClient(url, key, **options)

    def pace(*args: Any, **options: Any) -> Pace:
        return Pace(*args, **options, clock=elapsed)

    patch.setattr(asyncio.events, "new_event_loop", QuickLoop)
    patch.setattr(connect, "ClerkClient", client)
    patch.setattr(connect, "Pace", pace)
    patch.setattr(
        connect, "way_to_frontend", lambda target: Way(parse_api_url(target.url), transport())
    )
    for name in ("CLERKFORM_ENVIRONMENT", "CLERKFORM_DEBUG", "CI"):
        patch.delenv(name, raising=False)


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def run(root: Path, environ: Mapping[str, str], *args: str) -> Outcome:
    """A command, which may fail but not crash."""
    done = CliRunner().invoke(main, ["-C", str(root), *args], env=environ)
    outcome = Outcome(done.exit_code, done.stdout, done.stderr)
    check_told(outcome)
    return outcome


def check_told(outcome: Outcome) -> None:
    """Whatever went wrong was told in words."""
    assert "Traceback" not in outcome.text, outcome.text
    assert "a fault of its own" not in outcome.text, outcome.text
