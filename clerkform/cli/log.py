"""What ``-v`` logs to standard error: requests and steps, never a header, a body or a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from clerkform.cli.invocation import Invocation
from clerkform.report.formatting import escaped
from clerkform.secrets.redaction import redacted_data

if TYPE_CHECKING:
    from clerkform.client.http import Exchange
    from clerkform.model.step import Step


class Log:
    """Writes what the verbosity asks for."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def request(self, exchange: Exchange) -> None:
        """One try of a request: from ``-v``."""
        took = round(exchange.seconds * 1000)
        self._write(
            1,
            f"{exchange.method} {escaped(exchange.path)}: {exchange.status or 'no answer'}, {took} ms",
            event="request",
            method=exchange.method,
            path=exchange.path,
            status=exchange.status,
            milliseconds=took,
        )

    def step(self, step: Step) -> None:
        """A step begins: from ``-vv``."""
        self._write(2, f"begin {escaped(str(step.id))}", event="begin", step=str(step.id))

    def _write(self, verbosity: int, text: str, **data: Any) -> None:
        if self._invocation.verbosity < verbosity:
            return
        is_json = self._invocation.log_format == "json"
        line = json.dumps(redacted_data(data)) if is_json else text
        self._invocation.screen.err.write(f"{line}\n")
