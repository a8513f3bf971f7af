"""Base models of everything that a manifest declares, and field types that kinds share."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import MISSING, BaseModel, ConfigDict, Field, Strict, model_validator

from clerkform.model import trait

T = TypeVar("T")

Many = Annotated[tuple[T, ...], Strict(False)]
"""A YAML list, kept as a tuple. Its items stay strict."""

SomeText = Annotated[str, Field(min_length=1)]
"""Any text but the empty one."""

JsonObject = Annotated[dict[str, Any], trait.free_form]
Json = Annotated[Any, trait.free_form]


def once(members: tuple[T, ...]) -> tuple[T, ...]:
    """For an ``AfterValidator`` of a list that the API takes as a set.

    Raises:
        ValueError: a member stands there twice.
    """
    if len(set(members)) < len(members):
        raise ValueError("must name nothing twice")
    return members


class Part(BaseModel):
    """A model inside a resource. What of it is not declared is not managed."""

    replaced_whole: ClassVar[bool] = False
    """The API keeps nothing of it that a request leaves out: then live's part with the declared
    fields over it is sent. Else the declared fields that differ are."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, defer_build=True
    )


class SetChange(Part):
    """A set of which only the named members are managed."""

    add: Many[str] | MISSING = MISSING
    """What must be in it."""
    remove: Many[str] | MISSING = MISSING
    """What must not."""

    @model_validator(mode="after")
    def _says_something_once(self) -> SetChange:
        add = () if self.add is MISSING else self.add
        remove = () if self.remove is MISSING else self.remove
        if not (add or remove):
            raise ValueError("must name something under `add` or `remove`")
        if both := sorted({*add} & {*remove}):
            raise ValueError(f"names {', '.join(both)} under `add` and under `remove`")
        return self


class Lifecycle(Part):
    """How clerkform treats this item; nothing of it is sent to Clerk."""

    prevent_destroy: bool | MISSING = MISSING
    """Refuse every plan that would delete or replace this object."""
    ignore_changes: Many[str] | MISSING = MISSING
    """Paths such as ``lifetime`` or ``claims.role`` whose live value is left as it is."""
    renamed_from: SomeText | MISSING = MISSING
    """The key this item had before, so that the object is renamed or replaced, not made twice."""


class _Addressed(Part):
    id: Annotated[SomeText, trait.local] | MISSING = MISSING
    """Pins one live object by Clerk's id; an id that is not live is an error, never a create."""
    absent: Annotated[bool | MISSING, trait.local] = MISSING
    """True: this object must not exist; an apply removes it."""
    external: Annotated[bool | MISSING, trait.local] = MISSING
    """True: the object must exist and may be referred to, but is never written."""
    lifecycle: Annotated[Lifecycle | MISSING, trait.local] = MISSING
    """How clerkform treats this item: guards, ignored fields, renames."""


class Declared(Part):
    """What a section declares of one object. What is not declared is not managed."""

    skip: Annotated[Literal[True] | MISSING, trait.local] = MISSING
    """In an environment's overlay: the item is not declared in that environment."""
    unset: Annotated[Many[str] | MISSING, trait.local] = MISSING
    """In an environment's overlay: paths of fields that are not declared in that environment."""


class Resource(Declared, _Addressed):
    """One item of a section. What is not declared is not managed."""


class SettingsLifecycle(Part):
    """How clerkform treats settings; nothing of it is sent to Clerk."""

    ignore_changes: Many[str] | MISSING = MISSING
    """Paths of fields whose live value is left as it is."""


class SettingsResource(Declared):
    """Settings: the one object of its kind, which always exists and is only ever updated."""

    lifecycle: Annotated[SettingsLifecycle | MISSING, trait.local] = MISSING
    """How clerkform treats these settings: which of them it leaves as they are."""
