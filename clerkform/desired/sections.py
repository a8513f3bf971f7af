"""Manifests to one node per item: keyed, filled in, an environment's overlay merged on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clerkform.desired.validate import validated
from clerkform.diagnostics import Problems, did_you_mean
from clerkform.model import Kind, Registry
from clerkform.model.fields import Fields
from clerkform.source.node import Node
from clerkform.source.values import Scope, fill

Key = tuple[str, ...]
OVERLAY_ONLY = ("skip", "unset")


def sections_of(
    roots: Sequence[Node], registry: Registry, problems: Problems
) -> dict[str, list[Node]]:
    """The item nodes of each section, over all files."""
    found: dict[str, list[Node]] = {}
    for root in roots:
        if not isinstance(root.value, dict):
            problems.error(
                "wrong-type",
                "a manifest is a map of sections, such as `jwt_templates:` with a list below",
                root.span,
            )
            continue
        for name, section in root.value.items():
            if name not in registry:
                problems.error(
                    "unknown-section",
                    f"there is no section `{name}`",
                    root.keys[name],
                    hint=did_you_mean(name, registry)
                    or f"the sections are {', '.join(sorted(registry))}",
                    quotes_line=False,
                )
            elif not isinstance(section.value, (reads := registry[name].reads).section):
                wanted = reads.says.format(name=name)
                problems.error("wrong-type", f"`{name}` must be {wanted}", root.keys[name])
            else:
                found.setdefault(name, []).extend(reads.items_in(section))
    return found


def keyed(
    kind: Kind,
    nodes: Sequence[Node],
    scope: Scope,
    problems: Problems,
    *,
    base: bool,
) -> dict[Key, Node]:
    """Items by their key, filled in. What has no key, or one that was there, is a problem."""
    forms = _forms(kind)
    found: dict[Key, Node] = {}
    for written in nodes:
        if not isinstance(written.value, str | dict):
            problems.error(
                "wrong-type",
                f"an item of `{kind.name}` is a map of fields, or its `{kind.bare}` as text",
                written.span,
            )
            continue
        node = fill(written, scope, problems, forms)
        if node is None:
            continue
        if kind.bare and not node.is_map:
            node = Node({kind.bare: node}, node.span, {kind.bare: node.span})
        key = _key(kind, node)
        if key is None:
            _report_no_key(kind, node, problems)
        elif key in found:
            problems.error(
                "declared-twice",
                f"{kind.address(key)} is declared twice",
                node.span,
                related=[("first declared here", found[key].span)],
                hint="keep one of them",
            )
        else:
            found[key] = node
            if base:
                _refuse_overlay_words(node, problems)
    return found


def _forms(kind: Kind) -> Callable[[tuple[str, ...]], Any]:
    """What may stand at a path of field names, for ``fill``."""

    def form(path: tuple[str, ...]) -> Any:
        fields, known = kind.fields, None
        for name in path:
            if known and not fields:  # inside what is a model of its own, such as a sink
                return "plain"
            known = fields.get(name)
            if known is None:
                return None
            fields = known.parts or known.each
        return known and known.form

    return form


def _key(kind: Kind, node: Node) -> Key | None:
    assert isinstance(node.value, dict)
    values: dict[str, Any] = {}
    for name in kind.key_fields:
        if name in node.value:
            value = node.value[name].value
            if isinstance(value, dict) and len(value) == 1 and kind.fields[name].traits.ref:
                value = next(iter(value.values())).value
            if not isinstance(value, str):
                return None
            values[name] = value
    return kind.key_parts(values)


def _report_no_key(kind: Kind, node: Node, problems: Problems) -> None:
    """Say which part of the key is missing; one of the wrong type is the model's to report."""
    assert isinstance(node.value, dict)
    missing = [
        f.name
        for f in kind.identity
        if f.name not in node.keys and f.traits.otherwise not in node.keys
    ]
    for name in missing:
        other = kind.fields[name].traits.otherwise
        either = f"`{name}` or `{other}`" if other else f"`{name}`"
        problems.error(
            "missing-field",
            f"this item needs {either}: it is what identifies it",
            node.span,
            hint=f"add `{other or name}:` to this item",
        )
    if not missing and all(name in node.value for name in node.keys):
        validated(kind, node, problems)


def _refuse_overlay_words(node: Node, problems: Problems) -> None:
    for word in OVERLAY_ONLY:
        if word in node.keys:
            problems.error(
                "overlay-only",
                f"`{word}` changes what another file declares, so it belongs in an overlay",
                node.keys[word],
                hint="list the overlay's folder under the environment's `manifests:`",
            )


def overlaid(
    kind: Kind, base: dict[Key, Node], changes: dict[Key, Node], problems: Problems
) -> dict[Key, Node]:
    """``base`` with an environment's ``changes`` merged in, item by item."""
    result = dict(base)
    for key, change in changes.items():
        assert isinstance(change.value, dict)
        skip, unset = change.get("skip"), change.get("unset")
        if key not in base and (skip or unset):
            problems.warn(
                "overlays-nothing",
                f"no manifest outside the overlays declares {kind.address(key)}",
                change.span,
                hint="correct its key, or leave the item out",
            )
        if skip and skip.value is True:
            result.pop(key, None)
            continue
        merged = _merge(base[key], change, kind.fields) if key in base else change
        paths = unset.value if unset and isinstance(unset.value, tuple) else ()
        result[key] = _without(
            merged, [(str(path.value).split("."), path) for path in paths], problems
        )
    return result


def _merge(base: Node, over: Node, fields: Fields | None = None) -> Node:
    """``over`` on ``base``, maps entry by entry. An item's own span stays where it was declared.

    Inside free-form data, where there are no ``fields``, every map merges.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    value = dict(base.value)
    for name, node in over.value.items():
        field = fields.get(name) if fields else None
        merges = fields is None or (field is not None and field.merges)
        parts = field.parts or None if field else None
        value[name] = _merge(value[name], node, parts) if merges and name in value else node
    return Node(value, base.span, {**base.keys, **over.keys})


def _without(node: Node, paths: Sequence[tuple[Sequence[str], Node]], problems: Problems) -> Node:
    """``node`` less what stands at ``paths``, each with the node that a finding points at."""
    if not paths:
        return node
    value, keys = dict(node.value) if isinstance(node.value, dict) else {}, dict(node.keys)
    below: dict[str, list[tuple[Sequence[str], Node]]] = {}
    for (name, *rest), said in paths:
        if name not in value:
            problems.warn(
                "unsets-nothing", f"`{said.value}` is not declared here anyway", said.span
            )
        elif rest:
            below.setdefault(name, []).append((rest, said))
        else:
            del value[name], keys[name]
    for name, inner in below.items():
        if name in value:
            value[name] = _without(value[name], inner, problems)
    return Node(value, node.span, keys) if isinstance(node.value, dict) else node
