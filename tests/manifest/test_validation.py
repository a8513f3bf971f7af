"""pydantic's errors as an author of manifests should read them."""

from typing import Annotated, Literal

import pytest
from pydantic import (
    MISSING,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError

from clerkform.diagnostics import Problems, Source
from clerkform.manifest.fault import label
from clerkform.manifest.parse import Node, parse
from clerkform.manifest.validation import report


class Part(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


class FromEnv(Part):
    from_env: str


class FromFile(Part):
    from_file: str


class Inner(Part):
    size: Annotated[int, Field(ge=3)] | MISSING | None = MISSING
    names: Annotated[tuple[str, ...], Field(strict=False)] | MISSING = MISSING
    colour: Literal["red", "green"] | MISSING = MISSING


class Thing(Part):
    name: str
    """What it is called. Shown to ``users``."""
    lifetime: Annotated[int, Field(ge=30, le=300)] | MISSING = MISSING
    pattern: Annotated[str, StringConstraints(pattern="^x", min_length=2)] | MISSING = MISSING
    """Begins with an x. And so on."""
    scopes: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)] = ()
    absent: Literal[True] | MISSING = MISSING
    share: Annotated[float, Field(gt=0, lt=1)] | MISSING = MISSING
    api: Literal["sandbox"] | Inner | MISSING = MISSING
    ref: FromEnv | FromFile | MISSING = MISSING
    inners: dict[str, Inner] | MISSING = MISSING
    keyed: dict[Annotated[str, StringConstraints(pattern="^[a-z]+$")], int] | MISSING = MISSING
    flag: bool | str | MISSING = MISSING
    sure: bool | MISSING = MISSING
    version: Literal[1] | MISSING = MISSING

    @field_validator("pattern")
    @classmethod
    def _nicer(cls, value: str) -> str:
        if value == "x1":
            raise ValueError("must be nicer")
        if value == "x2":
            raise PydanticCustomError("too-nice", "cannot be {what}", {"what": "so", "hint": "do"})
        if value == "x3":
            raise PydanticCustomError("one_form", "All wrong")
        return value


def findings(text: str, node: Node | None = None) -> list[tuple[str, str, str, str | None]]:
    problems = Problems()
    node = node or parse(Source("m", text), problems)
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate(node.plain() if node.is_map else {"name": "a", "pattern": "y"})
    report(caught.value, node, problems, model=Thing)
    return [(p.code, str(p.span), p.message, p.hint) for p in problems.in_order()]


@pytest.mark.parametrize(
    ("text", "code", "column", "message", "hint"),
    [
        ("lifetime: '60'", "wrong-type", 11, "`lifetime` must be an integer, not text", "remove the quotes"),
        ("lifetime: soon", "wrong-type", 11, "`lifetime` must be an integer, not text", None),
        ("lifetime: true", "wrong-type", 11, "`lifetime` must be an integer, not true or false", None),
        ("lifetime: [1]", "wrong-type", 11, "`lifetime` must be an integer, not a list", None),
        ("lifetime: 5", "out-of-bounds", 11, "`lifetime` must be at least 30", None),
        ("lifetime: 500", "out-of-bounds", 11, "`lifetime` must be at most 300", None),
        ("share: 0", "out-of-bounds", 8, "`share` must be more than 0.0", None),
        ("share: 1.5", "out-of-bounds", 8, "`share` must be less than 1.0", None),
        ("scopes: a", "wrong-type", 9, "`scopes` must be a list, not text", None),
        ("scopes: [a, 1]", "wrong-type", 13, "item 2 of `scopes` must be text, not a number", "put quotes around it"),
        ("scopes: ['']", "out-of-bounds", 10, "item 1 of `scopes` must not be empty", None),
        ("absent: false", "wrong-value", 9, "`absent` must be `true`", None),
        ("pattern: yy", "bad-pattern", 10, "`pattern` must match `^x`", "Begins with an x"),
        ("pattern: x", "out-of-bounds", 10, "`pattern` must have at least 2 characters", "Begins with an x"),
        ("pattern: x1", "wrong-value", 10, "`pattern` must be nicer", "Begins with an x"),
        ("pattern: x2", "too-nice", 10, "`pattern` cannot be so", "do"),
        ("pattern: x3", "wrong-value", 10, "All wrong", "Begins with an x"),
        ("api: sandbxo", "wrong-value", 6, "`api` must be `sandbox` or a map", "did you mean `sandbox`?"),
        ("api: 3", "wrong-type", 6, "`api` must be `sandbox` or a map, not a number", None),
        ("api: {size: x}", "wrong-type", 13, "`api.size` must be an integer, not text", None),
        ("api: {names: [1]}", "wrong-type", 15, "item 1 of `api.names` must be text, not a number", "put quotes around it"),
        ("api: {colour: rde}", "wrong-value", 15, "`api.colour` must be `red` or `green`", "did you mean `red`?"),
        ("api: {szie: 4}", "unknown-field", 7, "`szie` is not a field here", "did you mean `size`?"),
        ("ref: text", "wrong-type", 6, "`ref` must be a map, not text", None),
        ("ref: {from_evn: X}", "unknown-field", 7, "`from_evn` is not a field here", "did you mean `from_env`?"),
        ("ref: {from_env: 1}", "wrong-type", 17, "`ref.from_env` must be text, not a number", "put quotes around it"),
        ("inners: {a: {size: 1}}", "out-of-bounds", 20, "`inners.a.size` must be at least 3", None),
        ("inners: {a: {q: 1}}", "unknown-field", 14, "`q` is not a field here", "the fields here are `colour`, `names`, `size`"),
        ("inners: {size: 3}", "wrong-type", 16, "`inners.size` must be a map, not a number", None),
        ("keyed: {A: 1}", "bad-pattern", 9, "the key `keyed.A` must match `^[a-z]+$`", None),
        ("absent: yes", "wrong-value", 9, "`absent` must be `true`", None),
        ("sure: yes", "wrong-type", 7, "`sure` must be true or false, not text", "write `true`"),
        ("version: 2", "wrong-value", 10, "`version` must be 1", None),
        ("flag: 3", "wrong-type", 7, "`flag` must be true or false or text, not a number", None),
    ],
)  # fmt: skip
def test_each_error_is_plain_and_located(text, code, column, message, hint):
    assert findings(f"name: a\n{text}") == [(code, f"m:2:{column}", message, hint)]


@pytest.mark.parametrize("field", ["lifetime", "pattern", "scopes", "api", "ref", "absent", "flag"])
def test_null_is_refused_where_it_means_nothing(field):
    ((code, span, message, hint),) = findings(f"name: a\n{field}: null")
    assert (code, span) == ("null-here", f"m:2:{len(field) + 3}")
    assert message == f"`{field}` cannot be null"
    assert "leave it out" in hint


def test_null_is_accepted_where_the_model_says_so():
    assert Thing.model_validate({"name": "a", "api": {"size": None}}).api.size is None


def test_a_missing_field_says_what_it_is():
    assert findings("{absent: true}") == [
        ("missing-field", "m:1:1", "`name` is missing", "What it is called")
    ]


def test_a_misspelt_field_is_not_missing_as_well():
    assert [code for code, *_ in findings("nmae: a")] == ["unknown-field"]
    assert sorted(code for code, *_ in findings("zzz: a")) == ["missing-field", "unknown-field"]


def test_a_field_that_was_written_but_is_broken_is_not_missing():
    node = parse(Source("m", "name: a\nlifetime: 5"), Problems())
    broken = Node({"lifetime": node.value["lifetime"]}, node.span, node.keys)
    assert [code for code, *_ in findings("", broken)] == ["out-of-bounds"]


def test_all_errors_of_an_item_are_reported_at_once():
    text = "nam: 1\nlifetime: 5\nscopes: ['', 3]\napi: {size: 1, colour: blue}\n"
    assert [code for code, *_ in findings(text)] == [
        "unknown-field", "out-of-bounds", "out-of-bounds", "wrong-type", "out-of-bounds",
        "wrong-value",
    ]  # fmt: skip


def test_an_item_that_is_bare_text_is_the_place_of_what_is_wrong_with_it():
    assert findings("just text") == [
        ("out-of-bounds", "m:1:1", "`pattern` must have at least 2 characters", "Begins with an x")
    ]


def test_no_message_or_hint_quotes_the_value():
    secret = "s3cret-value"
    for text in ("lifetime", "pattern", "absent", "api", "ref", "inners", "share"):
        for shape in (secret, f"[{secret}]", f"{{a: {secret}}}"):
            for _, _, message, hint in findings(f"name: a\n{text}: {shape}"):
                assert secret not in f"{message} {hint}"


def test_labels():
    assert label(()) == "this"
    assert label(("a", "b", 0, "c")) == "`a.b.0.c`"
    assert label(("a", 1)) == "item 2 of `a`"
