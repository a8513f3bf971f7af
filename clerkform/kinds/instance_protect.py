"""Whether rules against abuse bite, or only watch.

API: /instance/protect (Backend API 2026-05-12). The rules themselves are made elsewhere: no secret
key reaches them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING

from clerkform.model import Kind, SettingsResource, single, trait
from clerkform.model.meaning import becomes


class InstanceProtect(SettingsResource):
    rules_enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(when=becomes(False), says="the rules against abuse only watch"),
    ] = MISSING
    """Whether the rules are carried out; false only counts what they would do."""
    specter_enabled: Annotated[
        bool | MISSING,
        trait.default(False),
        trait.weakens(
            when=becomes(False), says="what is known of a visitor's device is not weighed"
        ),
    ] = MISSING
    """Whether signals of a visitor's device are weighed."""


KIND = Kind(
    name="instance_protect",
    singular="instance_protect",
    model=InstanceProtect,
    endpoints=single("/instance/protect"),
    id_prefix="",
    computed=("checks_bypassed", "checks_verified", "checks_exempt"),
)
