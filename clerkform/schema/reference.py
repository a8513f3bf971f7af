"""The models as Markdown tables: every key of a manifest, of the project file, of a saved plan.

``python -m clerkform.schema.reference docs/manifests.md`` writes them between the page's two markers.
``docs/plan-file.md`` and ``docs/meaning.md`` are the other pages.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from clerkform.jwt.cases import TemplateTest, Verifier
from clerkform.kinds import KINDS
from clerkform.kinds.api_keys import KeyLifecycle
from clerkform.model import Field, Kind, Resource, SecretRef, SettingsResource, Sink
from clerkform.model.fields import Fields
from clerkform.model.meaning import Sort
from clerkform.model.resource import SettingsLifecycle
from clerkform.model.traits import Source
from clerkform.plan import wire
from clerkform.plan.file import document
from clerkform.project.file import (
    DeclaredEnvironment,
    DeclaredLimits,
    DeclaredLint,
    ProjectFile,
    SecretKey,
)

BEGIN, END = "<!-- generated from the models: begin -->", "<!-- end -->"
READABLE = 40
"""Longest pattern that a person reads; what a longer one means is said in the description."""

SETTINGS = "One object, which always exists: its section is a map, and its address the name alone."

_SOURCES: Mapping[Source | None, str] = {
    "frontend": "the Frontend API",
    "primary_domain": "the primary domain",
}
Schema = Mapping[str, Any]

_PLAN_FILE: Mapping[type[BaseModel], str] = {
    document.Document: "The document",
    document.SavedPlan: "`plan`",
    document.SavedInstance: "`instance`",
    document.SavedQuestion: "`asked`",
    document.SavedAction: "An action",
    document.SavedLive: "`live`",
    wire.WireChange: "A change",
    wire.WireMeaning: "What an action means",
    wire.WireImpact: "What goes along",
    wire.WireStep: "A step",
    wire.WireStepId: "A step's name",
    wire.WireCell: "A value",
    wire.WirePlace: "A place",
}
"""The models of a saved plan, and what the page calls them."""


def build_reference() -> str:
    """Everything that stands between the markers."""
    return "\n".join([*_kinds(), *_tests(), *_every_item(), *_secrets(), *_project_file()])


def build_plan_file() -> str:
    """The same for the page about saved plans."""
    return "\n".join(line for model in _PLAN_FILE for line in _plan_file_table(model))


_MEANINGS: Mapping[Sort, str] = {
    "weakens": "What weakens security",
    "locks_out": "What locks out",
    "widens": "What lets more in",
}


def build_meaning() -> str:
    """The same for the page about what changes mean."""
    return "\n".join(line for sort in _MEANINGS for line in _meaning_table(sort))


def _meaning_table(sort: Sort) -> Iterator[str]:
    yield from [f"## {_MEANINGS[sort]}", "", "| field | what follows |", "| --- | --- |"]
    for kind in sorted(KINDS.values(), key=lambda kind: kind.name):
        for leaf in kind.leaves:
            said = [one.says for one in leaf.traits.meanings if one.sort == sort]
            if said:
                yield f"| `{kind.name}`: `{leaf}` | {'; or '.join(said)} |"
    yield ""


def _plan_file_table(model: type[BaseModel]) -> Iterator[str]:
    yield from [f"## {_PLAN_FILE[model]}", ""]
    yield from _table(model)


def _kinds() -> Iterator[str]:
    kinds = sorted(KINDS.values(), key=lambda kind: kind.name)
    yield from ["## The kinds", "", ", ".join(f"[`{k.name}`](#{k.name})" for k in kinds) + ".", ""]
    for kind in kinds:
        yield from [f"## `{kind.name}`", "", _summary(kind), "", _facts(kind), ""]
        own = {n: f for n, f in kind.fields.items() if n not in Resource.model_fields}
        yield from _table(kind.model, {n: _notes(field) for n, field in own.items()})
        yield from _part_tables(own)


def _part_tables(fields: Fields) -> Iterator[str]:
    """A table for each part, and for the parts in it."""
    for field in fields.values():
        if field.model:
            yield from [f"### `{field}`", ""]
            inner = field.parts or field.each
            yield from _table(field.model, {n: _notes(one) for n, one in inner.items()})
            yield from _part_tables(inner)


def _tests() -> Iterator[str]:
    yield from ["## `tests` of a JWT template", "", "[docs/jwt.md](jwt.md) shows some.", ""]
    yield from _table(TemplateTest)
    yield from ["### `valid_for`, `rejected_by`", ""]
    yield from _table(Verifier)


def _every_item() -> Iterator[str]:
    yield from ["## Every item", "", "Beside its fields, an item of any kind takes:", ""]
    yield from _table(Resource)
    yield from ["### `lifecycle`", ""]
    notes = dict.fromkeys(KeyLifecycle.model_fields, "")
    yield from _table(KeyLifecycle, {**notes, "deletion": "API keys only"})
    taken = ", ".join(f"`{name}`" for name in SettingsResource.model_fields if name != "lifecycle")
    inner = ", ".join(f"`{name}`" for name in SettingsLifecycle.model_fields)
    yield from [f"Settings take {taken} and a `lifecycle` of {inner} alone.", ""]


def _secrets() -> Iterator[str]:
    yield from ["## Secret references", "", "Exactly one of:", ""]
    yield from _table(SecretRef)
    yield from ["## `secret_to`", "", "The word `none`, or one of:", ""]
    yield from _table(Sink)


def _project_file() -> Iterator[str]:
    yield from ["## The project file `clerkform.yaml`", ""]
    yield from _table(ProjectFile)
    yield from ["### An environment", ""]
    yield from _table(DeclaredEnvironment)
    yield from ["### `limits`", ""]
    yield from _table(DeclaredLimits)
    yield from ["### `lint`", "", "Which rules there are is in [lint.md](lint.md).", ""]
    yield from _table(DeclaredLint)
    yield from ["### `secret_key`", ""]
    yield from _table(SecretKey)


def _summary(kind: Kind) -> str:
    """The first line of the module that defines the kind."""
    first = (sys.modules[kind.model.__module__].__doc__ or "").partition("\n")[0]
    return first.rstrip(".") + "."


def _facts(kind: Kind) -> str:
    names = [
        f"`{f.name}`" + (f" or `{o}`" if (o := f.traits.otherwise) else "") for f in kind.identity
    ]
    facts = [f"Key: {' and '.join(names)}."] if names else [SETTINGS]
    if kind.endpoints.update is None:
        facts.append("Clerk has no update: another value is another object.")
    if kind.runtime:
        facts.append(f"`prune: all` is refused, because {kind.runtime}.")
    if kind.lost_by_delete:
        facts.append(f"When one is deleted, {kind.lost_by_delete}.")
    if kind.last_one_matters:
        facts.append(f"Deleting the last one is refused: {kind.last_one_matters}.")
    return " ".join(facts)


def _notes(field: Field) -> str:
    told = field.traits
    source = told.read_from.source if told.read_from else None
    notes = {
        "key": told.identity or told.variant,
        "needed to create": told.needed_to_create and not (told.needed_with or told.needed_unless),
        f"needed to create with `{told.needed_with}`": told.needed_with,
        f"needed to create unless `{told.needed_unless}`": told.needed_unless,
        "a change replaces the object": told.immutable and not (told.identity or told.variant),
        "sent, never read back": told.write_only and not told.read_from,
        f"read from {_SOURCES.get(source, '')}": source,
        "acts on create only": told.create_only,
        "order does not matter": told.unordered,
        "never printed": told.sensitive,
    }
    return ", ".join(note for note, applies in notes.items() if applies)


def _table(model: type[BaseModel], notes: Mapping[str, str] | None = None) -> Iterator[str]:
    """A row a field, in the model's order; ``notes`` also chooses the fields."""
    schema = _object(model.model_json_schema())
    definitions = schema.get("$defs", {})
    required = schema.get("required", [])
    chosen = {name: "required" if name in required else "" for name in schema["properties"]}
    yield "| key | type | notes | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, note in (chosen if notes is None else notes).items():
        field = schema["properties"][name]
        cells = [f"`{name}`", _type(field, definitions), note, field.get("description", "")]
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def _object(schema: Schema) -> Schema:
    """The alternative that has properties, where a model may also be a word."""
    alternatives = [one for one in schema.get("anyOf", ()) if "properties" in one]
    return alternatives[0] if alternatives else schema


def _cell(text: str) -> str:
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


def _type(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """A field's JSON Schema in words."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2], definitions)
    if options := schema.get("anyOf"):
        bounds = {key: value for key, value in schema.items() if key not in ("anyOf", "type")}
        words = [_type({**bounds, **option}, definitions) for option in options]
        return _either(words)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return _either([f"`{str(value).lower()}`" for value in values])
    name = str(schema.get("type", "any JSON"))
    if name == "null":
        return name
    if name == "array":
        name = f"list of {_type(schema['items'], definitions)}"
    elif name == "object":
        inner = next(iter(schema.get("patternProperties", {}).values()), None)
        inner = inner or schema.get("additionalProperties")
        name = f"map of {_type(inner, definitions)}" if isinstance(inner, dict) and inner else "map"
    return ", ".join([name, *_bounds(schema)])


def _either(words: list[str]) -> str:
    """Joined with "or"; an integer is a number too."""
    numbers = {word.removeprefix("number") for word in words if word.startswith("number")}
    left = [w for w in words if not (w.startswith("integer") and w[len("integer") :] in numbers)]
    return (", or " if any(", " in word for word in left) else " or ").join(left)


def _named(name: str, definitions: Mapping[str, Schema]) -> str:
    known = {
        "SecretRef": "[secret reference](#secret-references)",
        "Sink": "[`none`, or where to](#secret_to)",
        "Lifecycle": "[map](#lifecycle)",
        "KeyLifecycle": "[map](#lifecycle)",
        "DeclaredLimits": "[map](#limits)",
        "DeclaredLint": "[map](#lint)",
        "SecretKey": "[map](#secret_key)",
        "DeclaredEnvironment": "[environment](#an-environment)",
        **{
            model.__name__: f"[{title.removeprefix('A ').removeprefix('An ')}](#{_anchor(title)})"
            for model, title in _PLAN_FILE.items()
        },
    }
    if name in known:
        return known[name]
    keys = ", ".join(f"{key}: ..." for key in definitions[name]["properties"])
    return f"`{{{keys}}}`"


def _anchor(title: str) -> str:
    """Of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _bounds(schema: Schema) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum", schema.get("gt"))
    if low is not None:
        yield f"{low} or more" if high is None else f"{low} to {high}"
    if above is not None:
        yield f"above {above}" if high is None else f"above {above}, up to {high}"
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if longest:
        yield f"{shortest} to {longest} characters" if shortest else f"up to {longest} characters"
    elif shortest:
        yield "not empty" if shortest == 1 else f"{shortest} characters or more"
    pattern = schema.get("pattern", "")
    if pattern and len(pattern) <= READABLE and "\\x" not in pattern:
        yield f"matching `{pattern}`"


PAGES = {
    "manifests.md": build_reference,
    "plan-file.md": build_plan_file,
    "meaning.md": build_meaning,
}


def written(page: str, build: Callable[[], str] = build_reference) -> str:
    """``page`` with what is between its markers made again."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs a line {BEGIN!r} and, below it, a line {END!r}")
    return f"{before}{BEGIN}\n\n{build()}\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    text = written(target.read_text(encoding="utf-8"), PAGES[target.name])
    target.write_text(text, encoding="utf-8")
