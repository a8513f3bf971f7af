"""Live states and edits of them, drawn from the kinds' own fields and traits.

A field's values come from its JSON Schema, so a new kind is covered the day it lands; its sample
(``tests/kinds/NAME.py``) has what a schema cannot say. The desired state is the live one, thinned and edited: two states
drawn apart would hardly ever share an object.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
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
from clerkform.model.traits import Ref
from tests.drawn_values import json_objects, json_values, secret_references
from tests.samples import SAMPLED, SAMPLES

Item = dict[str, Any]
Schema = Mapping[str, Any]

REFERRED_BY_KEY = {
    leaf.traits.ref.kind
    for kind in KINDS.values()
    for leaf in kind.leaves
    if leaf.traits.ref and leaf.traits.ref.by == "key"
}
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
    if kind.fields[name].form == "secret":
        nothing = [st.none()] if kind.fields[name].nullable else []
        return st.one_of(secret_references, *nothing)
    schema = kind.model.model_json_schema()
    sample = SAMPLES.get(kind_name)
    drawn = sample.served.get(name) if sample and served else None
    drawn = sample.drawn.get(name) if sample and drawn is None else drawn
    if drawn is None:
        drawn = from_schema(schema["properties"][name], schema.get("$defs", {}))
    check = type_of(kind_name, name)
    return drawn.filter(lambda value: _fits(check, value))


@cache
def type_of(kind_name: str, name: str) -> TypeAdapter[Any]:
    """Takes what a manifest may write in a field."""
    info = KINDS[kind_name].model.model_fields[name]
    declared: Any = (
        Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    )
    return TypeAdapter(declared, config=ConfigDict(strict=True))


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
    wanted = set(names)
    while more := set().union(*(KINDS[name].references() for name in wanted)) - wanted:
        wanted |= more
    return [kind for kind in SAMPLED if kind.name in wanted]


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
        for at in range(1 if kind.is_always_there else draw(_how_many(kind, live))):
            values = SAMPLES[kind.name].mended(draw(live_values(kind, live)))
            object_id = kind.name if kind.is_always_there else f"{kind.id_prefix}{at:027}"
            if found:
                values.pop(kind.sole, None)
            found.setdefault(_place(kind, values), LiveObject(kind.name, object_id, values))
        whole = [] if kind.listed_per else [kind.name]
        live = live.with_(found.values(), whole)
    return live


def _how_many(kind: Kind, live: Live) -> SearchStrategy[int]:
    """None of what is always somebody's, where there is nobody."""
    return st.integers(0, 3 if all(live.of(ref.kind) for ref in _owners(kind)) else 0)


def _place(kind: Kind, values: Values) -> tuple[str, ...] | None:
    """What no two objects have: the key, or less of it."""
    sample = SAMPLES.get(kind.name)
    if sample and sample.lone and sample.lone in values:
        return (str(kind.fields[sample.lone].normalized(values[sample.lone])),)
    return kind.key_parts(values)


def _brought(live: Live) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Kind and place of what the API has made along with live objects, read or not."""
    for kind in KINDS.values():
        for one in live.of(kind.name):
            if (brings := kind.brings) and (named := one.values.get(brings.by)):
                values = {brings.owner: one.id, brings.key: named}
                yield brings.kind, _place(KINDS[brings.kind], values)


def _owners(kind: Kind) -> list[Ref]:
    """The kinds of which one object has to be referred to, as no other id can be written."""
    refs = (one.traits.ref for one in kind.identity)
    return [ref for ref in refs if ref and ref.owner and not ref.literal]


@st.composite
def live_values(draw: DrawFn, kind: Kind, live: Live) -> Item:
    values: Item = {"not_in_any_manifest": draw(json_values)}
    for one in own_fields(kind):
        traits = one.traits
        if traits.ref and traits.ref.by == "key":
            named = draw(references(kind, one, keys_of(live, traits.ref.kind)))
            values |= {} if named is None else {one.name: named}
        elif traits.ref:
            ids = [other.id for other in live.of(traits.ref.kind)]
            values[one.name] = draw(referred(kind, one, ids))
        elif traits.presence:
            values[traits.presence] = draw(st.booleans())
        elif one.name in SAMPLES[kind.name].undocumented and draw(st.booleans()):
            continue  # not every answer has it
        elif one.compared:
            value = draw(live_values_of(kind, one))
            values[one.name] = one.normalized(_without_nulls(value) if traits.merged else value)
    return values


def referred(kind: Kind, one: Field, ids: Sequence[str]) -> SearchStrategy[str]:
    """One of these ids, or another where the field may hold any."""
    known = [st.sampled_from(ids)] if ids else []
    is_owned = one.traits.ref in _owners(kind)
    return st.one_of(*known, *([] if is_owned else [literals_of(kind.name, one.name)]))


def keys_of(live: Live, kind: str) -> list[str]:
    """The keys of live objects, as what refers to them by these has them."""
    found = (KINDS[kind].key_parts(one.values) for one in live.of(kind))
    return [parts[0] for parts in found if parts]


def held_by_key(live: Live) -> set[tuple[str, str]]:
    """Kind and key of whatever a live object refers to by its key."""
    found = set()
    for kind in KINDS.values():
        refs = [(one.name, one.traits.ref) for one in kind.fields.values() if one.traits.ref]
        for live_one in live.of(kind.name):
            for name, ref in refs:
                held = live_one.values.get(name)
                if ref.by == "key" and held is not None:
                    found |= {(ref.kind, key) for key in (held if type(held) is list else [held])}
    return found


def references(
    kind: Kind, one: Field, keys: Sequence[str], served: bool = False
) -> SearchStrategy[Any]:
    """Some of these keys, or one, as the field has it; None where it cannot have any of them."""
    said = SAMPLES[kind.name].served.get(one.name) if served else None
    if said is not None:
        return said.map(lambda value: value if value in keys else None)
    if not one.traits.unordered:
        return st.sampled_from(keys) if keys else st.none()
    check = type_of(kind.name, one.name)
    some = st.lists(st.sampled_from(keys), max_size=3, unique=True) if keys else st.just([])
    return some.map(lambda value: value if _fits(check, value) else keys[:1] or None)


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
    held = {name for name, _ in held_by_key(state)}
    kept = [k for k in kinds if k.runtime or k.listed_per or k.why_never_pruned or k.name in held]
    can_be_pruned = [kind.name for kind in kinds if kind not in kept]
    pruned = draw(st.sets(st.sampled_from(can_be_pruned)) if can_be_pruned else st.just(set()))
    return Edit(state, sections, frozenset(pruned))


class _Editing:
    """Draws the items of one edit, remembering which objects have which keys."""

    def __init__(self, draw: DrawFn, live: Live, *, served: bool) -> None:
        self.draw, self.live, self.served = draw, live, served
        self.keys: dict[tuple[str, str], str] = {}
        """Kind and id of what is declared and may be referred to, with the key it has then."""
        self.soles: dict[str, str] = {}
        """Kind to the key of what is declared to be the one that there is one of."""
        self.gone: set[str] = set()
        self.after: dict[tuple[str, str], Values] = {}
        """Kind and key, or id, to what the object will have, with references as they are written."""
        self.held = held_by_key(live)
        """What keeps its key and stays: what refers to it would follow, or keep it from going."""
        self.taken = {
            (kind.name, _place(kind, one.values))
            for kind in KINDS.values()
            for one in live.of(kind.name)
        } | set(_brought(live))

    def items_of(self, kind: Kind) -> list[Item]:
        if kind.is_always_there:
            there = next(iter(self.live.of(kind.name)), LiveObject(kind.name, kind.name, {}))
            return [self._settings(kind, there)] if self.draw(st.booleans()) else []
        found = []
        for one in self.live.of(kind.name):
            how = self.draw(st.sampled_from(["skip", "absent", "declare", "declare", "declare"]))
            if kind.ignore(one.values) or how == "skip" or not self._can_own(kind, one.values):
                continue
            if how == "absent" and not (kind.goes_into or self._stays(kind, one)):
                self.gone.add(one.id)
                found.append({**self._identity(kind, one), "absent": True})
            elif _owner(kind, one.values) not in self.gone:
                found.append(self._declared(kind, one))
        declares = all(any(name == ref.kind for name, _ in self.keys) for ref in _owners(kind))
        new = [self._new(kind) for _ in range(self.draw(st.integers(0, 2)) if declares else 0)]
        found += [item for item in new if item is not None and self._is_free(kind, item)]
        return self.draw(st.permutations(found))

    def _can_own(self, kind: Kind, values: Values) -> bool:
        """Whether what owns it is declared, where no id can stand for that."""
        return all((ref.kind, _owner(kind, values)) in self.keys for ref in _owners(kind))

    def value(self, kind: Kind, name: str) -> Any:
        return self.draw(values_of(kind.name, name, self.served))

    def _stays(self, kind: Kind, one: LiveObject) -> bool:
        parts = kind.key_parts(one.values)
        is_held = parts is not None and (kind.name, parts[0]) in self.held
        return is_held or kind.keep(one.values) is not None

    def _named(self, kind: Kind, each: Field, values: Any) -> Any:
        """References by key as they may be written, or None: to what is declared, or is the
        server's own."""
        known = self._keys_to(kind, each)
        there = values if isinstance(values, list) else [values]
        return values if {*there} <= {*known} else None

    def _keys_to(self, kind: Kind, each: Field) -> list[str]:
        """Settings name none but the sole one, where an item says that it is."""
        ref = each.traits.ref
        assert ref is not None
        if kind.is_always_there and (sole := self.soles.get(ref.kind)):
            return [sole]
        declared = {key for (name, _), key in self.keys.items() if name == ref.kind}
        own = (key for key in keys_of(self.live, ref.kind) if ref.system and ref.system(key))
        return sorted({*declared, *own})

    def _reference(self, kind: Kind, each: Field) -> Any:
        return self.draw(references(kind, each, self._keys_to(kind, each), self.served))

    def _is_free(self, kind: Kind, item: Item) -> bool:
        """Whether no live object and no other item has the key. From then on it is taken."""
        if _owner(kind, item) in self.gone:
            return False
        values = {
            each.name: self._held(each, item[each.name])
            for each in kind.identity
            if each.traits.ref
        }
        key = (kind.name, _place(kind, {**item, **values}))
        is_free = key not in self.taken
        self.taken.add(key)
        return is_free

    def _held(self, each: Field, written: Any) -> Any:
        """A reference as a live object has it: the id of what is declared, however that is named."""
        ref = each.traits.ref
        assert ref is not None
        if ref.literal and isinstance(written, str):
            return written
        named = next(iter(written.values())) if isinstance(written, dict) else written
        ids = (i for (kind, i), key in self.keys.items() if (kind, key) == (ref.kind, named))
        return next(ids, named)

    def _identity(self, kind: Kind, one: LiveObject) -> Item:
        fields = [*kind.identity, *([kind.variant] if kind.variant else [])]
        return {each.name: self._written(each, one.values[each.name]) for each in fields}

    def _written(self, each: Field, value: Any) -> Any:
        """A live value as somebody might write it: by reference, in another case."""
        if each.traits.ref:
            key = self.keys.get((each.traits.ref.kind, value))
            if key is not None and not each.traits.ref.literal:
                return key
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
            ref, said = each.traits.ref, item.get(each.name)
            if ref and said is not None and said != self.soles.get(ref.kind, said):
                del item[each.name]  # another is declared to be the one
        self._ignore_some(kind, item)
        return item

    def _ignore_some(self, kind: Kind, item: Item) -> None:
        # What is ignored stays as it is, and may lack what another field is one of.
        lists = {one.traits.one_of for one in own_fields(kind)}
        names = [
            name
            for name in item
            if not kind.fields[name].traits.local and name not in lists
            # What is referred to by its key has that which is declared.
            if not (kind.name in REFERRED_BY_KEY and kind.fields[name].traits.identity)
        ]
        if names and self.draw(st.integers(0, 4)) == 0:
            ignored = self.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
            item["lifecycle"] = {**item.get("lifecycle", {}), "ignore_changes": ignored}

    def _declared(self, kind: Kind, one: LiveObject) -> Item:
        item = self._identity(kind, one)
        for each in own_fields(kind):
            if not (each.traits.identity or each.traits.variant):
                self._edit(kind, each, one, item)
        item = _without_a_new_keep(kind, item, one.values)
        self._add_needed(kind, one, item)
        can_be_renamed = not (self._stays(kind, one) or _lacks_some(kind, item))
        if can_be_renamed and self.draw(st.integers(0, 4)) == 0:
            item = self._renamed(kind, one, item)
        item = _with_heirs(kind, SAMPLES[kind.name].mended(item), one.values)
        self._offer(kind, {**one.values, **item}, item)
        self._ignore_some(kind, item)
        item = _without_an_algorithm_alone(kind, item, one.values)
        key = kind.key_parts(item)
        if len(kind.identity) == 1 and key:
            self.keys[kind.name, one.id] = key[0]
            if kind.sole in item:
                self.soles[kind.name] = key[0]
            ignored = item.get("lifecycle", {}).get("ignore_changes", ())
            said = {name: value for name, value in item.items() if name not in ignored}
            former = kind.key_parts(one.values) or key
            for name in (one.id, key[0], former[0]):
                self.after[kind.name, name] = {**one.values, **said}
        return item

    def _offer(self, kind: Kind, values: Values, item: Item) -> None:
        """Have the item say what it may choose, where that is known and it says something else."""
        for each in own_fields(kind):
            *way, last = each.traits.one_of.split(".")
            if not way or each.name not in item:
                continue
            there: Values | None = values
            of = kind
            for name in way:
                ref = of.fields[name].traits.ref
                assert ref is not None
                there, of = self._after(KINDS[ref.kind], (there or {}).get(name)), KINDS[ref.kind]
            offered = {self._named(kind, each, one) for one in (there or {}).get(last, ())} - {None}
            if there is not None and item[each.name] not in offered:
                del item[each.name]
                if offered:
                    item[each.name] = self.draw(st.sampled_from(sorted(offered)))

    def _after(self, kind: Kind, written: Any) -> Values | None:
        """What a reference means once the edit is done; without one what there is one of."""
        name = next(iter(written.values())) if isinstance(written, dict) else written
        if name is None:
            name = self.soles.get(kind.name)
        if (kind.name, str(name)) in self.after:
            return self.after[kind.name, str(name)]
        for one in self.live.of(kind.name):
            keys = {one.id, *(kind.key_parts(one.values) or ())}
            if name in keys or (name is None and kind.sole in one.values):
                return one.values
        return None

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
            if (is_lost or _is_needed(each)) and each.name not in item:
                _set(item, each, self._drawn(kind, each))
        _add_sink(kind, item)

    def _drawn(self, kind: Kind, each: Field) -> Any:
        by_key = each.traits.ref is not None and each.traits.ref.by == "key"
        return self._reference(kind, each) if by_key else self.value(kind, each.name)

    def _edit(self, kind: Kind, each: Field, one: LiveObject, item: Item) -> None:
        how = self.draw(st.sampled_from(["omit", "same", "edit"]))
        before = one.values.get(each.name)
        by_key = each.traits.ref is not None and each.traits.ref.by == "key"
        if each.name == kind.sole and each.name not in one.values:
            return
        if by_key and how != "omit" and each.name in one.values:
            value = (
                self._named(kind, each, before) if how == "same" else self._reference(kind, each)
            )
            _set(item, each, value)
        elif how == "same" and each.name in one.values and (before is not None or each.nullable):
            item[each.name] = self._written(each, before)
        elif how == "edit" and not by_key:
            value = self.value(kind, each.name)
            if each.traits.merged and before and self.draw(st.booleans()):
                removed = self.draw(st.sets(st.sampled_from(sorted(before))))
                value = {**before, **value, **dict.fromkeys(removed)}
            item[each.name] = value

    def _new(self, kind: Kind) -> Item | None:
        """None where it would have to refer to what there is none of."""
        item: Item = {}
        for each in own_fields(kind):
            if each.name == kind.sole:
                continue
            if each.traits.ref and each.traits.ref.by == "key":
                if each.traits.needed_to_create or self.draw(st.booleans()):
                    _set(item, each, self._reference(kind, each))
                if each.traits.needed_to_create and each.name not in item:
                    return None
            elif each.traits.ref:
                ids = [i for (name, i) in self.keys if name == each.traits.ref.kind]
                item[each.name] = self._written(each, self.draw(referred(kind, each, ids)))
            elif each.traits.identity or each.traits.needed_to_create or self.draw(st.booleans()):
                item[each.name] = self.value(kind, each.name)
        item = _without_a_new_keep(kind, item, {})
        _add_sink(kind, item)
        item = SAMPLES[kind.name].mended(item)
        self._offer(kind, item, item)
        needed = {each.name for each in own_fields(kind) if each.traits.one_of and _is_needed(each)}
        if needed - item.keys():
            return None
        if len(kind.identity) == 1 and (key := kind.key_parts(item)):
            self.after.setdefault((kind.name, key[0]), item)
        return item


def _is_needed(each: Field) -> bool:
    return each.traits.needed_to_create and not each.traits.needed_with


def _lacks_some(kind: Kind, item: Item) -> bool:
    """Whether a create would want more, as there is nothing that it could refer to."""
    return any(_is_needed(each) and each.name not in item for each in own_fields(kind))


def _set(item: Item, each: Field, value: Any) -> None:
    """None is the want of a value where null is none."""
    if value is not None or each.nullable:
        item[each.name] = value


def _with_heirs(kind: Kind, item: Item, live: Mapping[str, Any]) -> Item:
    """``item`` with one that takes over from each member that goes where one has to."""
    for each in kind.fields.values():
        told = each.traits.edges
        if told and told.heirs and each.name in item:
            gone = [key for key in live.get(each.name) or () if key not in item[each.name]]
            item = {**item, told.heirs: dict.fromkeys(gone, item[each.name][0])} if gone else item
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
