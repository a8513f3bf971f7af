"""The models as one JSON Schema (2020-12) for manifests and the project file.

Both kinds of file name the same schema; ``version``, which only a project file has, tells them
apart. What the models do not know is added here: ``${var.name}``, ``{from_file: path}`` and
``{literal: value}``, which ``source.values`` puts in place before a model sees a value.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from clerkform.model import Field, Kind, Registry
from clerkform.model.fields import Fields
from clerkform.project import ProjectFile

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DESCRIPTION: Final = (
    "Manifests of clerkform and its project file clerkform.yaml. At the top of either, "
    '"# yaml-language-server: $schema=schema.json" with the path to this file lets an editor '
    "complete and explain every key. A file with `version` is a project file."
)
SAMPLE: Final = "${var.name}"
VALUE_FORMS: Final[Mapping[str, Schema]] = {
    "variable": {
        "type": "string",
        "pattern": r"^\$\{var\.[A-Za-z_][A-Za-z0-9_]*\}$",
        "description": "A variable, in its own type: `${var.name}`.",
    },
    "text_with_variable": {
        "type": "string",
        "pattern": r"\$\{var\.[A-Za-z_][A-Za-z0-9_]*\}",
        "description": "Text with a variable in it, such as `${var.app_url}/callback`.",
    },
    "from_file": {
        "type": "object",
        "properties": {
            "from_file": {
                "type": "string",
                "minLength": 1,
                "description": "A file with the value, relative to this manifest and inside the "
                "project folder: text, or where the field takes a map JSON or YAML.",
            }
        },
        "required": ["from_file"],
        "additionalProperties": False,
    },
    "literal": {
        "type": "object",
        "properties": {
            "literal": {
                "description": "The value as it stands, even if it looks like `{from_file: ...}`."
            }
        },
        "required": ["literal"],
        "additionalProperties": False,
    },
}


def render_schema(registry: Registry) -> str:
    """The text of ``schema.json``."""
    return json.dumps(build_schema(registry), indent=2, ensure_ascii=False) + "\n"


def build_schema(registry: Registry) -> Schema:
    """What an editor completes, explains and checks."""
    models: list[type[BaseModel]] = [*(kind.model for kind in registry.values()), ProjectFile]
    _, made = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/$defs/{model}"
    )
    defs = {name: _tidy(schema) for name, schema in made["$defs"].items()}
    kinds = {kind.model.__name__: kind for kind in registry.values()}
    inside = dict(model for kind in kinds.values() for model in _models(kind.fields))
    for name in _parts(defs, kinds) | inside.keys():
        _add_forms(defs[name], inside.get(name, {}))
    for name, kind in kinds.items():
        _add_forms(defs[name], kind.fields)
        _demand_key(defs[name], kind)
    for name in (ProjectFile.__name__, "DeclaredEnvironment"):
        _name_kinds(defs[name]["properties"]["prune"], registry)
    return {
        "$schema": DIALECT,
        "title": "clerkform",
        "description": DESCRIPTION,
        "type": "object",
        "properties": {"version": {"description": "Makes this a project file; there is only 1."}},
        "if": {"required": ["version"]},
        "then": _ref(ProjectFile.__name__),
        "else": _ref("manifest"),
        "$defs": {
            "manifest": _manifest(registry, defs),
            **VALUE_FORMS,
            **dict(sorted(defs.items())),
        },
    }


def _manifest(registry: Registry, defs: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": {kind.name: _section(kind, defs) for _, kind in sorted(registry.items())},
        "additionalProperties": False,
    }


def _section(kind: Kind, defs: Mapping[str, Schema]) -> Schema:
    name = kind.model.__name__
    item = _ref(name)
    if kind.bare and set(defs[name].get("required", ())) <= {kind.bare}:
        key = defs[name]["properties"][kind.bare]
        texts = [option for option in key.get("anyOf", [key]) if option != _ref("from_file")]
        item = {
            "anyOf": [
                item,
                *({**text, "description": key.get("description", "")} for text in texts),
            ]
        }
    about = inspect.getdoc(inspect.getmodule(kind.model)) or ""
    said = {"description": _sentence(about.partition("\n\n")[0])}
    return {**said, **kind.reads.schema_of(item)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _tidy(schema: Any, *, is_map_of_names: bool = False) -> Any:
    """Without the titles that pydantic makes of names, and with descriptions on one line."""
    if isinstance(schema, list):
        return [_tidy(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if is_map_of_names:
        return {name: _tidy(inner) for name, inner in schema.items()}
    return {
        word: _sentence(inner)
        if word == "description"
        else _tidy(inner, is_map_of_names=word in ("properties", "patternProperties"))
        for word, inner in schema.items()
        if word != "title"
    }


def _sentence(text: str) -> str:
    """A docstring as an editor shows it."""
    return re.sub(r"``([^`]+)``", r"`\1`", " ".join(text.split()))


def _parts(defs: Mapping[str, Schema], kinds: Mapping[str, Kind]) -> set[str]:
    """The models inside resources, but for secret references: those are never filled in."""
    found: set[str] = set()
    for name, kind in kinds.items():
        for field in kind.fields.values():
            if field.form == "part":
                text = json.dumps(defs[name]["properties"][field.name])
                found |= set(re.findall(r"#/\$defs/(\w+)", text))
    return found


def _models(fields: Fields) -> Iterator[tuple[str, Fields]]:
    """The models at every depth of parts and of lists of them, by name, with their fields."""
    for field in fields.values():
        if field.model:
            inside = field.parts or field.each
            yield field.model.__name__, inside
            yield from _models(inside)


def _add_forms(model: Schema, fields: Mapping[str, Field]) -> None:
    for schema in [model, *model.get("anyOf", ())]:
        for name, value in schema.get("properties", {}).items():
            schema["properties"][name] = _with_forms(value, fields.get(name))


def _with_forms(schema: Schema, field: Field | None) -> Schema:
    """``schema``, or one of the forms that stand for such a value."""
    constraints = {word: inner for word, inner in schema.items() if word != "description"}
    options = constraints.get("anyOf", [constraints])
    if not constraints or (field and field.form == "secret"):
        return schema
    forms = []
    texts = [option for option in options if _is_text(option)]
    if not any(_takes_variable(option) for option in texts):
        forms.append(_ref("text_with_variable" if texts else "variable"))
    if field and (field.form == "json" or (texts and field.form == "plain")):
        forms.append(_ref("from_file"))
    if field and field.form == "json":
        forms.append(_ref("literal"))
    said = {word: inner for word, inner in schema.items() if word == "description"}
    return {**said, "anyOf": [*options, *forms]} if forms else schema


def _is_text(schema: Schema) -> bool:
    return schema.get("type") == "string" and not {"enum", "const"} & schema.keys()


def _takes_variable(schema: Schema) -> bool:
    return re.search(schema.get("pattern", ""), SAMPLE) is not None


def _demand_key(model: Schema, kind: Kind) -> None:
    """A key that another field may stand in for is required by neither alone."""
    for field in kind.identity:
        if field.traits.otherwise:
            either = (field.name, field.traits.otherwise)
            model["anyOf"] = [{"required": [name]} for name in either]


def _name_kinds(prune: Schema, registry: Registry) -> None:
    """Which kinds can be pruned, so that an editor can offer them."""
    policy = prune.pop("additionalProperties")
    prune["properties"] = {
        kind.name: {
            **policy,
            "description": f"Whether {kind.name} that no manifest declares are deleted (`all`).",
        }
        for _, kind in sorted(registry.items())
        if not (kind.runtime or kind.why_never_pruned)
    }
    prune["additionalProperties"] = False
