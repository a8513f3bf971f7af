"""Live states and edits of them, drawn from the kinds' own fields and traits.

A field's values come from its JSON Schema, so a new kind is covered the day it lands; its sample
(``tests/kinds/NAME.py``) has what a schema cannot say. The desired state is the live one, thinned and edited: two states
drawn apart would hardly ever share an object.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import ConfigDict, TypeAdapter, ValidationError

from clerkform.kinds import KINDS
from clerkform.live.state import Live, LiveObject
from clerkform.manifest.emit import emit, protect
from clerkform.model import Field, Kind, Values
from tests.drawn_values import json_objects, json_values, secret_references
from tests.samples import SAMPLED, SAMPLES

Item = dict[str, Any]
Schema = Mapping[str, Any]

SHORT = string.ascii_letters + string.digits + " .:/@+-_"


def from_schema(schema: Schema, defs: Mapping[str, Schema]) -> SearchStrategy[Any]:
    """Values that a JSON Schema of pydantic's admits; patterns are kept to plain characters."""
    if "$ref" in schema:
        return from_schema(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return st.one_of([from_schema(one, defs) for one in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True, alphabet=SHORT)
        case "string":
            return st.text(
                st.characters(codec="utf-8"),
                min_size=schema.get("minLength", 0),
                max_size=min(schema.get("maxLength", 12), schema.get("minLength", 0) + 12),
            )
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "integer":
            return st.integers(schema.get("minimum", -1000), schema.get("maximum", 1000))
        case "number":
            return st.floats(max(schema.get("exclusiveMinimum", 0), 1), 1e6, width=32)
        case "array":
            return st.lists(from_schema(schema["items"], defs), max_size=3)
        case "object" if "properties" not in schema:
            return json_objects
        case "object":
            parts = {n: from_schema(s, defs) for n, s in schema["properties"].items()}
            needed = {n: parts.pop(n) for n in schema.get("required", ())}
            return st.fixed_dictionaries(needed, optional=parts)
    return json_values


@cache
def values_of(kind_name: str, name: str, served: bool = False) -> SearchStrategy[Any]:
    """What a manifest may write in a field; ``served``: and the server takes."""
    kind = KINDS[kind_name]
    info = kind.model.model_fields[name]
    if kind.fields[name].form == "secret":
        nothing = [st.none()] if kind.fields[name].nullable else []
        return st.one_of(secret_references, *nothing)
    schema = kind.model.model_json_schema()
    sample = SAMPLES.get(kind_name)
    drawn = sample.served.get(name) if sample and served else None
    drawn = sample.drawn.get(name) if sample and drawn is None else drawn
    if drawn is None:
        drawn = from_schema(schema["properties"][name], schema.get("$defs", {}))
    declared: Any = (
        Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    )
    check = TypeAdapter(declared, config=ConfigDict(strict=True))
    return drawn.filter(lambda value: _fits(check, value))


@cache
def literals_of(kind_name: str, name: str) -> SearchStrategy[str]:
    """The ids that a reference may be written as."""
    return values_of(kind_name, name).filter(lambda value: isinstance(value, str))


def _fits(check: TypeAdapter[Any], value: Any) -> bool:
    try:
        check.validate_python(value)
    except ValidationError:
        return False
    return True


def own_fields(kind: Kind) -> list[Field]:
    """What is the API's: not clerkform's own, as ``lifecycle`` is."""
    return [one for one in kind.fields.values() if not one.traits.local]


# --- live ---------------------------------------------------------------------------------------


def with_their_targets(names: Sequence[str]) -> list[Kind]:
    """These kinds and those that they refer to, which come first."""
    wanted = set(names).union(*(KINDS[name].references() for name in names))
    return [kind for kind in KINDS.values() if kind.name in wanted]


some_kinds = st.lists(st.sampled_from(sorted(SAMPLES)), min_size=1, max_size=2, unique=True).map(
    with_their_targets
)

only_settings = st.sampled_from([[kind] for kind in SAMPLED if kind.is_always_there])


@st.composite
def lives(draw: DrawFn, kinds: Sequence[Kind] | None = None) -> Live:
    """A few objects of some kinds, every one of them at a key of its own."""
    live = Live()
    for kind in draw(some_kinds) if kinds is None else kinds:
        found: dict[Any, LiveObject] = {}
        for at in range(1 if kind.is_always_there else draw(st.integers(0, 3))):
            values = draw(live_values(kind, live))
            object_id = kind.name if kind.is_always_there else f"{kind.id_prefix}{at:027}"
            found.setdefault(kind.key_parts(values), LiveObject(kind.name, object_id, values))
        whole = [] if kind.listed_per else [kind.name]
        live = live.with_(found.values(), whole)
    return live


@st.composite
def live_values(draw: DrawFn, kind: Kind, live: Live) -> Item:
    values: Item = {"not_in_any_manifest": draw(json_values)}
    for one in own_fields(kind):
        traits = one.traits
        if traits.ref:
            ids = [other.id for other in live.of(traits.ref.kind)]
            known = [st.sampled_from(ids)] if ids else []
            values[one.name] = draw(st.one_of(*known, literals_of(kind.name, one.name)))
        elif traits.presence:
            values[traits.presence] = draw(st.booleans())
        elif one.name in SAMPLES[kind.name].undocumented and draw(st.booleans()):
            continue  # not every answer has it
        elif one.compared:
            value = draw(live_values_of(kind, one))
            values[one.name] = one.normalized(_without_nulls(value) if traits.merged else value)
    return values


def live_values_of(kind: Kind, one: Field, served: bool = False) -> SearchStrategy[Any]:
    """What an answer may have in a field: the whole of a set, never what is added to it."""
    values = values_of(kind.name, one.name, served)
    return values.filter(lambda value: isinstance(value, list)) if one.takes_set_change else values


def _without_nulls(value: Any) -> Any:
    """A merge cannot leave a null behind in a map."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


# --- edits --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """A live state, and the items that somebody made of it."""

    live: Live
    sections: Mapping[str, list[Item]] = field(default_factory=dict)
    pruned: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return manifest(self.sections)


def manifest(sections: Mapping[str, list[Item]]) -> str:
    """Items as a manifest; free-form values are written so that they stay data."""

    def written(kind: Kind, item: Item) -> dict[str, object]:
        return {
            name: protect(value) if kind.fields[name].form == "json" else value
            for name, value in item.items()
        }

    made = {n: [written(KINDS[n], one) for one in items] for n, items in sections.items()}
    lists = {n: items for n, items in made.items() if not KINDS[n].is_always_there}
    settings = {n: items[0] if items else {} for n, items in made.items() if n not in lists}
    return emit({**lists, **settings})


@st.composite
def edits(
    draw: DrawFn, live: Live | None = None, of: SearchStrategy[list[Kind]] = some_kinds
) -> Edit:
    """An edit of ``live``, which the server takes, or of a live state that is drawn as well."""
    kinds = draw(of) if live is None else list(SAMPLED)
    state = draw(lives(kinds)) if live is None else live
    editing = _Editing(draw, state, served=live is not None)
    sections = {kind.name: editing.items_of(kind) for kind in kinds}
    kept = [k for k in kinds if k.runtime or k.listed_per or k.is_always_there]
    can_be_pruned = [kind.name for kind in kinds if kind not in kept]
    pruned = draw(st.sets(st.sampled_from(can_be_pruned)) if can_be_pruned else st.just(set()))
    return Edit(state, sections, frozenset(pruned))


class _Editing:
    """Draws the items of one edit, remembering which objects have which keys."""

    def __init__(self, draw: DrawFn, live: Live, *, served: bool) -> None:
        self.draw, self.live, self.served = draw, live, served
        self.keys: dict[tuple[str, str], str] = {}
        """Kind and id of what is declared and may be referred to, with the key it has then."""
        self.gone: set[str] = set()
        self.taken = {
            (kind.name, kind.key_parts(one.values))
            for kind in KINDS.values()
            for one in live.of(kind.name)
        }

    def items_of(self, kind: Kind) -> list[Item]:
        if kind.is_always_there:
            there = next(iter(self.live.of(kind.name)), LiveObject(kind.name, kind.name, {}))
            return [self._settings(kind, there)] if self.draw(st.booleans()) else []
        found = []
        for one in self.live.of(kind.name):
            how = self.draw(st.sampled_from(["skip", "absent", "declare", "declare", "declare"]))
            if kind.ignore(one.values) or how == "skip":
                continue
            if how == "absent" and not kind.keep(one.values):
                self.gone.add(one.id)
                found.append({**self._identity(kind, one), "absent": True})
            elif _owner(kind, one.values) not in self.gone:
                found.append(self._declared(kind, one))
        new = [self._new(kind) for _ in range(self.draw(st.integers(0, 2)))]
        found += [item for item in new if self._is_free(kind, item)]
        return self.draw(st.permutations(found))

    def value(self, kind: Kind, name: str) -> Any:
        return self.draw(values_of(kind.name, name, self.served))

    def _is_free(self, kind: Kind, item: Item) -> bool:
        """Whether no live object and no other item has the key. From then on it is taken."""
        if _owner(kind, item) in self.gone:
            return False
        values = {
            name: next(iter(value.values())) if kind.fields[name].traits.ref else value
            for name, value in item.items()
            if name != "lifecycle" and isinstance(value, dict)
        }
        key = (kind.name, kind.key_parts({**item, **values}))
        is_free = key not in self.taken
        self.taken.add(key)
        return is_free

    def _identity(self, kind: Kind, one: LiveObject) -> Item:
        fields = [*kind.identity, *([kind.variant] if kind.variant else [])]
        return {each.name: self._written(each, one.values[each.name]) for each in fields}

    def _written(self, each: Field, value: Any) -> Any:
        """A live value as somebody might write it: by reference, in another case."""
        if each.traits.ref:
            key = self.keys.get((each.traits.ref.kind, value))
            if key is not None and self.draw(st.booleans()):
                return {KINDS[each.traits.ref.kind].singular: key}
        elif isinstance(value, str) and each.traits.normalize and self.draw(st.booleans()):
            other = value.swapcase().replace("0X", "0x")  # the server takes no other prefix
            return other if each.normalized(other) == each.normalized(value) else value
        return value

    def _settings(self, kind: Kind, one: LiveObject) -> Item:
        item: Item = {}
        for each in own_fields(kind):
            self._edit(kind, each, one, item)
        self._ignore_some(kind, item)
        return item

    def _ignore_some(self, kind: Kind, item: Item) -> None:
        names = [name for name in item if not kind.fields[name].traits.local]
        if names and self.draw(st.integers(0, 4)) == 0:
            ignored = self.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
            item["lifecycle"] = {**item.get("lifecycle", {}), "ignore_changes": ignored}

    def _declared(self, kind: Kind, one: LiveObject) -> Item:
        item = self._identity(kind, one)
        for each in own_fields(kind):
            if not (each.traits.identity or each.traits.variant):
                self._edit(kind, each, one, item)
        item = _without_a_new_keep(kind, item, one.values)
        is_renamed = not kind.keep(one.values) and self.draw(st.integers(0, 4)) == 0
        if is_renamed:
            item = self._renamed(kind, one, item)
        self._add_needed(kind, one, item)
        self._ignore_some(kind, item)
        item = _without_an_algorithm_alone(kind, item, one.values)
        key = kind.key_parts(item)
        if len(kind.identity) == 1 and key:
            self.keys[kind.name, one.id] = key[0]
        return item

    def _renamed(self, kind: Kind, one: LiveObject, item: Item) -> Item:
        """``item`` with another key and a word of what it was; as it is where that is taken."""
        name = kind.identity[-1].name
        other = {**item, name: self.value(kind, name)}
        if not self._is_free(kind, other):
            return item
        is_pinned = kind.endpoints.update and not kind.identity[-1].traits.immutable
        if is_pinned and self.draw(st.booleans()):
            return {**other, "id": one.id}
        return {**other, "lifecycle": {"renamed_from": item[name]}}

    def _add_needed(self, kind: Kind, one: LiveObject, item: Item) -> None:
        """What a replace or an update demands beside the fields that were chosen."""
        for each in own_fields(kind):
            is_set = each.traits.presence and one.values[each.traits.presence]
            is_lost = is_set and kind.update_sends == "all"
            is_needed = each.traits.needed_to_create and not each.traits.needed_with
            if (is_lost or is_needed) and each.name not in item:
                item[each.name] = self.value(kind, each.name)
        _add_sink(kind, item)

    def _edit(self, kind: Kind, each: Field, one: LiveObject, item: Item) -> None:
        how = self.draw(st.sampled_from(["omit", "same", "edit"]))
        before = one.values.get(each.name)
        if how == "same" and each.name in one.values and (before is not None or each.nullable):
            item[each.name] = self._written(each, before)
        elif how == "edit":
            value = self.value(kind, each.name)
            if each.traits.merged and before and self.draw(st.booleans()):
                removed = self.draw(st.sets(st.sampled_from(sorted(before))))
                value = {**before, **value, **dict.fromkeys(removed)}
            item[each.name] = value

    def _new(self, kind: Kind) -> Item:
        item: Item = {}
        for each in own_fields(kind):
            if each.traits.ref:
                ids = [i for (name, i) in self.keys if name == each.traits.ref.kind]
                known = [st.sampled_from(ids)] if ids else []
                value = self.draw(st.one_of(*known, literals_of(kind.name, each.name)))
                item[each.name] = self._written(each, value)
            elif each.traits.identity or each.traits.needed_to_create or self.draw(st.booleans()):
                item[each.name] = self.value(kind, each.name)
        item = _without_a_new_keep(kind, item, {})
        _add_sink(kind, item)
        return item


def _owner(kind: Kind, values: Mapping[str, Any]) -> str | None:
    return next((str(values[f.name]) for f in kind.identity if f.traits.ref), None)


def _without_an_algorithm_alone(kind: Kind, item: Item, live: Values) -> Item:
    """``item`` without an algorithm that a plan refuses to change: no key is there or sent."""
    ignored = item.get("lifecycle", {}).get("ignore_changes", ())
    alone = {
        each.traits.signs_with
        for name, each in kind.fields.items()
        if each.traits.signs_with
        and live.get(each.traits.presence or "") is False
        and (item.get(name) is None or name in ignored)
    }
    return {name: value for name, value in item.items() if name not in alone - {*ignored}}


def _without_a_new_keep(kind: Kind, item: Item, live: Mapping[str, Any]) -> Item:
    """Without the fields that would make an object that is never made, or unmake one."""
    if bool(kind.keep(item)) == bool(kind.keep(live)):
        return item
    return {
        name: value
        for name, value in item.items()
        if kind.fields[name].traits.identity or not kind.fields[name].traits.immutable
    }


def _add_sink(kind: Kind, item: Item) -> None:
    item |= dict.fromkeys(kind.makes, "none")
