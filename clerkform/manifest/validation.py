"""pydantic's errors to findings at the author's line, in plain words.

No message quotes the value it is about: pydantic's do, and the value may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from clerkform.diagnostics import MAX_FINDINGS, Problems, did_you_mean
from clerkform.manifest.fault import Fault, Path, label
from clerkform.manifest.node import Node
from clerkform.manifest.wording import description_by, found_by, rule_by, wanted_by


def report(
    error: ValidationError, node: Node, problems: Problems, *, model: type[BaseModel]
) -> None:
    """Add what ``error`` says about ``node``, which ``model`` was to be made of.

    A validator chooses the code of its own finding by raising ``PydanticCustomError`` with a type
    in kebab-case; its context may hold a ``hint``.
    """
    # A run stops at so many errors, and each takes time to put into words.
    details = error.errors(include_url=False)[:MAX_FINDINGS]
    faults = list(_nearest_members([_locate(detail, node, model) for detail in details]))
    guessed = {
        (*fault.path[:-1], name)
        for fault in faults
        if fault.kind == "extra_forbidden"
        for hint in [did_you_mean(str(fault.path[-1]), fault.siblings)]
        for name in fault.siblings
        if hint == f"did you mean `{name}`?"
    }
    for fault in faults:
        # A misspelt field is not missing as well.
        if fault.kind != "missing" or fault.path not in guessed:
            _say(fault, node, problems)


def _locate(error: ErrorDetails, node: Node, model: type[BaseModel]) -> Fault:
    path: Path = ()
    union, field, about_key = None, None, False
    types: tuple[Any, ...] = (model,)
    siblings = tuple(_fields(types))
    here: Node | None = node
    *_, last = error["loc"] or (None,)
    for part in error["loc"]:
        inner = here.get(part) if here else None
        declared = _fields(types).get(str(part))
        if part == "[key]":
            about_key = True
        elif inner or declared:
            siblings = tuple(_fields(types))
            path, here, field = (*path, part), inner, declared or field
            types = (declared.annotation,) if declared else tuple(_items(types))
        elif error["type"] == "extra_forbidden" and part == last:  # in what a validator has made
            path = (*path, part)
        else:
            union = union or (path, str(part))
    return Fault(path, union, siblings, field, error, about_key)


def _flat(types: Iterable[Any]) -> Iterator[Any]:
    """``types`` with unions and annotations taken apart."""
    for kind in types:
        origin = get_origin(kind)
        if origin is Annotated:
            yield from _flat(get_args(kind)[:1])
        elif origin in (Union, UnionType):
            yield from _flat(get_args(kind))
        else:
            yield kind


def _fields(types: Iterable[Any]) -> Mapping[str, FieldInfo]:
    models = (t for t in _flat(types) if isinstance(t, type) and issubclass(t, BaseModel))
    return {f.alias or n: f for model in models for n, f in model.model_fields.items()}


def names_in(model: type[BaseModel]) -> dict[str, Literal["plain", "named", "data"]]:
    """Every field of ``model`` and of the models in it, and whether it holds fields or plain
    values, such under names of somebody's own, or anything at all."""
    found: dict[str, Literal["plain", "named", "data"]] = {}
    seen, waiting = set[Any](), [model]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for name, field in _fields((here,)).items():
            inner = list(_inside((field.annotation,)))
            models = [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
            origins = [get_origin(one) for one in inner]
            waiting += models
            of_models = any(isinstance(o, type) and issubclass(o, Mapping) for o in origins)
            is_any = Any in inner or dict in inner or (of_models and not models)
            found[name] = "data" if is_any else "named" if of_models else "plain"
    return found


def _inside(types: Iterable[Any]) -> Iterator[Any]:
    """``types``, and what the containers among them hold."""
    for kind in _flat(types):
        yield kind
        yield from _inside(_items((kind,)))


def _items(types: Iterable[Any]) -> Iterator[Any]:
    """What the containers among ``types`` hold."""
    for kind in _flat(types):
        origin, args = get_origin(kind), get_args(kind)
        if args and isinstance(origin, type):
            yield args[-1] if issubclass(origin, Mapping) else args[0]


def _nearest_members(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Of each union, the errors of the member that the author most likely meant.

    That is one whose type fits and that has the fewest errors; if no type fits, they are
    merged into one "must be this or that".
    """
    unions: dict[Path, dict[str, list[Fault]]] = {}
    for fault in faults:
        if fault.union is None:
            yield fault
        else:
            place, member = fault.union
            unions.setdefault(place, {}).setdefault(member, []).append(fault)
    for members in unions.values():
        fitting = [m for m in members.values() if not all(_is_misfit(f) for f in m)]
        if fitting:
            yield from min(fitting, key=len)
            continue
        first, *others = (fault for member in members.values() for fault in member)
        wants = " or ".join(dict.fromkeys(filter(None, map(wanted_by, (first, *others)))))
        yield first._replace(error={**first.error, "ctx": {"wanted": wants}})


def _is_misfit(fault: Fault) -> bool:
    return fault.union is not None and fault.path == fault.union[0] and bool(wanted_by(fault))


def _say(fault: Fault, root: Node, problems: Problems) -> None:
    path, kind = fault.path, fault.kind
    node, name = root.at(path), label(path)
    wanted = wanted_by(fault)
    if kind == "extra_forbidden":
        problems.error(
            "unknown-field",
            f"`{path[-1]}` is not a field here",
            root.at(path[:-1]).key_span(str(path[-1])),
            hint=did_you_mean(str(path[-1]), fault.siblings)
            or f"the fields here are {', '.join(f'`{name}`' for name in sorted(fault.siblings))}",
            quotes_line=False,  # what nobody knows may be a secret
        )
    elif kind == "missing" and path[-1] in root.at(path[:-1]).keys:
        pass  # it was written, but is broken: said already by who left it out
    elif kind == "missing":
        problems.error("missing-field", f"{name} is missing", node.span, hint=description_by(fault))
    elif fault.error["input"] is None and node.value is None and (wanted or "_type" in kind):
        problems.error(
            "null-here",
            f"{name} cannot be null",
            node.span,
            hint="write a value, or leave it out: what is not declared is not managed",
        )
    elif wanted:
        is_choice = kind in ("literal_error", "enum") and "wanted" not in fault.error["ctx"]
        _say_wanted(name, wanted, node, problems, is_choice=is_choice)
    else:
        code, message, hint = rule_by(fault)
        span = root.at(path[:-1]).key_span(str(path[-1])) if fault.about_key else node.span
        problems.error(code, message, span, hint=hint)


_YAML_1_1: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def _say_wanted(name: str, wanted: str, node: Node, problems: Problems, *, is_choice: bool) -> None:
    value, hint = node.value, None
    if (is_choice and node.is_scalar) or (isinstance(value, str) and "`" in wanted):
        hint = did_you_mean(str(value), re.findall(r"`([^`]*)`", wanted))
        problems.error("wrong-value", f"{name} must be {wanted}", node.span, hint=hint)
        return
    if wanted == "text" and isinstance(value, (int, float)):
        hint = "put quotes around it"
    elif isinstance(value, str) and wanted == "an integer" and re.fullmatch(r"-?[0-9]+", value):
        hint = "remove the quotes"
    elif isinstance(value, str) and wanted == "true or false" and value.lower() in _YAML_1_1:
        hint = f"write `{_YAML_1_1[value.lower()]}`"
    problems.error(
        "wrong-type", f"{name} must be {wanted}, not {found_by(node)}", node.span, hint=hint
    )
