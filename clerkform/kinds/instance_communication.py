"""Where messages may go: countries to whose numbers no text message is sent.

API: /instance/communication (Backend API 2026-05-12). What it does not know, or sends no text
messages to, it leaves out of the list without a word.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING, AfterValidator, Field

from clerkform.model import Kind, Many, SetChange, SettingsResource, single, trait
from clerkform.model.meaning import loses
from clerkform.model.resource import once

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Countries(SetChange):
    add: Many[Country] | MISSING = MISSING
    """Countries that must be blocked."""
    remove: Many[Country] | MISSING = MISSING
    """Countries that must not."""


class InstanceCommunication(SettingsResource):
    blocked_country_codes: Annotated[
        Annotated[Many[Country], Field(max_length=250), AfterValidator(once)] | Countries | MISSING,
        trait.kept_in_part,
        trait.pulled_with("defaults"),
        trait.weakens(when=loses, says="text messages go to these countries, and cost"),
    ] = MISSING
    """Countries as ``DE``. Clerk blocks 222 by default: a plain list replaces the whole of it."""


KIND = Kind(
    name="instance_communication",
    singular="instance_communication",
    model=InstanceCommunication,
    endpoints=single("/instance/communication"),
    id_prefix="",
)
