"""The file that ``plan -o`` writes, as models: what ``load`` admits, and what the page about it says."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import MISSING, Field

from clerkform.plan.wire import Block, Hex, WireAction, WireCell, WireStep

FORMAT_VERSION: Final = 4
"""Goes up when a field changes its meaning, comes or goes. ``load`` says which others are read."""

# What is printed as it stands, so nothing but what such a text is made of.
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Instant = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class SavedInstance(Block):
    id: str
    """The instance's id, as ``GET /instance`` says it."""
    environment_type: str
    """``development`` or ``production``."""


class SavedLive(Block):
    id: str
    """Clerk's id of the live object."""
    fields: dict[str, WireCell] = {}
    """What the plan looked at: the declared fields, and of an object that goes, all that aren't
    metadata."""


class SavedAction(WireAction):
    live: SavedLive | MISSING = MISSING
    """The live object that the plan was computed from, if there was one."""


class SavedQuestion(Block):
    """What ``plan`` can be asked: nothing else can be in a file, so no file asks for more."""

    targets: list[str] = []
    """``--target``."""
    excludes: list[str] = []
    """``--exclude``."""
    replace: list[str] = []
    """``--replace``."""
    resend: list[str] = []
    """``--resend``."""
    deliver: list[str] = []
    """``--deliver``."""


class SavedPlan(Block):
    environment: Name
    """The environment's name."""
    instance: SavedInstance
    """The instance it was computed for."""
    digest: Hex
    """SHA-256 of the manifests, as validated, and of the variables."""
    asked: SavedQuestion | MISSING = MISSING
    """What shaped the plan on the command line; what wasn't asked is left out."""
    actions: list[SavedAction]
    """Everything that is declared or goes, by address; ``none`` as well."""
    steps: list[WireStep]
    """The requests, in their order."""


class Document(Block):
    format_version: Literal[4]
    """Of this description."""
    tool_version: Version
    """The clerkform that wrote the file; named where another one finds that something moved."""
    created_at: Instant
    """When, in UTC."""
    salt: Hex
    """Random; the key of the fingerprints, so that an apply can make them again."""
    checksum: Hex
    """SHA-256 of everything else as canonical JSON: finds an accident, not an attack."""
    plan: SavedPlan
    """What an apply has to arrive at again, and all that ``show --plan`` prints."""
