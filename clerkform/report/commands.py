"""Commands that a finding tells somebody to type: they work as they are printed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from clerkform.diagnostics import Diagnostic

ONLINE: Final = re.compile(r"(`clerkform (?:apply|destroy|drift|list|plan|pull|show)\b)(?! -e )")
"""Without an environment they would take the default one, or fail where there is none."""


def naming(found: Diagnostic, option: str) -> Diagnostic:
    """``found`` with ``Environment.option`` in each command that needs one."""
    if not option:
        return found
    message, hint = (
        text and ONLINE.sub(lambda command: command[0] + option, text)
        for text in (found.message, found.hint)
    )
    return replace(found, message=message or "", hint=hint)
