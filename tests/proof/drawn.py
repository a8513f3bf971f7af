"""Manifests of the kinds that only tests have, drawn from the kinds' own fields and traits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pydantic import BaseModel

from clerkform.manifest.emit import protect
from clerkform.model import Field, Kind, Registry, Resource
from clerkform.model.fields import Fields
from tests.drawn_values import json_objects
from tests.made_up import MADE_UP

Item = dict[str, Any]
Sections = dict[str, Any]
KEYS = ("a", "b", "c")
"""What objects are called. None of a seed's is."""
DRAWN = Registry([kind for kind in MADE_UP.values() if kind.name != "crowns"])
"""All but the one that stands for what is refused."""
TEXTS = st.sampled_from(["x", "y y", "Ünï", "no", "*@x.example", "1:30"])
NUMBERS = st.integers(0, 9)
TIED = ("workers",)
"""Whom others need the server does not delete: what a manifest drops of these, it removes."""


@st.composite
def manifests(draw: DrawFn, before: Sections | None = None) -> Sections:
    """Sections of items. Of what ``before`` declares some is left out, and some is to go."""
    there = {
        name: sorted(draw(st.sets(st.sampled_from(KEYS))))
        for name, kind in DRAWN.items()
        if kind.identity and kind.name != "rooms"
    }
    sections: Sections = {}
    for kind in DRAWN.values():
        if not kind.identity:
            sections[kind.name] = _fields(draw, kind.model, kind.fields, there, "")
            continue
        items = [_item(draw, kind, there, key) for key in there.get(kind.name, ())]
        if kind.name == "rooms":
            items = [
                _item(draw, kind, there, number) | {"team": team}
                for team in there["teams"]
                for number in sorted(draw(st.sets(st.sampled_from("12"))))
            ]
        sections[kind.name] = items + _gone(draw, kind, items, before or {}, there)
    return sections


def _gone(
    draw: DrawFn, kind: Kind, items: Sequence[Item], before: Sections, there: Mapping[str, Any]
) -> list[Item]:
    names = [field.name for field in kind.identity]
    kept = [{name: item[name] for name in names} for item in items]
    gone = []
    for item in before.get(kind.name, ()):
        key = {name: item[name] for name in names}
        is_tied = kind.name in TIED or draw(st.booleans())
        has_parent = "team" not in item or item["team"] in there["teams"]
        if key not in kept and is_tied and has_parent:
            gone.append({**key, "absent": True})
    return gone


def _item(draw: DrawFn, kind: Kind, there: Mapping[str, Sequence[str]], key: str) -> Item:
    item = _fields(draw, kind.model, kind.fields, there, key)
    item[kind.identity[-1].name] = key
    if kind.replace == "by_hand":  # what never changes
        item |= {name: _fixed(f, key) for name, f in kind.fields.items() if f.traits.immutable}
    return item


def _fixed(field: Field, key: str) -> str:
    return ("oidc_custom", "oidc_gitlab")[KEYS.index(key) % 2]


def _fields(
    draw: DrawFn,
    model: type[BaseModel],
    fields: Fields,
    there: Mapping[str, Sequence[str]],
    key: str,
) -> Item:
    item: Item = {}
    for name, field in fields.items():
        if field.traits.identity or name in Resource.model_fields:
            continue
        if field.traits.local:
            item[name] = "none"
            continue
        is_needed = field.traits.needed_to_create or model.model_fields[name].is_required()
        is_needed |= field.traits.edges is not None  # nobody else's, so that they can be let go of
        if not is_needed and draw(st.booleans()):
            continue
        found = _value(draw, model, field, there, key)
        if found is not None:
            item[name] = found
    return item


def _value(
    draw: DrawFn,
    model: type[BaseModel],
    field: Field,
    there: Mapping[str, Sequence[str]],
    key: str,
) -> Any:
    ref = field.traits.ref
    if field.each and field.model:
        many = draw(st.integers(0, 2))
        return [_fields(draw, field.model, field.each, there, key) for _ in range(many)]
    if field.parts and field.model:
        return _fields(draw, field.model, field.parts, there, key)
    if ref:
        known = list(there.get(ref.kind, ()))
        if field.traits.unordered:
            return sorted(draw(st.sets(st.sampled_from(known)))) if known else []
        free = known if field.is_late else [one for one in known if one < key]
        return draw(st.sampled_from(free)) if free else None
    if field.form == "secret":
        return {"from_env": "TEMPLATE_SIGNING_KEY"}
    if field.traits.merged:
        return protect(draw(json_objects))
    if field.takes_set_change and draw(st.booleans()):
        either = draw(st.permutations(["u", "v", "w", "x"]))
        return {"add": sorted(either[:1]), "remove": sorted(either[1:3])}
    return draw(_plain(_schema(model, field.name)))


@cache
def _schema(model: type[BaseModel], name: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = model.model_json_schema()["properties"][name]
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return next(one for one in options if "$ref" not in one)


def _plain(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "array":
            inner = NUMBERS if schema["items"]["type"] == "integer" else st.sampled_from("uVwx")
            return st.lists(inner, min_size=1, max_size=3, unique=True)
        case "boolean":
            return st.booleans()
        case "integer":
            return NUMBERS
    return TEXTS
