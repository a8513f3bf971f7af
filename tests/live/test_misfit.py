"""What a source shows is no value of a field whose type or bounds it does not have."""

from typing import Annotated, Literal

import pytest
from pydantic import MISSING, AfterValidator, BaseModel, ConfigDict, Field

from clerkform.live.misfit import misfit
from clerkform.model import Many, Part, trait
from clerkform.model.fields import fields_of

seen = trait.read_from("a.b")
OTHER = "is nothing that the field can hold"


def refuse(value):
    raise ValueError("must not be declared")


class Shown(BaseModel):
    model_config = ConfigDict(strict=True)

    switch: Annotated[bool | MISSING, seen] = MISSING
    text: Annotated[Annotated[str, AfterValidator(refuse)] | MISSING, seen] = MISSING
    short: Annotated[Annotated[str, Field(max_length=3)] | MISSING, seen] = MISSING
    code: Annotated[str | MISSING, Field(pattern="^[a-z]$"), seen] = MISSING
    number: Annotated[Annotated[int, Field(ge=0)] | MISSING, seen] = MISSING
    choice: Annotated[Literal["a", "b"] | MISSING, seen] = MISSING
    names: Annotated[Many[str] | MISSING, seen] = MISSING
    either: Annotated[int | bool | MISSING | None, seen] = MISSING


FIELDS = fields_of(Shown)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("switch", True, None),
        ("switch", "true", "is no boolean"),
        ("switch", 1, "is no boolean"),
        ("switch", None, "is null"),
        ("switch", [{"enabled": True}], "is no boolean"),
        ("text", "refused in a manifest, and live all the same", None),
        ("text", 7, "is no text"),
        ("text", {}, "is no text"),
        ("short", "abc", None),
        ("short", "abcd", OTHER),
        ("code", "a", None),
        ("code", "A", OTHER),
        ("number", 0, None),
        ("number", -1, OTHER),
        ("number", True, "is no whole number"),
        ("number", 1.5, "is no whole number"),
        ("choice", "a", None),
        ("choice", "", "is not `a` or `b`"),
        ("choice", ["a"], "is not `a` or `b`"),
        ("names", ["a"], None),
        ("names", "a", "is no list"),
        ("names", [{"a": 1}], OTHER),
        ("either", None, None),
        ("either", "x", OTHER),
    ],
)
def test_a_value_is_one_of_the_fields_or_it_is_said_why_not(field, value, why):
    assert misfit(FIELDS[field], value) == why


def test_only_what_a_second_source_shows_has_a_shape():
    class Plain(Part):
        name: str | MISSING = MISSING

    assert fields_of(Plain)["name"].shape is None
    assert FIELDS["switch"].shape is bool
