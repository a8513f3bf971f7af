"""Values that stand in no manifest, a data file's or a variable's, as nodes."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from clerkform.diagnostics import Problems, Source, Span
from clerkform.manifest.node import Json, Node
from clerkform.manifest.parse import MAX_DEPTH, parse
from clerkform.manifest.scalars import UnfitScalar, checked, resolve
from clerkform.manifest.syntax_hints import may_hold_secret


class TooDeep(ValueError):
    """Nested deeper than a manifest may be."""


def node_of(value: Json, span: Span, depth: int = 0) -> Node:
    """A plain value that has no place of its own, as nodes at ``span``."""
    if depth > MAX_DEPTH:
        raise TooDeep
    if isinstance(value, dict):
        fields = {checked(key): node_of(inner, span, depth + 1) for key, inner in value.items()}
        return Node(fields, span, dict.fromkeys(fields, span))
    if isinstance(value, list):
        return Node(tuple(node_of(inner, span, depth + 1) for inner in value), span)
    return Node(checked(value) if isinstance(value, str) else value, span)


def parse_free_form(source: Source, span: Span, problems: Problems) -> Node | None:
    """The JSON or YAML of a file, as nodes at the ``span`` of the field that names the file."""
    if source.path.lower().endswith(".json"):
        return _json(source, span, problems)
    root = parse(source, problems)
    return node_of(root.plain(), span) if root else None


def _json(source: Source, span: Span, problems: Problems) -> Node | None:
    try:
        value = json.loads(
            source.text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=resolve,
            parse_int=resolve,
        )
        return node_of(value, span)
    except json.JSONDecodeError as error:
        place = Span(source, error.lineno, error.colno)
        shows = not may_hold_secret(source, error.lineno)
        message = f"this is not valid JSON: {error.msg}"
        problems.error("json-syntax", message, place, quotes_line=shows)
    except (RecursionError, TooDeep):
        message = f"`{source.path}` is nested more than {MAX_DEPTH} levels deep"
        problems.error("too-deep", message, span)
    except (UnfitScalar, _Repeated) as error:
        problems.error("json-syntax", f"`{source.path}`: {error}", span)
    return None


class _Repeated(ValueError):
    """A key stands twice in one object; the message names it."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Repeated(f"the key `{twice}` stands twice in one object")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise UnfitScalar(f"`{constant}` is not JSON, so no setting can hold it")
