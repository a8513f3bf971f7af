"""The file that ``plan -o`` writes, as models: what ``load`` admits, and what the page about it says."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field

from clerkform.diff.action import Verb
from clerkform.model.step import StepVerb

FORMAT_VERSION: Final = 3
"""Goes up when a field changes its meaning, comes or goes. ``load`` says which others are read."""

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# What is printed as it stands, so nothing but what such a text is made of.
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Instant = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class _Block(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, defer_build=True
    )


class Cell(_Block):
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


class Place(_Block):
    path: str
    """The manifest, relative to the project's folder."""
    line: Annotated[int, Field(ge=1)]
    """Counted from 1."""
    column: Annotated[int, Field(ge=1)]
    """Counted from 1."""


class SavedInstance(_Block):
    id: str
    """The instance's id, as ``GET /instance`` says it."""
    environment_type: str
    """``development`` or ``production``."""


class SavedLive(_Block):
    id: str
    """Clerk's id of the live object."""
    fields: dict[str, Cell] = {}
    """What the plan looked at: the declared fields, and of an object that goes, all that aren't
    metadata."""


class SavedChange(_Block):
    path: Annotated[list[str | int], Field(min_length=1)]
    """The field, and the way inside it."""
    before: Cell | MISSING = MISSING
    """Live's value; left out where there is none."""
    after: Cell | MISSING = MISSING
    """The value to be; left out where there will be none."""
    hidden: bool = False
    """The field is sensitive: its values are fingerprints."""


class SavedAction(_Block):
    address: str
    """The resource, as ``kind/key``."""
    verb: Verb
    """What is to happen to it."""
    place: Place | MISSING = MISSING
    """Where it is declared; left out where no manifest does."""
    live: SavedLive | MISSING = MISSING
    """The live object that the plan was computed from, if there was one."""
    changes: list[SavedChange] = []
    """The fields that change."""
    reason: str = ""
    """Why, where the changes don't say it."""
    replaces: str | MISSING = MISSING
    """The address of the object that goes, where it isn't this one."""
    delete_first: bool = False
    """The old object goes before the new one is made."""


class SavedStepId(_Block):
    address: str
    """The resource that is written."""
    verb: StepVerb
    """What the request does."""
    part: str = ""
    """Which of several updates it is, such as ``metadata``."""


class SavedStep(SavedStepId):
    needs: list[SavedStepId] = []
    """The steps that have to be done before."""
    object_id: str | MISSING = MISSING
    """Clerk's id of the object, where it exists already."""
    removal: str | MISSING = MISSING
    """Which of the kind's ways to remove, if it has several."""
    edge: Literal["add", "remove"] | MISSING = MISSING
    """The one reference in ``values`` is added to a set, or removed from it."""
    values: dict[str, Cell] = {}
    """The fields to send, by their dotted path."""
    within: dict[str, Cell] = {}
    """The fields that stand in the request's path, such as the organization that a domain is of."""
    sinks: dict[str, Any] = {}
    """Where secrets that Clerk makes will be delivered, as the manifest says it, by field."""
    origins: dict[str, str] = {}
    """A field's dotted path to the manifest, for paths that are relative to it."""


class SavedQuestion(_Block):
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


class SavedPlan(_Block):
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
    steps: list[SavedStep]
    """The requests, in their order."""


class Document(_Block):
    format_version: Literal[3]
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
